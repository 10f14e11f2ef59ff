"""The few numbers that say whether machine and process are well, in one question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.promql.query import Query

_OF = "of"
_EXPRS: Final[Mapping[str, str]] = {
    "cpu_ratio": "max(otel_monitoring_cpu_utilization_ratio)",
    "memory_ratio": "max(otel_monitoring_memory_utilization_ratio)",
    "disk_ratio": "max(system_filesystem_utilization_ratio)",
    "process_bytes": "sum(process_memory_usage_bytes)",
    "loop_lag_s": "max(otel_monitoring_asyncio_loop_lag_seconds)",
    "active_requests": "sum(http_server_active_requests)",
    "processes": "count(target_info)",
}
_EXPR: Final = " or ".join(
    f'label_replace({expr}, "{_OF}", "{name}", "", "")' for name, expr in _EXPRS.items()
)


@dataclass(frozen=True, slots=True)
class Vitals:
    """How machine and process are; ``None`` where that is not known.

    Attributes:
        cpu_ratio: The used share of the processors that may be used, of the process with the most.
        memory_ratio: The used share of the memory that may be used.
        disk_ratio: How full the fullest filesystem is.
        process_bytes: The memory of all processes of the application, in bytes.
        loop_lag_s: How late the event loop is, where it is the latest, in seconds.
        active_requests: Requests that are under way.
        processes: How many processes there are.
    """

    cpu_ratio: float | None = None
    memory_ratio: float | None = None
    disk_ratio: float | None = None
    process_bytes: float | None = None
    loop_lag_s: float | None = None
    active_requests: float | None = None
    processes: float | None = None


def vitals(query: Query, at_ms: int) -> Vitals:
    """Return how machine and process are.

    Args:
        query: Who answers PromQL.
        at_ms: When, Unix milliseconds.

    Raises:
        QueryError: It cannot be answered.
    """
    found = {labels.get(_OF): value for labels, value in query(_EXPR, at_ms).samples if np.isfinite(value)}
    return Vitals(**found)
