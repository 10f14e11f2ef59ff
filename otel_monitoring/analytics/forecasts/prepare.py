"""A history made fit to be continued: scaled, without gaps, without freak points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MAX_MISSING_RATIO = 0.5
"""More than this of a history must be there."""
_CYCLES_TO_CLEAN = 5
_FREAK_DEVIATIONS = 8.0
_MAD_TO_DEVIATION = 1.4826
_LOOKS = 8
_STEP_RATIO = 3.0
"""A step is so many times larger than what the level does from one season to the next on most days."""
_MOST_SEASONS = 0.85
_MOST_UNLIKE = 0.3
"""What a step leaves unexplained of the season after it, at most."""
_SMALLEST, _LARGEST = 1e-290, 1e308


@dataclass(frozen=True, slots=True)
class History:
    """A series to continue, scaled to be near 1.

    Attributes:
        values: Without gaps, shape (n,): the newest is the last that was seen. What was before a step lies on
            the level that came after it.
        cleaned: The same with freak points replaced, shape (n,).
        overdue: How many points passed since the newest.
        center: What was subtracted from the values, in their unit.
        size: What they were then divided by, above 0.
    """

    values: Array
    cleaned: Array
    overdue: int
    center: float
    size: float


def prepare(values: Array, *, seasons: tuple[int, ...]) -> History:
    """Return a history of points at equal distances as the members need it.

    Args:
        values: Shape (n,); NaN and infinities are gaps. At least one is a number.
        seasons: The lengths of the seasons in points, the short one first.
    """
    season = seasons[0] if seasons else 0
    usable = np.where(np.isfinite(values), values, np.nan)
    there = np.flatnonzero(~np.isnan(usable))
    seen = usable[there[0] : there[-1] + 1]
    center, size = _scale(seen)
    filled = _filled((seen / 2 - center / 2) / (size / 2), season)
    level = without_steps(filled, seasons)
    return History(level, _without_freaks(level, season), len(values) - 1 - int(there[-1]), center, size)


def _scale(seen: Array) -> tuple[float, float]:
    """Return a middle and a size; halves are looked at, as the difference of huge values overflows."""
    known = seen[~np.isnan(seen)]
    low, high = float(known.min()), float(known.max())
    if low >= 0:  # zero stays zero: logarithms need to know where it is
        size = high * float((known / high).mean()) if high else 0.0
        return 0.0, size if size > _SMALLEST else 1.0
    middle = low / 2 + high / 2
    size = min(2 * max(high / 2 - low / 2, abs(middle) * 1e-12), _LARGEST)
    return middle, size if size > _SMALLEST else 1.0


def _filled(values: Array, season: int) -> Array:
    """Return the values with gaps filled: with what was there a season before or after, else on a line."""
    gaps = np.isnan(values)
    if not gaps.any():
        return values
    filled = values.copy()
    if season:
        for shift in (season, -season):
            at = np.flatnonzero(np.isnan(filled))
            source = at - shift
            inside = (source >= 0) & (source < len(values))
            filled[at[inside]] = values[source[inside]]
    at = np.arange(len(values))
    still = np.isnan(filled)
    filled[still] = np.interp(at[still], at[~still], filled[~still])
    return filled


def _without_freaks(values: Array, season: int) -> Array:
    """Return the values with single points replaced that fit neither their neighbours nor their season.

    What lasts longer than two points is no freak: it may be the new level.
    """
    count = len(values)
    if not season or count < _CYCLES_TO_CLEAN * season or season < 4:  # noqa: PLR2004 - two neighbours a side
        return values
    beside = np.arange(count)[:, None] + season * np.array([-3, -2, -1, 1, 2, 3])
    beside = np.where(beside < 0, beside + 7 * season, beside)
    beside = np.where(beside >= count, beside - 7 * season, beside) % count
    peers = values[beside]
    usual = np.median(peers, axis=1)
    rest = values - usual
    around = np.pad(rest, 2, mode="reflect")
    near = np.median(np.stack([around[:-4], around[1:-3], around[3:-1], around[4:]]), axis=0)
    off = np.abs(rest - near)
    deviation = _MAD_TO_DEVIATION * float(np.median(off)) + 1e-9
    spread = (peers.max(axis=1) - peers.min(axis=1)) / 8
    return np.where(off > _FREAK_DEVIATIONS * np.maximum(deviation, spread), usual + near, values)


def without_steps(values: Array, seasons: tuple[int, ...]) -> Array:
    """Return the values without abrupt and lasting changes of level, as if the newest had always been.

    A change shows in the median of one season's differences to the season before. What returns with the long
    season, such as the step into a weekend, is no change; nor is a day that is quiet at noon and as ever at
    night.

    Args:
        values: Shape (n,), without gaps.
        seasons: The lengths of the seasons in points, the short one first.
    """
    if not seasons or len(values) < _CYCLES_TO_CLEAN * seasons[0]:
        return values
    season = seasons[0]
    found = values.copy()
    looked = np.zeros(len(values) - 2 * season + 1, dtype=bool)
    for _ in range(_LOOKS):
        step = _largest_step(found, season, looked)
        if step is None:
            break
        at, height, peak = step
        looked[max(peak - season, 0) : peak + season] = True
        returns = any(_returns(found, at, height, season, one) for one in seasons[1:])
        if _is_alike(found, at, height, season) and not returns:
            found[:at] += height
    return found


def _largest_step(values: Array, season: int, looked: NDArray[np.bool_]) -> tuple[int, float, int] | None:
    """Return where the largest step is, how high, and where it shows, if the level seldom moves as much."""
    apart = values[season:] - values[:-season]
    moved = np.median(np.lib.stride_tricks.sliding_window_view(apart, season), axis=1)
    sizes = np.abs(moved)
    peak = int(np.where(looked, -1.0, sizes).argmax())
    elsewhere = np.abs(np.arange(len(sizes)) - peak) > season
    usual = float(np.quantile(sizes[elsewhere], _MOST_SEASONS)) if elsewhere.any() else np.inf
    if looked[peak] or sizes[peak] <= max(_STEP_RATIO * usual, 1e-9 * float(np.abs(values).max())):
        return None
    height = float(moved[peak])
    near = slice(max(peak - season // 2, 0), peak + season // 2 + 1)
    capped = np.clip(apart * np.sign(height), -abs(height), abs(height))
    sums = np.lib.stride_tricks.sliding_window_view(capped, season).sum(axis=1)
    at = near.start + int(sums[near].argmax())
    return at + season, float(moved[at]), peak


def _is_alike(values: Array, at: int, height: float, season: int) -> bool:
    """Tell whether a step is about as high at every place of the season, as no holiday is."""
    moved = values[at : at + season] - values[at - season : at]
    return bool(np.abs(moved - height).sum() <= _MOST_UNLIKE * np.abs(moved).sum())


def _returns(values: Array, at: int, height: float, season: int, long: int) -> bool:
    """Tell whether the long season before, or else the one after, has the same step at the same place."""
    if at >= long:
        after = values[at : at + season]
        lasting = float(np.median(after - values[at - long : at - long + len(after)]))
    elif at + long - season < len(values):
        before = values[max(at - season, 0) : at]
        later = values[max(at - season, 0) + long : at + long]
        lasting = float(np.median(later - before[: len(later)]))
    else:
        return False
    return bool(lasting * np.sign(height) < abs(height) / 2)
