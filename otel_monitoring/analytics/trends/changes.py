"""When the level of a series changed, and by how much.

The series is gathered in some hundred cells; what repeats by the day or the week, a straight line, and steps
explain it together (``seasons``, ``steps``), and the points around each step tell its moment (``moment``).
Calibrated on other series than those that ``benchmarks/analytics/bench_trends.py`` measures it on.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from otel_monitoring.analytics.trends.cells import Cells
from otel_monitoring.analytics.trends.moment import moment
from otel_monitoring.analytics.trends.seasons import seasons
from otel_monitoring.analytics.trends.steps import LEAST_CELLS, Question, fit, rough

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from otel_monitoring.analytics.trends.steps import Fitted

FEWEST = 30
_THRESHOLD = 20.0
_LEAST_SPREADS = 0.5
_FOR_A_LINE = 10.0
_SPLIT_FROM = 4
_SURE = 1.96
Reason = Literal["", "no data", "too short"]


@dataclass(frozen=True, slots=True)
class Change:
    """A step in the level.

    Attributes:
        time_s: Unix time of the first point after it.
        before: The level before, without what repeats, in the unit of the series.
        after: The level after it.
        size_low: Lower end of the 95 % interval of the difference.
        size_high: Upper end of it.
    """

    time_s: float
    before: float
    after: float
    size_low: float
    size_high: float

    @property
    def size(self) -> float:
        """By how much the level changed."""
        return max(-sys.float_info.max, min(sys.float_info.max, self.after / 2 - self.before / 2) * 2)


@dataclass(frozen=True, slots=True)
class Changes:
    """The steps of a series.

    Attributes:
        found: Oldest first.
        reason: Why none can be looked for; empty where they could be.
    """

    found: tuple[Change, ...]
    reason: Reason = ""


def changes(times_s: NDArray[np.float64], values: NDArray[np.float64]) -> Changes:
    """Return when the level of a series changed.

    Args:
        times_s: Unix times in seconds, in any order. Shape (n,).
        values: The points; those that are not finite are left out. Shape (n,).
    """
    usable = np.isfinite(values) & np.isfinite(times_s)
    order = np.argsort(times_s[usable], kind="stable")
    times_s, values = times_s[usable][order], values[usable][order]
    if not len(values):
        return Changes((), "no data")
    if len(values) < FEWEST or times_s[-1] <= times_s[0]:
        return Changes((), "too short")
    cells = Cells.of(times_s, values)
    if len(cells.values) < FEWEST:
        return Changes((), "too short")
    spread = float(np.std(cells.values))
    if spread <= 0:
        return Changes(())
    fitted = _best(cells, spread)
    if not _credible(cells, spread, fitted).all():
        cells, spread = _tamed(cells)
        fitted = _best(cells, spread)
    return Changes(tuple(_changes(times_s, values / cells.scale, cells=cells, spread=spread, fitted=fitted)))


def _best(cells: Cells, spread: float) -> Fitted:
    """Return the explanation that does best for its size; a line has to do clearly better than none."""
    values = cells.without_outliers() / spread
    question = Question(threshold=_THRESHOLD, is_split=cells.each >= _SPLIT_FROM)
    bases = seasons(cells, values)
    line = np.linspace(-0.5, 0.5, len(values))[:, None]
    plain = _fitted(values, bases, question)
    sloped = _fitted(values, [np.hstack([base, line]) for base in bases], question)
    return sloped if sloped.criterion + _FOR_A_LINE < plain.criterion else plain


def _fitted(values: NDArray[np.float64], bases: list[NDArray[np.float64]], question: Question) -> Fitted:
    tried = [(*rough(values, base, question), base) for base in bases]
    _, phi, base = min(tried, key=lambda one: one[0])
    return fit(values, base, question, phi=phi)


def _changes(
    times_s: NDArray[np.float64],
    values: NDArray[np.float64],
    *,
    cells: Cells,
    spread: float,
    fitted: Fitted,
) -> Iterator[Change]:
    level = float(np.mean(fitted.season)) * spread + cells.centre
    credible = _credible(cells, spread, fitted)
    for number, (at, size, error) in enumerate(
        zip(fitted.at, fitted.sizes.tolist(), fitted.errors.tolist(), strict=True)
    ):
        before, level = level, level + size * spread
        if abs(size) < _LEAST_SPREADS * fitted.spread or not credible[number : number + 2].all():
            continue
        room = _SURE * error
        yield Change(
            time_s=_moment_s(times_s, values, cells=cells, season=fitted.season * spread, at=at, size=size),
            before=_bounded(before * cells.scale),
            after=_bounded(level * cells.scale),
            size_low=_bounded((size - room) * spread * cells.scale),
            size_high=_bounded((size + room) * spread * cells.scale),
        )


def _credible(cells: Cells, spread: float, fitted: Fitted) -> NDArray[np.bool_]:
    """Tell of which levels there are values, or nearly so. Shape (k + 1,).

    A burst too short to be two steps may bend the season, and the levels beside it are nobody's then.
    """
    low, high = np.percentile(cells.values, (5, 95))
    room = max(float(high - low), spread / 10)
    levels = (np.mean(fitted.season) + np.concatenate([[0.0], np.cumsum(fitted.sizes)])) * spread
    parts = np.split(cells.measured, fitted.at)
    ends = np.array([np.percentile(part, (25, 75)) for part in parts])  # a cell at an edge holds half of each
    return np.asarray((ends[:, 0] - room <= levels) & (levels <= ends[:, 1] + room), dtype=np.bool_)


def _tamed(cells: Cells) -> tuple[Cells, float]:
    """Return the cells with what is far from most of them brought nearer, and their deviation."""
    low, high = np.percentile(cells.values, (5, 95))
    tamed = replace(cells, values=np.clip(cells.values, 2 * low - high, 2 * high - low))
    return tamed, float(np.std(tamed.values)) or 1.0


def _moment_s(
    times_s: NDArray[np.float64],
    values: NDArray[np.float64],
    *,
    cells: Cells,
    season: NDArray[np.float64],
    at: int,
    size: float,
) -> float:
    around_s = cells.start_s + (at + np.array([-LEAST_CELLS, LEAST_CELLS])) * cells.step_s
    low, high = np.searchsorted(times_s, around_s)
    near_s = times_s[low:high]
    if not len(near_s):
        return cells.start_s + at * cells.step_s
    plain = values[low:high] - np.interp(near_s, cells.middles_s, season)
    return float(near_s[moment(plain, size=size)])


def _bounded(value: float) -> float:
    return max(-sys.float_info.max, min(sys.float_info.max, value))
