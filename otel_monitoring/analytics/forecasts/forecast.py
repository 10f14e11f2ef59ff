"""Continue a series: level, trend and up to two seasons, with bands that hold what they say.

Simple members are weighted by how well each would have done on the newest weeks of the same series; the
errors of the weighted forecast there make the bands.

Source: combinations win competitions: Makridakis, Spiliotis, Assimakopoulos, The M4 Competition, IJF 36
(2020); weights from past performance: Bates and Granger, Operational Research Quarterly 20 (1969).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.forecasts.bands import error_scale, reach_of
from otel_monitoring.analytics.forecasts.design import design
from otel_monitoring.analytics.forecasts.errors import ForecastError
from otel_monitoring.analytics.forecasts.members import members
from otel_monitoring.analytics.forecasts.prepare import MAX_MISSING_RATIO, prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from otel_monitoring.analytics.forecasts.prepare import History

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

LEAST_POINTS = 16
LEAST_CYCLES = 2
"""A season is known once it was seen so often."""
_ORIGINS = 21
_FEW_ORIGINS = 7
_SHARPNESS = 12.0
"""How much better members count more: weights fall with this power of the error."""
_FADING = 0.95
"""How much less the trial before counts."""
_NEARNESS = 0.5
"""How much less errors count with their distance: far ones say more of chance than of a member."""
_WIDENED = 0.9
"""The weights were chosen on the errors that make the bands, and few trials have seen little: bands are wider
by this over the number of trials that do not overlap."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What comes next.

    Attributes:
        values: In the unit of the series, shape (h,).
        scale: The usual size of an error at each, shape (h,).
        standard: Errors of the backtest, divided by their scale, flat.
        seasons: Lengths that were found usable, in points.
        known: How many points the history had from its first to its newest.
        tested: How many points ahead errors were seen; further ones are reckoned from these.
        floor: No value is lower.
        ceiling: No value is higher.
    """

    values: Array
    scale: Array
    standard: Array
    seasons: tuple[int, ...]
    known: int
    tested: int
    floor: float = -np.inf
    ceiling: float = np.inf

    def band(self, level: float = 0.95) -> tuple[Array, Array]:
        """Return between which values a share of what comes will be, each of shape (h,).

        Args:
            level: The share, above 0 and below 1.

        Raises:
            ForecastError: The level is none.
        """
        if not 0 < level < 1:
            msg = f"level {level!r}: expected a share above 0 and below 1"
            raise ForecastError(msg)
        below, above = reach_of(self.standard, level)
        with np.errstate(over="ignore"):
            low, high = self.values + below * self.scale, self.values + above * self.scale
        top, bottom = np.maximum(high, self.values), np.minimum(low, self.values)
        return self._bounded(bottom), self._bounded(top)

    def _bounded(self, values: Array) -> Array:
        return np.asarray(np.nan_to_num(np.clip(values, self.floor, self.ceiling)))


@dataclass(frozen=True, slots=True)
class NoForecast:
    """Why a series is not continued.

    Attributes:
        missing: What it lacks: ``values``, ``points`` or ``season``.
        has: How many points it has.
        needs: How many it needs.
    """

    missing: str
    has: int
    needs: int


def forecast(
    values: Array,
    *,
    horizon: int,
    seasons: Sequence[int] = (24, 168),
    floor: float = -np.inf,
    ceiling: float = np.inf,
) -> Forecast | NoForecast:
    """Continue a series of points at equal distances.

    Args:
        values: The past, oldest first, shape (n,); NaN and infinities are gaps.
        horizon: How many points are wanted, at least 1.
        seasons: Lengths of the seasons it may have, in points, ascending, at most two. The first must have
            been seen twice, else there is no answer; a second that was not seen twice is left out.
        floor: The series is never lower, as a count is never below 0.
        ceiling: It is never higher, as a ratio is never above 1.

    Raises:
        ForecastError: An argument makes no sense.
    """
    _check(horizon, tuple(seasons), floor, ceiling)
    values = np.asarray(values, dtype=np.float64)
    refused = _refused(values, tuple(seasons))
    if refused is not None:
        return refused
    usable = _usable(values, tuple(seasons))
    history = prepare(values, seasons=usable)
    count = len(history.values)
    ahead, scale, standard, tested = _combined(history, horizon + history.overdue, usable)
    keep = slice(history.overdue, None)
    with np.errstate(over="ignore"):
        found = np.nan_to_num(ahead[keep] * history.size + history.center)
        size = np.nan_to_num(scale[keep] * history.size)
    return Forecast(
        np.clip(found, floor, ceiling), size, standard, usable, count, tested, float(floor), float(ceiling)
    )


def _check(horizon: int, seasons: tuple[int, ...], floor: float, ceiling: float) -> None:
    if horizon < 1:
        msg = f"horizon {horizon}: expected at least 1 point"
        raise ForecastError(msg)
    if len(seasons) > 2 or any(one < 2 for one in seasons) or list(seasons) != sorted(set(seasons)):  # noqa: PLR2004
        msg = f"seasons {seasons}: expected at most two lengths of at least 2 points, ascending"
        raise ForecastError(msg)
    if not floor < ceiling:
        msg = f"floor {floor} and ceiling {ceiling}: expected the floor below the ceiling"
        raise ForecastError(msg)


def _refused(values: Array, seasons: tuple[int, ...]) -> NoForecast | None:
    known = np.isfinite(values)
    there = np.flatnonzero(known)
    if not len(there):
        return NoForecast("values", 0, LEAST_POINTS)
    span = int(there[-1] - there[0]) + 1
    if seasons and span < LEAST_CYCLES * seasons[0]:
        return NoForecast("season", span, LEAST_CYCLES * seasons[0])
    if span < LEAST_POINTS:
        return NoForecast("points", span, LEAST_POINTS)
    if len(there) < span * MAX_MISSING_RATIO:
        return NoForecast("values", len(there), round(span * MAX_MISSING_RATIO))
    return None


def _usable(values: Array, seasons: tuple[int, ...]) -> tuple[int, ...]:
    """Return the seasons that were seen often enough: of a second one a little more than twice."""
    there = np.flatnonzero(np.isfinite(values))
    span = int(there[-1] - there[0]) + 1
    return tuple(one for one in seasons if span >= LEAST_CYCLES * one + (one != seasons[0]) * seasons[0])


def _combined(history: History, horizon: int, seasons: tuple[int, ...]) -> tuple[Array, Array, Array, int]:
    """Return the forecast, the size of its errors, errors in such sizes, and how far it was tested."""
    values, count = history.cleaned, len(history.values)
    tested = min(horizon, max(count // 3, 1))
    origins, season = _origins(count, tested, seasons)
    columns = design(count, horizon=horizon, seasons=seasons)
    ways = members(
        seasons=seasons, first_origin=int(origins[0]), design=columns, positive=bool(values.min() >= 0)
    )
    every = np.append(origins, count)
    ahead = np.stack([way(values, every, horizon) for way in ways])
    actual = history.values[origins[:, None] + np.arange(tested)]
    fresh = _FADING ** np.arange(len(origins))[::-1]
    near = np.arange(1, tested + 1) ** -_NEARNESS
    missed_by = np.abs(ahead[:, :-1, :tested] - actual)
    errors = (missed_by * near).sum(axis=2) @ fresh / (near.sum() * fresh.sum()) + 1e-12
    weights = (errors / errors.min()) ** -_SHARPNESS
    mixed = ((weights / weights.sum())[:, None, None] * ahead).sum(axis=0)
    missed = actual - mixed[:-1, :tested]
    scale = error_scale(missed, horizon=horizon, season=season)
    divisor = np.where(scale[:tested] > 0, scale[:tested], 1.0)
    trials = (origins[-1] - origins[0]) / tested + 1
    return mixed[-1], scale * (1 + _WIDENED / trials), (missed / divisor).ravel(), tested


def _origins(count: int, tested: int, seasons: tuple[int, ...]) -> tuple[Indices, int]:
    """Return where the backtest starts, ascending, and the season at whose same place all of them are.

    Where the history is long enough all origins are whole days before its end: the errors then tell how sure
    each hour of the day is.
    """
    day = seasons[0] if seasons else 0
    least = max(count // 3, day + day // 4, LEAST_POINTS // 2)
    last = count - tested
    room = max(last - least, 0)
    if day and room // day + 1 >= _FEW_ORIGINS:
        found = last - day * np.arange(min(room // day + 1, _ORIGINS))
        return np.sort(found), day
    step = max(room // _ORIGINS, 1)
    return np.sort(last - step * np.arange(min(room // step + 1, _ORIGINS))), 0
