"""What an application runs on: the machine, its processes, and what was promised of them."""

from __future__ import annotations

from typing import Final

from tools.grafana.laying import Board, Shown, by, grouped, rate, selected

_EACH: Final = "{{job}} {{instance}}"
_PROCESS: Final = ("job", "instance")
_INTERFACE: Final = ("network_interface_name", "network_io_direction")
_FULL: Final = 0.9
_NO_SLO: Final = "the demo states no service level"
_BURNS: Final = 1.0

SYSTEM: Final = Board(
    "system",
    "System and runtime",
    "What the processes and their machine take.",
    (
        (
            Shown(
                "CPU of each process, by mode",
                [grouped("sum", selected("process_cpu_utilization_ratio"), *_PROCESS, "cpu_mode")],
                "1",
                threshold=_FULL,
            ),
            Shown("Memory of each process", [(selected("process_memory_usage_bytes"), _EACH)], "By"),
        ),
        (
            Shown(
                "How late the event loop is",
                [(selected("otel_monitoring_asyncio_loop_lag_seconds"), _EACH)],
                "s",
                threshold=0.1,
            ),
            Shown(
                "Garbage collections",
                [
                    (
                        by("sum", rate("cpython_gc_collections_total"), *_PROCESS, "cpython_gc_generation"),
                        f"{_EACH} generation {{{{cpython_gc_generation}}}}",
                    )
                ],
                "/s",
            ),
        ),
        (
            Shown("Threads", [(selected("process_thread_count"), _EACH)]),
            Shown("Open files", [(selected("process_unix_file_descriptor_count"), _EACH)]),
        ),
        (
            Shown(
                "CPU of the machine, by mode",
                [grouped("avg", selected("system_cpu_utilization_ratio"), "cpu_mode")],
                "1",
                "stacked",
            ),
            Shown(
                "Memory of the machine, by state",
                [grouped("max", selected("system_memory_usage_bytes"), "system_memory_state")],
                "By",
                "stacked",
            ),
        ),
        (
            Shown(
                "Disks",
                [grouped("max", rate("system_disk_io_bytes_total"), "system_device", "disk_io_direction")],
                "By/s",
                why_empty="a machine without disks of its own, such as a small container, reports none",
            ),
            Shown(
                "Network",
                [grouped("max", rate("system_network_io_bytes_total"), *_INTERFACE)],
                "By/s",
            ),
        ),
        (
            Shown(
                "How full file systems are",
                [
                    grouped(
                        "max",
                        selected("system_filesystem_utilization_ratio"),
                        "system_filesystem_mountpoint",
                    )
                ],
                "1",
                threshold=_FULL,
                why_empty="a small container reports none",
            ),
            Shown(
                "Share of the limits that bind the process",
                [
                    (selected("otel_monitoring_cpu_utilization_ratio"), f"CPU, {_EACH}"),
                    (selected("otel_monitoring_memory_utilization_ratio"), f"memory, {_EACH}"),
                ],
                "1",
                threshold=_FULL,
            ),
        ),
    ),
)

INSTANCES: Final = Board(
    "instances",
    "Instances",
    "Every process: since when it runs, what its checks find, and how its monitoring does.",
    (
        (
            Shown("Processes", [(f"count({selected('process_uptime_seconds')})", "run")], kind="figure"),
            Shown(
                "Ready for requests",
                [(f"sum({selected('otel_monitoring_health_ready')})", "ready")],
                kind="figure",
            ),
            Shown("Series", [(f"sum({selected('otel_monitoring_store_series')})", "series")], kind="figure"),
            Shown(
                "Errors of the monitoring itself",
                [(f"sum({selected('otel_monitoring_errors_total')}) or vector(0)", "errors")],
                kind="figure",
                threshold=1,
            ),
        ),
        (
            Shown("Up for", [(selected("process_uptime_seconds"), _EACH)], "s", "table"),
            Shown(
                "Processes on the storage, by state",
                [grouped("max", selected("otel_monitoring_instances"), "job", "state")],
            ),
        ),
        (
            Shown(
                "Health checks: 1 healthy, 0.5 degraded, 0 unhealthy",
                [grouped("min", selected("otel_monitoring_health_status"), "job", "check")],
            ),
            Shown(
                "How long checks take",
                [grouped("max", selected("otel_monitoring_health_duration_seconds"), "job", "check")],
                "s",
            ),
        ),
        (
            Shown(
                "Lost on the way to the Collector",
                [grouped("sum", rate("otel_monitoring_export_dropped_total"), "signal", "reason")],
                "/s",
                why_empty="without a Collector nothing is sent",
            ),
            Shown(
                "How long jobs of the monitoring take",
                [grouped("max", selected("otel_monitoring_job_duration_seconds"), "job_name")],
                "s",
            ),
        ),
    ),
)

SLOS: Final = Board(
    "slos",
    "Service levels",
    "What was promised, how much of it is left, and how fast that goes.",
    (
        (
            Shown(
                "Error budget that is left",
                [("slo:error_budget_remaining:ratio", "{{slo}}")],
                "1",
                "figure",
                why_empty=_NO_SLO,
            ),
            Shown(
                "Burn rate",
                [("slo:current_burn_rate:ratio", "{{slo}}")],
                kind="figure",
                threshold=_BURNS,
                why_empty=_NO_SLO,
            ),
            Shown("Objective", [("slo:objective:ratio", "{{slo}}")], "1", "figure", why_empty=_NO_SLO),
        ),
        (
            Shown(
                "Error budget over time",
                [("slo:error_budget_remaining:ratio", "{{slo}}")],
                "1",
                why_empty=_NO_SLO,
            ),
            Shown(
                "Burn rate over time",
                [("slo:current_burn_rate:ratio", "{{slo}}")],
                threshold=_BURNS,
                why_empty=_NO_SLO,
            ),
        ),
        (
            Shown(
                "Share of bad events",
                [
                    ("slo:sli_error:ratio_rate5m", "{{slo}} in 5 minutes"),
                    ("slo:sli_error:ratio_rate1h", "{{slo}} in an hour"),
                    ("slo:sli_error:ratio_rate6h", "{{slo}} in 6 hours"),
                ],
                "1",
                why_empty=_NO_SLO,
            ),
            Shown("Events in 5 minutes", [("slo:events:sum5m", "{{slo}}")], why_empty=_NO_SLO),
        ),
    ),
)
