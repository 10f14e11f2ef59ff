"""The simple forecasts that are combined: what was a season ago, a line, regressions.

Each member is asked at many origins at once, so that how well it would have done is known at little cost.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from otel_monitoring.analytics.forecasts.regression import Pull, regress
from otel_monitoring.analytics.forecasts.smoothing import smooth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.analytics.forecasts.design import Design

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

_OF_DAYS = tuple(0.75**ago for ago in range(10))
_OF_WEEKS = (0.5, 0.3, 0.2)
_OF_POINTS = (1.0,) * 48
"""How much the last seasons count, the newest first."""
_LAST_SHAPES = (0.3, 0.25, 0.2, 0.15, 0.1)
_NEWER_SHAPES = (0.4, 0.3, 0.2, 0.1)
_PERSISTENCE = 0.97
_LINE_POINTS = 48
_LOG_ROOM = 3.0


class Member(Protocol):
    """One way to continue a series."""

    def __call__(self, values: Array, origins: Indices, horizon: int) -> Array:
        """Return forecasts from each origin, shape (o, horizon).

        Args:
            values: Shape (n,); those from an origin on are not known to it.
            origins: How many values are known at each, shape (o,), ascending.
            horizon: How many points are wanted.
        """
        ...


def members(*, seasons: tuple[int, ...], first_origin: int, design: Design, positive: bool) -> list[Member]:
    """Return those that suit a series.

    Args:
        seasons: Lengths in points, the short one first; none, one or two.
        first_origin: How many points are known at the earliest origin.
        design: The columns of time.
        positive: Whether it has no value below 0: it may then change by factors as well.
    """
    if not seasons:
        return _without_season(design, first_origin)
    day, longest = seasons[0], max(one for one in seasons if one <= first_origin)
    fitting = partial(_fitting, most=max(round(0.75 * first_origin), 1))
    lags = fitting([1, 2, 3, day, day + 1, 2 * day, 3 * day, *_around(seasons, (0, 1))])
    many = fitting(
        [1, 2, 3, 4, *range(day - 2, day + 3), *range(2 * day - 1, 2 * day + 2)]
        + [j * day for j in range(3, 7)]
        + _around(seasons, (-1, 0, 1))
    )
    as_last = Pull(prior={day: 1.0}, past=3, line=1e6, waves=(30, 30))
    firmly = Pull(prior={day: 1.0}, past=100, line=1e6, waves=(1000, 3000))
    level = _level(day, _LAST_SHAPES, keep=1.0, most=first_origin)
    fading = _level(day, _NEWER_SHAPES, keep=_PERSISTENCE, most=first_origin)
    found: list[Member] = [
        partial(_mean_of_last, season=day, weights=(1.0,)),
        partial(_mean_of_last, season=longest, weights=_OF_DAYS if longest == day else _OF_WEEKS),
        partial(smooth, season=day),
        partial(_line, season=day, last=1.0, damped=False),
        partial(_line, season=day, last=0.3, damped=True),
        _regression(many, design, Pull(past=3)),
        _regression(lags, design, as_last),
        _regression(tuple(level), design, Pull(level, past=1e4, line=1e6, waves=(1e4, 3e4))),
        _regression(tuple(fading), design, Pull(fading, past=30, line=1e6, waves=(100, 300))),
    ]
    by_factors = [
        _regression(lags, design, Pull()),
        _regression(lags, design, as_last),
        _regression(lags, design, firmly),
        *_as_weeks(seasons, first_origin, design),
    ]
    return found + [partial(_by_factors, member=one) if positive else one for one in by_factors]


def _without_season(design: Design, first_origin: int) -> list[Member]:
    lags = _fitting([1, 2, 3, 4, 5, 6], most=max(first_origin // 3, 1))
    return [
        _last,
        partial(_mean_of_last, season=1, weights=_OF_POINTS),
        partial(_line, season=0, last=1.0, damped=False),
        partial(_line, season=0, last=0.3, damped=False),
        partial(_line, season=0, last=0.3, damped=True),
        _regression(lags, design, Pull(prior={1: 1.0}, line=1e6)),
        _regression(lags, design, Pull()),
    ]


def _as_weeks(seasons: tuple[int, ...], first_origin: int, design: Design) -> list[Member]:
    if len(seasons) < 2:  # noqa: PLR2004 - a long season beside the short one
        return []
    day, week = seasons
    lags = _fitting([1, 2, 3, day, day + 1, week, week + 1, 2 * week], most=round(0.75 * first_origin))
    prior = {week: 0.6, 2 * week: 0.4} if 2 * week in lags else {week: 1.0}
    if week not in lags:
        return []
    return [_regression(lags, design, Pull(prior, past=10, waves=(30, 30)))]


def _regression(lags: tuple[int, ...], design: Design, pull: Pull) -> Member:
    def ahead(values: Array, origins: Indices, horizon: int) -> Array:
        return regress(values, origins, horizon=horizon, lags=lags, design=design, pull=pull)

    return ahead


def _around(seasons: Sequence[int], sides: Sequence[int]) -> list[int]:
    return [season + side for season in seasons[1:] for side in sides]


def _fitting(lags: Sequence[int], *, most: int) -> tuple[int, ...]:
    return tuple(sorted({lag for lag in lags if 0 < lag <= most})) or (1,)


def _level(day: int, shares: Sequence[float], *, keep: float, most: int) -> Mapping[int, float]:
    """Return the lags by which the newest level is carried on with the mean shape of the last days.

    Args:
        day: The length of the season.
        shares: How much the shapes of the last days count, the newest first.
        keep: How much of what the newest level differs by is left a point later.
        most: No lag is longer.
    """
    lags = {1: keep}
    for days, share in enumerate(shares, start=1):
        lags[days * day] = lags.get(days * day, 0.0) + share
        lags[days * day + 1] = lags.get(days * day + 1, 0.0) - keep * share
    return {lag: share for lag, share in lags.items() if lag <= most}


def _last(values: Array, origins: Indices, horizon: int) -> Array:
    return np.repeat(values[origins - 1][:, None], horizon, axis=1)


def _mean_of_last(
    values: Array, origins: Indices, horizon: int, *, season: int, weights: Sequence[float]
) -> Array:
    """Average the same place of the last seasons that are known, the newer the more."""
    place = np.arange(horizon) % season
    total = np.zeros((len(origins), horizon))
    weight = np.zeros((len(origins), horizon))
    for ago, share in enumerate(weights, start=1):
        at = origins[:, None] - season * ago + place
        known = at >= 0
        total += np.where(known, share * values[np.maximum(at, 0)], 0.0)
        weight += share * known
    return total / weight


def _line(values: Array, origins: Indices, horizon: int, *, season: int, last: float, damped: bool) -> Array:
    """Continue a robust line through the last part, with the mean shape of a season around it.

    The slope is the median of those between all pairs: Sen, JASA 63 (1968). A damped line bends until it
    is level: Gardner and McKenzie, Management Science 31 (1985).
    """
    steps = np.arange(1, horizon + 1, dtype=np.float64)
    found = np.empty((len(origins), horizon))
    for place, origin in enumerate(origins):
        length = max(round(origin * last), min(2 * season, int(origin)), 3)
        part = values[max(origin - length, 0) : origin]
        slope, level, shape = _slope(part, season)
        reach = steps if not damped else _damped(steps, half=max(len(part) / 2, 1.0))
        found[place] = level + slope * reach
        if season:
            found[place] += shape[np.arange(horizon) % season]
    return found


def _slope(part: Array, season: int) -> tuple[float, float, Array]:
    """Return the slope a point, the level at the end, and the shape of a season that follows the end."""
    length = season or max(len(part) // _LINE_POINTS, 1)
    count = len(part) // length
    blocks = part[len(part) - count * length :].reshape(count, length)
    means = blocks.mean(axis=1)
    one, other = np.triu_indices(count, k=1)
    slope = float(np.median((means[other] - means[one]) / (other - one))) / length if count > 1 else 0.0
    level = float(np.median(means[-3:] + slope * length * np.arange(len(means[-3:]) - 1, -1, -1)))
    level += slope * (length - 1) / 2
    bent = blocks - means[:, None] - slope * (np.arange(length) - (length - 1) / 2)
    return slope, level, bent[-7:].mean(axis=0)


def _damped(steps: Array, *, half: float) -> Array:
    """Return how far a slope has brought us that halves every ``half`` steps."""
    keep = 0.5 ** (1 / half)
    return np.asarray(keep * (1 - keep**steps) / (1 - keep))


def _by_factors(values: Array, origins: Indices, horizon: int, *, member: Member) -> Array:
    """Ask a member for the logarithm: seasons are then factors, and so is what is added to them."""
    room = 0.0 if values.min() > 0 else 0.1 * float(np.median(values)) or 0.1 * float(values.mean()) or 1.0
    logs = np.log(np.maximum(values + room, 1e-12))
    top = float(logs.max())
    return np.asarray(np.exp(np.minimum(member(logs, origins, horizon), top + _LOG_ROOM)) - room)
