"""Ten minutes of a machine whose memory fills, and of a process that reads from its disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from otel_monitoring.promql.query import Query

START_MS = 1_772_442_000_000
STEP_MS = 15_000
STEPS = 40
END_MS = START_MS + STEPS * STEP_MS
GIB = float(1 << 30)


def query() -> Query:
    """Return who answers."""
    store = SeriesStore(retention_s=3600, interval_s=15)
    for step in range(STEPS + 1):
        for instance, processors_busy in (("a", 0.5), ("b", 0.9)):
            known = _samples(step, instance, processors_busy)
            store.append(
                Batch(
                    source=instance,
                    time_ms=START_MS + step * STEP_MS,
                    labels=[*known],
                    values=[*known.values()],
                )
            )
    return Engine(store)


def _samples(step: int, instance: str, processors_busy: float) -> dict[Labels, float]:
    def of(name: str, **more: str) -> Labels:
        return Labels.of(__name__=name, instance=instance, job="shop", **more)

    spike = 0.99 if step == 17 else 0.3
    mounted = {"system_filesystem_mountpoint": "/", "system_filesystem_state": "used"}
    return {
        of("otel_monitoring_cpu_utilization_ratio"): spike,
        of("system_cpu_utilization_ratio", cpu_mode="user"): processors_busy,
        of("system_cpu_utilization_ratio", cpu_mode="idle"): 1 - processors_busy,
        of("system_cpu_utilization_ratio", cpu_mode="idle", cpu_logical_number="0"): 0.7,
        of("system_memory_usage_bytes", system_memory_state="used"): GIB * (1 + step / STEPS),
        of("system_memory_limit_bytes"): 4 * GIB,
        of("system_filesystem_usage_bytes", **mounted): 30 * GIB,
        of("system_filesystem_limit_bytes", system_filesystem_mountpoint="/"): 60 * GIB,
        of("system_disk_io_bytes_total", system_device="vda", disk_io_direction="read"): 1000.0 * step,
        of("process_uptime_seconds"): float("inf") if step == STEPS else 15.0 * step,
    }
