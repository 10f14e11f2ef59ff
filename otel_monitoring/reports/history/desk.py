"""How metrics went: the points of any metric over a window, a bounded number of them on one grid of times.

Without a metric it is an overview of the service: requests, failures, latency, processor, memory and disk.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from otel_monitoring.reports.anomalies.watched import golden_signals
from otel_monitoring.reports.asking import Window, tracks
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.asking import Track
    from otel_monitoring.reports.subjects import Subjects

MOST_POINTS: Final = 2000
_DAY_MS: Final = 86_400_000
_COLLECTIONS: Final = 4
_COUNT: Final = "http_server_request_duration_seconds_count"
_BUCKETS: Final = "http_server_request_duration_seconds_bucket"
_FAILED: Final = f'{_COUNT}{{http_response_status_code=~"5.."}}'


@dataclass(frozen=True, slots=True)
class Past:
    """How one metric went.

    Attributes:
        subject: What was looked at.
        tracks: Its series, those that are highest on average in front, all on the grid of the window.
        left_out: How many further series there are.
    """

    subject: Subject
    tracks: tuple[Track, ...]
    left_out: int = 0


class HistoryDesk:
    """Answer how metrics went.

    Args:
        query: Answers PromQL.
        subjects: Finds expressions for names.
        interval_s: The distance of collections; points are no nearer to each other.
    """

    def __init__(self, *, query: Query, subjects: Subjects, interval_s: float) -> None:
        self._query = query
        self._subjects = subjects
        self._interval_ms = max(round(interval_s * 1000), 1)

    def window(self, *, start_ms: int, end_ms: int, step_ms: int | None = None, points: int = 300) -> Window:
        """Return the grid of a stretch of time.

        Args:
            start_ms: Where it begins, Unix milliseconds.
            end_ms: Where it ends.
            step_ms: The distance of two points; ``None`` for the one that makes about ``points`` of them.
            points: Their greatest number where no step is given.

        Raises:
            AnalysisError: The step makes too many points, or is longer than the window.
        """
        span_ms = end_ms - start_ms
        if step_ms is None:
            days = math.ceil(span_ms / points / _DAY_MS)
            if days <= 1:
                least_ms = max(self._interval_ms, 1000)
                return Window.last(span_ms, end_ms=end_ms, points=points, least_step_ms=least_ms)
            step_ms = days * _DAY_MS
        if span_ms // step_ms >= MOST_POINTS:
            msg = f"step {step_ms} ms makes {span_ms // step_ms + 1} points: expected {MOST_POINTS} at most"
            raise AnalysisError(msg, field="step")
        if step_ms > span_ms:
            msg = f"step {step_ms} ms: expected no more than the window, {span_ms} ms"
            raise AnalysisError(msg, field="step")
        end_ms -= end_ms % step_ms
        return Window(end_ms - span_ms // step_ms * step_ms, end_ms, step_ms)

    def past(self, text: str, window: Window, *, aggregation: str | None = None, most: int = 20) -> Past:
        """Return how one metric went.

        Args:
            text: A metric, a signal such as ``http.p95``, or PromQL.
            window: The grid.
            aggregation: How a metric is looked at; ``None`` for what suits it.
            most: The most series.

        Raises:
            AnalysisError: The aggregation does not suit the metric.
            QueryError: The expression cannot be answered.
        """
        return self._past(self._subject(text, window, aggregation), window, most)

    def overview(self, window: Window, *, most: int = 20) -> list[Past]:
        """Return how the service went on the whole; what nobody measures has no series."""
        subjects = _overview(self._range_ms(window))
        return [self._past(subject, window, most) for subject in subjects]

    def near(self, text: str) -> list[str]:
        """Return names of metrics that look like the text, the nearest first."""
        return self._subjects.near(text)

    def _subject(self, text: str, window: Window, aggregation: str | None) -> Subject:
        signals = {one.name: one for one in golden_signals(self._range_ms(window))}
        signal = signals.get(text)
        if signal is None or aggregation:
            return self._subjects.find(text, aggregation=aggregation, step_ms=window.step_ms)
        return Subject(signal.name, signal.expr, signal.unit)

    def _past(self, subject: Subject, window: Window, most: int) -> Past:
        found = [one for one in tracks(self._query, subject.expr, window) if not np.isnan(one.values).all()]
        found.sort(key=_rank)
        return Past(subject, tuple(found[:most]), max(len(found) - most, 0))

    def _range_ms(self, window: Window) -> int:
        """Return how far rates look back: a step, so that nothing falls between two, and some collections."""
        return max(window.step_ms, _COLLECTIONS * self._interval_ms)


def _rank(track: Track) -> tuple[float, tuple[tuple[str, str], ...]]:
    finite = track.values[np.isfinite(track.values)]
    return -float(finite.mean()) if len(finite) else np.inf, tuple(track.labels)


def _overview(range_ms: int) -> Sequence[Subject]:
    window = f"[{range_ms}ms]"
    requests = f"sum(rate({_COUNT}{window}))"
    return (
        Subject("http.request_rate", requests, "{request}/s"),
        Subject("http.error_ratio", f"(sum(rate({_FAILED}{window})) or 0 * {requests}) / {requests}", "1"),
        Subject("http.p95", f"histogram_quantile(0.95, sum by (le) (rate({_BUCKETS}{window})))", "s"),
        Subject("process.cpu", "sum by (instance) (process_cpu_utilization_ratio)", "1"),
        Subject("process.memory", "max by (instance) (process_memory_usage_bytes)", "By"),
        Subject("runtime.loop_lag", "max by (instance) (otel_monitoring_asyncio_loop_lag_seconds)", "s"),
        Subject("system.cpu", "max(otel_monitoring_cpu_utilization_ratio)", "1"),
        Subject("system.memory", "max(otel_monitoring_memory_utilization_ratio)", "1"),
        Subject(
            "system.disk_used",
            "max by (system_filesystem_mountpoint) (system_filesystem_utilization_ratio)",
            "1",
        ),
    )
