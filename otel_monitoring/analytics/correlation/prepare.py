"""Series made ready for arithmetic: no gaps, no infinities, no numbers whose squares are infinite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPREAD_OF_MAD = 1.4826
_FEWEST_DAYS = 2
_GAIN = 0.9
_SMOOTHED_OVER = 15
_STRAIGHT = 0.5
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Prepared:
    """Values without gaps, each row in a unit of its own.

    Attributes:
        values: Shape (n, t), finite, at most 1 in size; a gap holds the value before it.
        present: Where there was a value, shape (n, t).
    """

    values: NDArray[np.float64]
    present: NDArray[np.bool_]


def prepared(values: NDArray[np.float64]) -> Prepared:
    """Return values with their gaps filled; infinities count as gaps.

    Args:
        values: Shape (n, t).
    """
    present = np.isfinite(values)
    known = np.where(present, values, 0.0)
    largest = np.abs(known).max(axis=1, keepdims=True, initial=0.0)
    scaled = known / np.where(largest > 0, largest, 1.0)
    return Prepared(_filled(scaled, present), present)


def deseasoned(values: NDArray[np.float64], *, before: int, day: int) -> NDArray[np.float64]:
    """Return values less the shape of a day, in rows of which other days foretell a day.

    The shape is the median of the same time of all days before the window. A row keeps its day where
    subtracting it helps little, judged on days that had no part in the shape.

    Args:
        values: Shape (n, t), finite.
        before: How many columns lie before the window.
        day: The columns of a day; 0 where a day is no whole number of steps.
    """
    days = before // day if day else 0
    if days < _FEWEST_DAYS:
        return values
    first = before - days * day
    past = values[:, first:before].reshape(len(values), days, day)
    past = past - np.median(past, axis=2, keepdims=True)  # days may differ in their level
    others = (past.sum(axis=1, keepdims=True) - past) / (days - 1)
    helps = _spread((past - _smoothed(others)).reshape(len(values), -1)) < _GAIN * _spread(
        past.reshape(len(values), -1)
    )
    shape = _smoothed(np.median(past, axis=1))
    places = (np.arange(values.shape[1]) - first) % day
    return np.where(helps[:, None], values - shape[:, places], values)


def detrended(values: NDArray[np.float64], *, before: int) -> NDArray[np.float64]:
    """Return values less a straight line, in rows that mostly follow one: what grows on is no surprise.

    Args:
        values: Shape (n, t), finite, at most 1 in size.
        before: How many columns lie before the window: through them the line is laid.
    """
    times = np.arange(values.shape[1]) - (before - 1) / 2
    past = values[:, :before]
    around = past - past.mean(axis=1, keepdims=True)
    slopes = around @ times[:before] / (times[:before] @ times[:before])
    lines = slopes[:, None] * times
    power = (around**2).sum(axis=1)
    left = ((around - lines[:, :before]) ** 2).sum(axis=1)
    rest = values - past.mean(axis=1, keepdims=True) - lines
    rest[np.abs(rest) < _ROUNDING] = 0.0
    return np.where((left < _STRAIGHT * power)[:, None], rest, values)


def robust(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle and the spread of each row, both of shape (n, 1); spreads are above 0.

    The spread is that of the median deviation, of all deviations where more than half are none, and 1 of a
    row that does not move at all.
    """
    middle = np.median(values, axis=1, keepdims=True)
    spread = SPREAD_OF_MAD * np.median(np.abs(values - middle), axis=1, keepdims=True)
    spread = np.where(spread > 0, spread, values.std(axis=1, keepdims=True))
    return middle, np.where(spread > 0, spread, 1.0)


def _spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.median(np.abs(values), axis=1)
    return found


def _smoothed(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a running mean along the last axis, around the clock."""
    length = days.shape[-1]
    reach = min(_SMOOTHED_OVER, length // 8) // 2
    total = sum(np.roll(days, by, axis=-1) for by in range(-reach, reach + 1))
    return np.asarray(total / (2 * reach + 1))


def _filled(values: NDArray[np.float64], present: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return values with each gap at the value before it; a gap at the beginning at the first value."""
    if present.all() or not values.size:
        return values
    columns = np.arange(values.shape[1])
    last = np.maximum.accumulate(np.where(present, columns, -1), axis=1)
    first = np.argmax(present, axis=1)[:, None]
    return np.take_along_axis(values, np.where(last >= 0, last, first), axis=1)
