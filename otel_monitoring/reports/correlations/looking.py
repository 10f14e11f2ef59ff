"""Look through all series for what moved in a window."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.correlation.movers import moved
from otel_monitoring.errors import QueryError
from otel_monitoring.reports.asking import Window, tracks
from otel_monitoring.reports.correlations.candidates import Candidate, candidates
from otel_monitoring.reports.correlations.words import movement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.analytics.correlation.movers import Mover
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.promql.query import Query

_log = logging.getLogger(__name__)

MOST_SERIES = 1000
"""No more series are looked at."""
_MINUTE_MS = 60_000
_BEFORE_MS, _AFTER_MS = 60 * _MINUTE_MS, 10 * _MINUTE_MS
_SHORTEST_MS = 8 * _MINUTE_MS
_POINTS = 80
_LEAD_MS = 86_400_000
_TIMES_THE_WINDOW = 12
_MOST_STEPS = 2200
_NEEDED = 4
"""How many times as long as the window the past has to be, where the window can be made shorter."""
_COLLECTIONS = 4
_PRESENT = 0.3


@dataclass(frozen=True, slots=True)
class Movement:
    """One series that moved.

    Attributes:
        candidate: What was asked for.
        labels: Which of its series.
        mover: The figures.
        text: All of it in words.
        times_ms: The times of the window and as long before, shape (t,).
        values: The values then, shape (t,).
    """

    candidate: Candidate
    labels: Labels
    mover: Mover
    text: str
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Movements:
    """What moved in a window.

    Attributes:
        window: The times.
        since_ms: From when on the past says what is usual.
        movements: The likeliest beginning first.
        looked_at: How many series were looked at.
        left_out: How many further series there were, at least; they were too many.
        failed: Of what could not be asked for, the names.
        reason: Why nothing can be said; empty where something can.
    """

    window: Window
    since_ms: int
    movements: tuple[Movement, ...] = ()
    looked_at: int = 0
    left_out: int = 0
    failed: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Series:
    candidates: list[Candidate]
    labels: list[Labels]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    left_out: int
    failed: tuple[str, ...]


class Looking:
    """Look through all series.

    Args:
        query: Answers PromQL.
        metadata: The metrics that there are, by Prometheus name.
        interval_ms: The least distance of points.
        most_series: No more series are looked at.
    """

    def __init__(
        self,
        *,
        query: Query,
        metadata: Callable[[], Mapping[str, Metadata]],
        interval_ms: int,
        most_series: int = MOST_SERIES,
    ) -> None:
        self._query = query
        self._metadata = metadata
        self._interval_ms = interval_ms
        self._most_series = most_series

    def around(self, at_ms: int, *, now_ms: int) -> Movements:
        """Return what moved around a time: the hour before; less where little of the past is known."""
        end_ms = min(at_ms + _AFTER_MS, max(now_ms, at_ms))
        before_ms = _BEFORE_MS
        while True:
            start_ms = at_ms - before_ms
            window = self._window(start_ms, end_ms)
            found = self._series(window)
            known_ms = start_ms - int(found.times_ms[0]) if len(found.times_ms) else 0
            if (
                known_ms >= _NEEDED * (end_ms - start_ms)
                or before_ms <= _SHORTEST_MS
                or not len(found.values)
            ):
                return self._ranked(found, window)
            before_ms = max(before_ms // 2, _SHORTEST_MS)

    def between(self, start_ms: int, end_ms: int) -> Movements:
        """Return what moved in a window."""
        window = self._window(start_ms, end_ms)
        return self._ranked(self._series(window), window)

    def _window(self, start_ms: int, end_ms: int) -> Window:
        return Window.last(end_ms - start_ms, end_ms=end_ms, points=_POINTS, least_step_ms=self._interval_ms)

    def _ranked(self, found: _Series, window: Window) -> Movements:
        answer = moved(found.times_ms, found.values, start_ms=window.start_ms)
        shown = np.flatnonzero(found.times_ms >= 2 * window.start_ms - window.end_ms)
        return Movements(
            window=window,
            since_ms=int(found.times_ms[0]) if len(found.times_ms) else window.start_ms,
            movements=tuple(
                Movement(
                    candidate=found.candidates[mover.row],
                    labels=found.labels[mover.row],
                    mover=mover,
                    text=movement(found.candidates[mover.row], found.labels[mover.row], mover),
                    times_ms=found.times_ms[shown],
                    values=found.values[mover.row, shown],
                )
                for mover in answer.movers
            ),
            looked_at=len(found.values),
            left_out=found.left_out,
            failed=found.failed,
            reason=answer.reason,
        )

    def _series(self, window: Window) -> _Series:
        """Return all series with their past, from when on most of them are known."""
        lead_ms = max(_LEAD_MS, _TIMES_THE_WINDOW * (window.end_ms - window.start_ms))
        lead_ms = min(lead_ms // window.step_ms, _MOST_STEPS) * window.step_ms
        whole = replace(window, start_ms=window.start_ms - lead_ms)
        range_ms = max(window.step_ms, _COLLECTIONS * self._interval_ms)
        chosen: list[Candidate] = []
        labels: list[Labels] = []
        values: list[NDArray[np.float64]] = []
        left_out, failed = 0, []
        asked = candidates(self._metadata(), range_ms=range_ms)
        for at, candidate in enumerate(asked):
            if len(values) >= self._most_series:
                left_out += len(asked) - at  # each has a series at least
                break
            try:
                found = tracks(self._query, candidate.expr, whole)
            except QueryError as error:
                _log.debug("%s cannot be looked at: %s", candidate.name, error)
                failed.append(candidate.name)
                continue
            room = self._most_series - len(values)
            left_out += len(found[room:])
            chosen += [candidate] * len(found[:room])
            labels += [track.labels for track in found[:room]]
            values += [track.values for track in found[:room]]
        return _known(chosen, labels, whole.times_ms, values, left_out=left_out, failed=tuple(failed))


def _known(
    chosen: list[Candidate],
    labels: list[Labels],
    times_ms: NDArray[np.int64],
    values: Sequence[NDArray[np.float64]],
    *,
    left_out: int,
    failed: tuple[str, ...],
) -> _Series:
    """Leave out the time before anything was measured: nothing is new only because its process is."""
    if not values:
        return _Series(chosen, labels, times_ms, np.zeros((0, len(times_ms))), left_out, failed)
    stacked = np.stack(values)
    # What comes and goes, as requests at night do, has been measured since it came first.
    enough = np.logical_or.accumulate(np.isfinite(stacked), axis=1).mean(axis=0) >= _PRESENT
    first = int(np.argmax(enough))
    return _Series(chosen, labels, times_ms[first:], stacked[:, first:], left_out, failed)
