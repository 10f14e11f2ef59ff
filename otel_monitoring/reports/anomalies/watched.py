"""What is watched for anomalies without being named: the golden signals, and what they stand on."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from otel_monitoring.reports.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.reports.subjects import Subjects

_ENDPOINT = "sum by (job, http_request_method, http_route)"
_COUNT = "http_server_request_duration_seconds_count"
_FAILED = f'{_COUNT}{{http_response_status_code=~"5.."}}'
_BUCKETS = "http_server_request_duration_seconds_bucket"
_QUERY = "sum by (job, db_system_name, db_operation_name)"
_QUERY_COUNT = "db_client_operation_duration_seconds_count"
_QUERY_BUCKETS = "db_client_operation_duration_seconds_bucket"
_WITHOUT = "without (instance, otel_scope_name, otel_scope_version)"
_LEAST_REQUESTS = 20
_LEAST_SHARE, _LEAST_LAG_S = 0.02, 0.02
_LEAST_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Watched:
    """Something that is watched: every series of an expression.

    Attributes:
        name: How it is called in scores and messages, such as ``http.error_ratio``.
        expr: PromQL, asked once an interval.
        unit: Of the values, in UCUM; empty where it is not known.
        traffic: PromQL of what stands behind each value, such as requests; empty where nothing has to.
        least_traffic: With less of it a value says nothing, and is neither judged nor learned.
        least_change: How far out of the expected range a value has to be, in its unit, to be worth a word.
        least_events: To how much of the traffic that has to amount; one failure of thirty is no change.
        floor: No value is lower, so that no lower one is expected.
        rises_only: Whether nobody minds less of it than usual.
    """

    name: str
    expr: str
    unit: str = ""
    traffic: str = ""
    least_traffic: float = 0.0
    least_change: float = 0.0
    least_events: float = 0.0
    floor: float = -math.inf
    rises_only: bool = False

    def least_of(self, traffic: float) -> float:
        """Return how far out of the expected range a value has to be to be worth a word, in its unit.

        Args:
            traffic: What stands behind the value; NaN where nothing has to.
        """
        if not self.least_events or not traffic > 0:
            return self.least_change
        return max(self.least_change, self.least_events / traffic)


def golden_signals(range_ms: int) -> list[Watched]:
    """Return what is watched of every service.

    Processes come and go, and each would have to be learned anew: what they have is watched as the most that
    one of them has, or as the sum.

    Args:
        range_ms: How far rates look back, in milliseconds: an interval, and four collections at least.
    """
    window = f"[{range_ms}ms]"
    requests = f"{_ENDPOINT} (increase({_COUNT}{window}))"
    queries = f"{_QUERY} (increase({_QUERY_COUNT}{window}))"
    found = [
        Watched("http.request_rate", f"{_ENDPOINT} (rate({_COUNT}{window}))", "{request}/s"),
        Watched(
            "http.error_ratio",
            f"({_ENDPOINT} (rate({_FAILED}{window})) or 0 * {_ENDPOINT} (rate({_COUNT}{window})))"
            f" / {_ENDPOINT} (rate({_COUNT}{window}))",
            "1",
            traffic=requests,
            least_traffic=_LEAST_REQUESTS,
            least_change=_LEAST_SHARE,
            least_events=_LEAST_FAILURES,
            rises_only=True,
        ),
        Watched(
            "http.p95",
            "histogram_quantile(0.95, sum by (job, http_request_method, http_route, le)"
            f" (rate({_BUCKETS}{window})))",
            "s",
            traffic=requests,
            least_traffic=_LEAST_REQUESTS,
        ),
        Watched(
            "db.p95",
            "histogram_quantile(0.95, sum by (job, db_system_name, db_operation_name, le)"
            f" (rate({_QUERY_BUCKETS}{window})))",
            "s",
            traffic=queries,
            least_traffic=_LEAST_REQUESTS,
        ),
        Watched("db.query_rate", f"{_QUERY} (rate({_QUERY_COUNT}{window}))", "{operation}/s"),
        Watched("db.connections", f"sum {_WITHOUT} (db_client_connection_count)", "{connection}"),
        Watched(
            "process.cpu", "sum by (job) (process_cpu_utilization_ratio)", "1", least_change=_LEAST_SHARE
        ),
        Watched("process.memory", "max by (job) (process_memory_usage_bytes)", "By"),
        Watched("process.threads", "max by (job) (process_thread_count)", "{thread}"),
        Watched(
            "process.open_files", "max by (job) (process_unix_file_descriptor_count)", "{file_descriptor}"
        ),
        Watched(
            "runtime.loop_lag",
            "max by (job) (otel_monitoring_asyncio_loop_lag_seconds)",
            "s",
            least_change=_LEAST_LAG_S,
            rises_only=True,
        ),
        Watched(
            "system.cpu",
            f"max {_WITHOUT} (otel_monitoring_cpu_utilization_ratio)",
            "1",
            least_change=_LEAST_SHARE,
        ),
        Watched(
            "system.memory",
            f"max {_WITHOUT} (otel_monitoring_memory_utilization_ratio)",
            "1",
            least_change=_LEAST_SHARE,
        ),
        Watched(
            "system.disk_used",
            f"max {_WITHOUT} (system_filesystem_utilization_ratio)",
            "1",
            least_change=_LEAST_SHARE,
        ),
    ]
    return [replace(one, floor=0.0) for one in found]


def named(texts: Iterable[str], subjects: Subjects, *, range_ms: int) -> list[Watched]:
    """Return what a user names: metrics, as they are usually looked at, and PromQL.

    What is no metric is asked for as it is written: it may become known, until then a warning tells so.
    """
    return [_named(text, subjects, range_ms) for text in texts]


def _named(text: str, subjects: Subjects, range_ms: int) -> Watched:
    try:
        subject = subjects.find(text, step_ms=range_ms)
    except AnalysisError:
        return Watched(text, text)
    return Watched(subject.name, subject.expr, subject.unit)
