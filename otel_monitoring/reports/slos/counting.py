"""How many events there were and how many of them were bad, from what is recorded and from what is measured.

What the rules of a service level record goes back to when they first ran; what they are made of often goes
back further, so that a level that was stated today knows of last week.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.slos.budget import Counted
from otel_monitoring.errors import QueryError
from otel_monitoring.model.durations import format_duration
from otel_monitoring.reports.asking import Window, tracks
from otel_monitoring.reports.slos import series

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.slos.slo import SLO

    _Values: TypeAlias = NDArray[np.float64]

HOUR_MS = 3_600_000
_MOST_STEPS = 5000
_NOTHING = Counted(np.empty(0, dtype=np.int64), HOUR_MS, np.empty(0), np.empty(0))


class Counting:
    """Count the events of service levels.

    Args:
        query: Who answers PromQL.
    """

    def __init__(self, query: Query) -> None:
        self._query = query

    def hours(self, slo: SLO, start_ms: int, end_ms: int) -> Counted:
        """Return the events by the hour, the last hour being the one that ends at ``end_ms``.

        Args:
            slo: What is counted.
            start_ms: Hours that begin before are left out, Unix milliseconds.
            end_ms: Unix milliseconds.

        Raises:
            QueryError: What is recorded cannot be asked for.
        """
        window = _window(start_ms, end_ms, HOUR_MS)
        if window is None:
            return _NOTHING
        total, bad = self._recorded(slo, window)
        lacking = np.isnan(total)
        known = np.flatnonzero(~lacking)
        if len(known):
            lacking[known[0]] = True  # of the first hour that is recorded, only a part may be
        if lacking.any():
            self._fill(slo, window, lacking, total, bad)
        return Counted.of(window.times_ms, HOUR_MS, total, bad)

    def tiles(self, slo: SLO, start_ms: int, end_ms: int) -> Counted:
        """Return the events in stretches of five minutes, from what is recorded alone.

        Args:
            slo: What is counted.
            start_ms: Stretches that begin before are left out, Unix milliseconds.
            end_ms: Unix milliseconds.

        Raises:
            QueryError: It cannot be asked for.
        """
        window = _window(start_ms, end_ms, series.TILE_MS)
        if window is None:
            return _NOTHING
        return Counted.of(window.times_ms, series.TILE_MS, *self._recorded(slo, window))

    def _recorded(self, slo: SLO, window: Window) -> tuple[_Values, _Values]:
        """Return all events and the bad ones, asked for piece by piece: a query has a most of steps."""
        length = f"{slo.selector}[{format_duration(window.step_ms)}]"
        pieces = [
            Window(
                start_ms, min(start_ms + _MOST_STEPS * window.step_ms, window.end_ms + 1) - 1, window.step_ms
            )
            for start_ms in range(window.start_ms, window.end_ms + 1, _MOST_STEPS * window.step_ms)
        ]
        total, bad = (
            np.concatenate([self._only(f"sum(sum_over_time({name}{length}))", piece) for piece in pieces])
            for name in (series.TOTAL, series.BAD)
        )
        return total, bad

    def _fill(
        self, slo: SLO, window: Window, lacking: NDArray[np.bool_], total: _Values, bad: _Values
    ) -> None:
        """Put in what was measured where less, or nothing, is recorded."""
        measured = series.unrecorded(slo, window.step_ms)
        if measured is None:
            return
        first, last = np.flatnonzero(lacking)[[0, -1]].tolist()
        times_ms = window.times_ms
        part = Window(int(times_ms[first]), int(times_ms[last]), window.step_ms)
        try:
            more_total, more_bad = (self._only(expr, part) for expr in measured)
        except QueryError:  # too much to be read at once: what is recorded has to do
            return
        here = slice(first, last + 1)
        known = np.nan_to_num(total[here], nan=0.0)
        better = lacking[here] & (np.nan_to_num(more_total, nan=-1.0) >= known)
        total[here] = np.where(better, more_total, total[here])
        bad[here] = np.where(better, more_bad, bad[here])

    def _only(self, expr: str, window: Window) -> _Values:
        found = tracks(self._query, expr, window)
        return found[0].values if found else np.full(len(window.times_ms), np.nan)


def _window(start_ms: int, end_ms: int, step_ms: int) -> Window | None:
    """Return the ends of all stretches of a time, the last one right at its end."""
    count = (end_ms - start_ms) // step_ms
    return Window(end_ms - (count - 1) * step_ms, end_ms, step_ms) if count > 0 else None
