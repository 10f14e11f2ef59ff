/** What is drawn of machine, process and runtime: each chart is one question. */

import { together } from "../../api/lines";

export interface SystemChart {
  readonly title: string;
  readonly about: string;
  readonly unit: string;
  /** @param own the matcher of the process that is looked at; lookback of rates, such as `1m`. */
  readonly query: (own: string, lookback: string) => string;
  /** What would make it say something. */
  readonly none?: string;
}

export interface Section {
  readonly name: string;
  readonly charts: readonly SystemChart[];
}

function rate(metric: string, own: string, lookback: string, by: string, more = ""): string {
  return `sum by (${by}) (rate(${metric}{${own}${more}}[${lookback}]))`;
}

const PROCESSOR: Section = {
  name: "Processor",
  charts: [
    {
      title: "Processors in use",
      about:
        "Shares of time: of the limit that binds the process, of the machine, and of the machine by this process.",
      unit: "1",
      query: (own) =>
        together({
          "of the limit": `max(otel_monitoring_cpu_utilization_ratio{${own}})`,
          machine: `clamp_min(1 - sum(system_cpu_utilization_ratio{cpu_mode=~"idle|iowait", cpu_logical_number="", ${own}}), 0)`,
          process: `sum(process_cpu_utilization_ratio{${own}})`,
        }),
    },
    {
      title: "Held back by the quota",
      about: "Share of time for which the container's quota held the process back.",
      unit: "1",
      query: (own, lookback) =>
        `sum(rate(otel_monitoring_cpu_throttled_time_seconds_total{${own}}[${lookback}]))`,
      none: "Only a container with a quota is held back.",
    },
  ],
};

const MEMORY: Section = {
  name: "Memory",
  charts: [
    {
      title: "Memory of the process",
      about: "Resident memory.",
      unit: "By",
      query: (own) => together({ process: `max(process_memory_usage_bytes{${own}})` }),
    },
    {
      title: "Memory in use",
      about: "Shares: of the limit that binds the process, and of the machine.",
      unit: "1",
      query: (own) =>
        together({
          "of the limit": `max(otel_monitoring_memory_utilization_ratio{${own}})`,
          machine: `max(system_memory_usage_bytes{system_memory_state="used", ${own}}) / max(system_memory_limit_bytes{${own}})`,
        }),
    },
  ],
};

const RUNTIME: Section = {
  name: "Runtime",
  charts: [
    {
      title: "Event loop, late by",
      about: "How late the event loop ran a timer at worst: something blocks it where this rises.",
      unit: "s",
      query: (own) => together({ late: `max(otel_monitoring_asyncio_loop_lag_seconds{${own}})` }),
      none: "Only processes with an event loop have it.",
    },
    {
      title: "Garbage collections a second",
      about: "By generation; the oldest one stops everything the longest.",
      unit: "",
      query: (own, lookback) => rate("cpython_gc_collections_total", own, lookback, "cpython_gc_generation"),
    },
    {
      title: "Threads and tasks",
      about: "Threads of the process, and tasks of its event loop that are not done.",
      unit: "",
      query: (own) =>
        together({
          threads: `max(process_thread_count{${own}})`,
          tasks: `max(otel_monitoring_asyncio_tasks_count{${own}})`,
        }),
    },
    {
      title: "Open files",
      about: "File descriptors, sockets among them.",
      unit: "",
      query: (own) => together({ open: `max(process_unix_file_descriptor_count{${own}})` }),
    },
  ],
};

const AROUND: Section = {
  name: "Disks and network",
  charts: [
    {
      title: "Disks, bytes a second",
      about: "Read from and written to each disk.",
      unit: "By/s",
      query: (own, lookback) =>
        rate("system_disk_io_bytes_total", own, lookback, "system_device, disk_io_direction"),
    },
    {
      title: "File systems, how full",
      about: "Used share of what ordinary processes can use.",
      unit: "1",
      query: (own) => `max by (system_filesystem_mountpoint) (system_filesystem_utilization_ratio{${own}})`,
    },
    {
      title: "Network, bytes a second",
      about: "Received and sent over each interface.",
      unit: "By/s",
      query: (own, lookback) =>
        rate("system_network_io_bytes_total", own, lookback, "network_interface_name, network_io_direction"),
    },
    {
      title: "Network, errors and drops a second",
      about: "What went wrong on the way, or was dropped.",
      unit: "/s",
      query: (own, lookback) =>
        together({
          errors: `sum(rate(system_network_errors_total{${own}}[${lookback}]))`,
          dropped: `sum(rate(system_network_packet_dropped_total{${own}}[${lookback}]))`,
        }),
    },
  ],
};

export const SECTIONS: readonly Section[] = [PROCESSOR, MEMORY, RUNTIME, AROUND];
