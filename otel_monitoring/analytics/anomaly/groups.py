"""From evidence of streams to evidence of groups: how rare so much evidence is in this very series.

The evidence of a group is the mean over its streams; that of single points is smoothed over two or three
of them, and once more over a dozen, where it grows with the spread of a series whatever its level does.
Its own upper tail is learned as well, an exponential one beyond an edge that 2 % of all points pass, so
that a series whose streams often agree on a surprise needs more than a quiet one. Points of one crowd (a
long fault) are learned once rather than all.

Sources: as in ``tails``; declustering as in Ferro and Segers, Inference for clusters of extreme values,
2003.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Final

import numpy as np

from otel_monitoring.analytics.anomaly import layout as at

if TYPE_CHECKING:
    from numpy.typing import NDArray

NATS: Final = -log(at.GROUP_TAIL)
MOST_EXCESS: Final = np.array(at.GROUP_MOST_EXCESS)[:, None]


def together(state: NDArray[np.float64], *, said: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean evidence of each group.

    Args:
        state: Numbers of ``layout``, shape (fields, n); the smoothed means change in place.
        said: Evidence of every stream. Shape (streams, n).

    Returns:
        Means of levels, points and spread, 0 while nothing is known. Shape (3, n).
    """
    points = said[list(at.POINT_GROUP)].mean(axis=0)
    state[at.POINT_SMOOTH] += at.POINT_SHARE * (points - state[at.POINT_SMOOTH])
    state[at.SPREAD_SMOOTH] += at.SPREAD_SHARE * (
        np.minimum(points, at.SPREAD_MOST) - state[at.SPREAD_SMOOTH]
    )
    levels = said[list(at.LEVEL_GROUP)].mean(axis=0)
    return np.stack([levels, state[at.POINT_SMOOTH], state[at.SPREAD_SMOOTH]])


def rarity(state: NDArray[np.float64], *, means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how rare the mean evidence of each group is, in nats, and learn it.

    Args:
        state: Numbers of ``layout``, shape (fields, n); the numbers of the groups change in place.
        means: Mean evidence of each group, 0 while nothing is known. Shape (3, n).
    """
    high, excess, exceeded, crowd = (state[part] for part in (at.HIGH, at.EXCESS, at.EXCEEDED, at.CROWD))
    known = means > 0.0
    over = known & (means > high)
    beyond = means - high
    said = np.where(known, np.maximum(NATS + beyond / excess, 0.0), 0.0)
    weights = np.minimum(1.0, np.maximum(at.CROWD_FREE * at.GROUP_TAIL / crowd, at.CROWD_LEAST))
    crowd += np.where(known, at.CROWD_SHARE * (over - crowd), 0.0)
    hits = np.where(over, weights, 0.0)
    exceeded += hits
    far = np.minimum(beyond, MOST_EXCESS * excess)
    excess += hits / np.minimum(exceeded + at.GROUP_PRIOR, at.GROUP_MOST) * (far - excess)
    age = np.maximum(state[at.SEEN] - 1.0 - at.YOUNG, 0.0)
    rates = np.maximum(1.0 / (age + at.GROUP_SETTLED), 1.0 / at.GROUP_MEMORY)
    moves = excess / at.GROUP_TAIL * rates * np.where(over, weights, 1.0) * (over - at.GROUP_TAIL)
    high += np.where(known, moves, 0.0)
    return said
