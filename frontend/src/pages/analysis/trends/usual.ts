/** What is looked at for trends without being asked: the golden signals and what they stand on. */

export interface Usual {
  readonly title: string;
  readonly query: string;
  readonly unit: string;
}

const ENDPOINT = "http_request_method, http_route";
const DURATION = "http_server_request_duration_seconds";
const QUERY = "db_client_operation_duration_seconds";

export const USUAL: readonly Usual[] = [
  {
    title: "Requests a second",
    query: `sum by (${ENDPOINT}) (rate(${DURATION}_count[10m]))`,
    unit: "",
  },
  {
    title: "Latency, p95",
    query: `histogram_quantile(0.95, sum by (${ENDPOINT}, le) (rate(${DURATION}_bucket[10m])))`,
    unit: "s",
  },
  {
    title: "Share of errors",
    query: `sum(rate(${DURATION}_count{http_response_status_code=~"5.."}[10m])) / sum(rate(${DURATION}_count[10m]))`,
    unit: "1",
  },
  {
    title: "Query time, p95",
    query: `histogram_quantile(0.95, sum by (db_system_name, db_operation_name, le) (rate(${QUERY}_bucket[10m])))`,
    unit: "s",
  },
  { title: "Memory of the process", query: "max by (job) (process_memory_usage_bytes)", unit: "By" },
  { title: "CPU", query: "max(otel_monitoring_cpu_utilization_ratio)", unit: "1" },
  {
    title: "Disk used",
    query: "max by (system_filesystem_mountpoint) (system_filesystem_utilization_ratio)",
    unit: "1",
  },
  { title: "Event loop, late by", query: "max(otel_monitoring_asyncio_loop_lag_seconds)", unit: "s" },
];
