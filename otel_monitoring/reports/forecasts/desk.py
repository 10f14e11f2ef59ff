"""Questions about what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.forecasts.capacity import Reach, reach
from otel_monitoring.analytics.forecasts.errors import ForecastError
from otel_monitoring.analytics.forecasts.forecast import Forecast, NoForecast, forecast
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.forecasts.history import Span, living, newest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.asking import Track, Window
    from otel_monitoring.reports.forecasts.standing import Standing
    from otel_monitoring.reports.subjects import Subject, Subjects

MOST_SERIES = 20
"""No more series of one expression are continued."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a series never leaves; ``None`` for what its past suggests."""

    floor: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True, slots=True)
class Continued:
    """One series and what comes next.

    Attributes:
        track: Its past.
        times_ms: Unix times in milliseconds of what comes, shape (h,).
        values: The forecast, shape (h,).
        low: The lower edge of the band, shape (h,).
        high: The upper edge of the band, shape (h,).
        seasons: Which seasons were found usable: ``day``, ``week``.
        reach: When the limit is reached, in steps from the newest point; ``None`` without a limit.
        reason: Why there is no forecast; empty where there is one.
    """

    track: Track
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    seasons: tuple[str, ...] = ()
    reach: Reach | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The answer to a question.

    Attributes:
        subject: What was continued.
        span: How far ahead, and in which steps.
        window: The past that was asked for.
        level: The share that the bands hold.
        limit: What was asked for; ``None`` without.
        series: Each series, in the order of the query.
        left_out: How many further series there are.
    """

    subject: Subject
    span: Span
    window: Window
    level: float
    limit: float | None
    series: tuple[Continued, ...]
    left_out: int = 0


class ForecastsDesk:
    """Answer questions about what comes next.

    Args:
        query: Answers PromQL.
        subjects: Finds expressions for names.
        clock: Tells now.
        standings: Returns how everything that has a limit stands to it, the most urgent first.
    """

    def __init__(
        self,
        *,
        query: Query,
        subjects: Subjects,
        clock: Clock,
        standings: Callable[[], Sequence[Standing]],
    ) -> None:
        self._query = query
        self._subjects = subjects
        self.clock = clock
        self.standings = standings

    def outlook(
        self,
        text: str,
        *,
        horizon_ms: int,
        step_ms: int | None = None,
        aggregation: str | None = None,
        limit: float | None = None,
        bounds: Bounds | None = None,
        level: float = 0.95,
    ) -> Outlook:
        """Continue the series of a metric or of an expression.

        Args:
            text: A metric or PromQL.
            horizon_ms: How far to look ahead, in milliseconds.
            step_ms: The distance of points; ``None`` for what suits.
            aggregation: How a metric is looked at; ``None`` for what suits it.
            limit: What it should not reach: from below, or from above where it is above it now.
            bounds: What it never leaves.
            level: The share that the bands hold.

        Raises:
            AnalysisError: What is asked for makes no sense.
            QueryError: The expression cannot be answered.
        """
        if not 0 < level < 1:
            msg = f"level {level!r}: expected a share above 0 and below 1"
            raise AnalysisError(msg, field="level")
        span = Span.of(horizon_ms, step_ms)
        now_ms = self.clock.now_ms()
        window = span.past(now_ms)
        subject = self._subjects.find(text, aggregation=aggregation, step_ms=span.step_ms)
        found = living(self._query, subject.expr, window, now_ms=now_ms)
        asked = _Asked(span, subject, bounds or Bounds(), level, limit)
        return Outlook(
            subject=subject,
            span=span,
            window=window,
            level=level,
            limit=limit,
            series=tuple(_continued(one.track, asked) for one in found[:MOST_SERIES]),
            left_out=max(len(found) - MOST_SERIES, 0),
        )

    def near(self, text: str) -> list[str]:
        """Return names of metrics that look like the text."""
        return self._subjects.near(text)


@dataclass(frozen=True, slots=True)
class _Asked:
    span: Span
    subject: Subject
    bounds: Bounds
    level: float
    limit: float | None


def _continued(track: Track, asked: _Asked) -> Continued:
    span = asked.span
    floor, ceiling = _bounds(track, asked)
    try:
        found = continued(track, span, floor=floor, ceiling=ceiling)
    except ForecastError as error:
        raise AnalysisError(str(error), field="floor") from None
    nothing = np.empty(0)
    if isinstance(found, str):
        return Continued(track, np.empty(0, dtype=np.int64), nothing, nothing, nothing, reason=found)
    low, high = found.band(asked.level)
    ahead = int(track.times_ms[-1]) + span.step_ms * np.arange(1, span.points + 1, dtype=np.int64)
    names = dict(zip(span.seasons, ("day", "week"), strict=False))
    return Continued(
        track,
        ahead,
        found.values,
        low,
        high,
        seasons=tuple(names[one] for one in found.seasons),
        reach=_reached(track, found, asked.limit),
    )


def _reached(track: Track, found: Forecast, limit: float | None) -> Reach | None:
    """Return when a limit is reached, in steps: from above where the series is above it now."""
    if limit is None:
        return None
    newest = newest_of(track)
    return reach(found, newest=newest, limit=limit, is_floor=newest > limit)


def continued(track: Track, span: Span, *, floor: float, ceiling: float) -> Forecast | str:
    """Return what comes next in a series, or in words why that cannot be said.

    Args:
        track: The past, in the steps of the span.
        span: How far to look ahead.
        floor: No value is lower.
        ceiling: No value is higher.

    Raises:
        ForecastError: The floor is not below the ceiling.
    """
    there = np.flatnonzero(np.isfinite(track.values))
    if not len(there):
        return span.too_young()
    known = int(there[-1] - there[0]) + 1
    found = forecast(
        track.values, horizon=span.points, seasons=span.wanted(known), floor=floor, ceiling=ceiling
    )
    if isinstance(found, NoForecast):
        return span.missing(found)
    return span.too_short(known) or found


def _bounds(track: Track, asked: _Asked) -> tuple[float, float]:
    """Return what was asked for; else 0 for what was never below, and 1 for a ratio never above."""
    finite = track.values[np.isfinite(track.values)]
    least, most = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    floor, ceiling = asked.bounds.floor, asked.bounds.ceiling
    if floor is None:
        floor = 0.0 if least >= 0 else -np.inf
    if ceiling is None:
        is_ratio = asked.subject.unit == "1" and asked.subject.name.endswith("_ratio")
        ceiling = 1.0 if is_ratio and floor >= 0 and most <= 1 else np.inf
    return floor, ceiling
