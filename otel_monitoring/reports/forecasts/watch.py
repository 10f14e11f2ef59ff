"""What has a limit, watched: when each reaches it, written as series that rules can ask for."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.forecasts.capacity import reach
from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.labels import NAME
from otel_monitoring.reports.asking import Track
from otel_monitoring.reports.forecasts.desk import continued
from otel_monitoring.reports.forecasts.history import DAY_MS, Living, Span, living
from otel_monitoring.reports.forecasts.standing import Standing
from otel_monitoring.stores.writer import SeriesWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from otel_monitoring.analytics.forecasts.forecast import Forecast
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Batch
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.forecasts.limits import Limit
    from otel_monitoring.reports.forecasts.standing import Ahead
    from otel_monitoring.reports.subjects import Subjects

_log = logging.getLogger(__name__)

EXHAUSTION = "otel_monitoring_capacity_exhaustion_seconds"
FORECAST = "otel_monitoring_capacity_forecast"
MOST_SERIES = 20
"""No more series of one limit are looked after."""

_SOURCE = "rule:forecasts;watch;0;capacity"
_HORIZONS_DAYS = (30, 7, 2)
"""The furthest look ahead that the past allows is taken."""
_AHEAD = (("1d", DAY_MS), ("7d", 7 * DAY_MS))
_WRITE_EVERY_MS = 60_000
"""A query looks back five minutes."""
_SLICE_S = 0.05
"""The loop is shared with all other jobs, and its interpreter with the requests."""
_NEVER_MS = -(2**62)


@dataclass(slots=True)
class _Look:
    """A look that goes on from step to step."""

    at_ms: int
    left: Iterator[Standing]
    found: list[Standing] = field(default_factory=list)


class CapacityWatch:
    """Look after what has a limit; only where this process speaks for all.

    Args:
        query: Answers the expressions.
        subjects: Finds expressions for names.
        clock: Tells now.
        limits: What is looked after.
        record: Takes the series.
        is_speaking: Whether this process is the one that watches.
        interval_s: The time between two looks.
    """

    name = "forecasts"

    def __init__(
        self,
        *,
        query: Query,
        subjects: Subjects,
        clock: Clock,
        limits: Sequence[Limit],
        record: Callable[[Batch], object],
        is_speaking: Callable[[], bool],
        interval_s: float = 600.0,
    ) -> None:
        self._query = query
        self._subjects = subjects
        self._clock = clock
        self._limits = limits
        self._record = record
        self._is_speaking = is_speaking
        self._interval_ms = round(interval_s * 1000)
        self._begin()

    def _begin(self) -> None:
        self._writer = SeriesWriter(record=self._record, source=_SOURCE)
        self._wrote_ms = _NEVER_MS
        self._known: tuple[int, tuple[Standing, ...]] = (_NEVER_MS, ())
        self._look: _Look | None = None
        self._failing: set[str] = set()
        self._lock = Lock()

    def step(self, now_ms: int) -> None:
        """Look and write where it is time to; nothing where another process does."""
        if not self._is_speaking():
            if self._wrote_ms != _NEVER_MS:
                self._begin()
            return
        self._look_on(now_ms)
        looked_ms, standings = self._known
        if looked_ms == _NEVER_MS or now_ms - self._wrote_ms < _WRITE_EVERY_MS:
            return
        self._wrote_ms = now_ms
        self._writer.write(dict(_samples(standings, now_ms)), now_ms)

    def standings(self) -> Sequence[Standing]:
        """Return how everything stands, the most urgent first, as of the last look if that is not old."""
        return sorted(self._looked(self._clock.now_ms()), key=lambda one: one.urgency)

    def after_fork(self) -> None:
        """Start anew in a child process."""
        self._begin()

    def stop(self) -> None:
        """End: what was written ends with the process."""

    def _is_fresh(self, now_ms: int) -> bool:
        return 0 <= now_ms - self._known[0] < self._interval_ms

    def _look_on(self, now_ms: int) -> None:
        """Do a part of a look, where it is time for one: series by series, and no longer than a slice."""
        if self._look is None:
            if self._is_fresh(now_ms):
                return
            self._look = _Look(now_ms, self._each(now_ms))
        look, until_s = self._look, self._clock.monotonic_s() + _SLICE_S
        for one in look.left:
            look.found.append(one)
            if self._clock.monotonic_s() >= until_s:
                return
        self._known, self._look = (look.at_ms, tuple(look.found)), None

    def _looked(self, now_ms: int) -> tuple[Standing, ...]:
        """Return the last look, or a new one where that is old; those who ask meanwhile wait for it."""
        with self._lock:
            if not self._is_fresh(now_ms):
                self._known = (now_ms, tuple(self._each(now_ms)))
            return self._known[1]

    def _each(self, now_ms: int) -> Iterator[Standing]:
        for limit in self._limits:
            for one in self._there(limit, now_ms):
                yield _standing(limit, one, now_ms)

    def _there(self, limit: Limit, now_ms: int) -> list[Living]:
        """Return the series of one limit; one that cannot be asked for hinders no other."""
        widest = Span.of(_HORIZONS_DAYS[0] * DAY_MS)
        try:
            subject = self._subjects.find(limit.expr, step_ms=widest.step_ms)
            finest = Span.of(_HORIZONS_DAYS[-1] * DAY_MS).past(now_ms)
            there = living(self._query, subject.expr, finest, now_ms=now_ms)
        except MonitoringError as error:
            if limit.resource not in self._failing:
                self._failing.add(limit.resource)
                _log.warning("the capacity of %s cannot be asked for: %s", limit.resource, error)
            return []
        self._failing.discard(limit.resource)
        return there[:MOST_SERIES]


def _standing(limit: Limit, there: Living, now_ms: int) -> Standing:
    reason, track, newest = "", there.track, there.newest
    for days in _HORIZONS_DAYS:
        span = Span.of(days * DAY_MS)
        share = span.step_ms // int(track.times_ms[1] - track.times_ms[0])
        found = continued(_every(track, share), span, floor=-np.inf, ceiling=np.inf)
        if isinstance(found, str):
            reason = found
            continue
        when = reach(found, newest=newest, limit=limit.value, is_floor=limit.is_floor)
        # The mean of a step stands for its middle.
        early = 0.0 if share == 1 else 0.5
        low_s, expected_s, high_s = (
            None if one is None else max(one - early, 0.0) * span.step_ms / 1000
            for one in (when.earliest, when.expected, when.latest)
        )
        return Standing(
            limit=limit,
            labels=track.labels.with_({NAME: ""}),
            at_ms=now_ms,
            newest=newest,
            horizon_s=span.horizon_ms / 1000,
            outcome=when.outcome,
            low_s=low_s,
            expected_s=expected_s,
            high_s=high_s,
            ahead=tuple(_ahead(found, span)),
        )
    return Standing(limit, track.labels.with_({NAME: ""}), now_ms, newest, 0.0, reason=reason)


def _every(track: Track, share: int) -> Track:
    """Return a track in steps so many times as long, each the mean of what it holds; the newest is whole."""
    if share == 1:
        return track
    count = len(track.values) // share
    parts = track.values[len(track.values) - count * share :].reshape(count, share)
    known = np.isfinite(parts)
    sums = np.where(known, parts, 0.0).sum(axis=1)
    means = np.where(known.any(axis=1), sums / np.maximum(known.sum(axis=1), 1), np.nan)
    ends_ms = track.times_ms[len(track.values) - count * share :][share - 1 :: share]
    return Track(track.labels, ends_ms, means)


def _ahead(found: Forecast, span: Span) -> Iterator[Ahead]:
    low, high = found.band()
    for name, ahead_ms in _AHEAD:
        at = ahead_ms // span.step_ms - 1
        if at < span.points:
            yield name, float(found.values[at]), float(low[at]), float(high[at])


def _samples(standings: Sequence[Standing], now_ms: int) -> Iterator[tuple[Labels, float]]:
    """Return seconds until each limit is reached, and what is forecast, with the bounds as labels."""
    for one in standings:
        known = one.labels.with_({"resource": one.limit.resource})
        passed_s = (now_ms - one.at_ms) / 1000
        for bound, until_s in (("low", one.low_s), ("expected", one.expected_s), ("high", one.high_s)):
            if until_s is not None:
                labels = known.with_({NAME: EXHAUSTION, "bound": bound})
                yield labels, max(until_s - passed_s, 0.0)
        for ahead, value, low, high in one.ahead:
            for bound, edge in (("low", low), ("expected", value), ("high", high)):
                yield known.with_({NAME: FORECAST, "bound": bound, "ahead": ahead}), edge
