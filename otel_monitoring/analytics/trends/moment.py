"""The moment of a step: looked for among the points themselves, near the cell where it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.autocorrelation import ar1

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEVEL_SHARE = 3 / 8
_EDGE_SHARE = 1 / 8
_FEWEST = 8


def moment(values: NDArray[np.float64], *, size: float) -> int:
    """Return the place of the first point after a step: where it is most likely, if noise is autocorrelated.

    Args:
        values: The points around it, as many before as after, what repeats taken from them. Shape (n,).
        size: How large it is, about; its sign counts, and its size where the points show another sign.
    """
    count = len(values)
    if count < _FEWEST:
        return count // 2
    ends = max(2, int(count * _LEVEL_SHARE))
    before, after = float(np.median(values[:ends])), float(np.median(values[-ends:]))
    step = after - before if (after - before) * size > 0 else size
    phi = ar1(np.r_[values[:ends] - before, values[-ends:] - after])
    above = np.clip(values - before, min(0.0, step) - abs(step), max(0.0, step) + abs(step))
    rest = above.copy()
    rest[1:] -= phi * above[:-1]
    # A step adds `step` to the noise of its own point and (1 - phi) of it to the noise of each later one.
    later = np.r_[np.cumsum(rest[::-1])[::-1][1:], 0.0]
    behind = np.arange(count - 1, -1, -1)
    kept = (1 - phi) * step
    likely = step * rest + kept * later - (step**2 + kept**2 * behind) / 2
    edge = max(1, int(count * _EDGE_SHARE))
    return edge + int(np.argmax(likely[edge : count - edge]))
