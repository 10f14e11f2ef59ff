"""The columns of a regression that depend on time alone: a line and the waves of each season.

Source: dynamic harmonic regression, Young, Pedregal, Tych, Journal of Forecasting 18 (1999).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_WAVES = 11
_SLOW_WAVES = 6
_CARRIED_WAVES = 4


@dataclass(frozen=True, slots=True)
class Design:
    """Columns of time.

    Attributes:
        columns: Shape (n + h, c): one, the line, then the waves of the short and of the long season.
        penalties: How unwelcome each column is, shape (c,), before the weights of a member: swift waves
            are less welcome than slow ones.
        kinds: Of each column, shape (c,): 0 the constant, 1 the line, 2 the short season, 3 the long one.
    """

    columns: Array
    penalties: Array
    kinds: NDArray[np.int64]


def design(count: int, *, horizon: int, seasons: tuple[int, ...]) -> Design:
    """Return the columns of ``count`` points that were and ``horizon`` that come."""
    times = np.arange(count + horizon, dtype=np.float64)
    columns = [np.ones((len(times), 1)), ((times - count) / count)[:, None]]
    penalties = [np.array([1e-6]), np.array([1.0])]
    kinds = [0, 1]
    for place, (season, waves) in enumerate(zip(seasons, _waves(seasons), strict=True)):
        angles = 2 * np.pi * np.outer(times, waves) / season
        columns += [np.cos(angles), np.sin(angles)]
        slow = waves / 4 if place == 0 else waves / (season / seasons[0])
        penalties += [1 + slow, 1 + slow]
        kinds += [2 + place] * (2 * len(waves))
    return Design(np.concatenate(columns, axis=1), np.concatenate(penalties), np.array(kinds))


def _waves(seasons: tuple[int, ...]) -> list[Array]:
    """Return the numbers of waves in each season.

    The long season has slow ones, and those beside each wave of the short season: together with it they let
    the short season look different as the long one passes, as a day does on a weekend.
    """
    if not seasons:
        return []
    found = [np.arange(1.0, min(_WAVES, (seasons[0] - 1) // 2) + 1)]
    for season in seasons[1:]:
        ratio = season // seasons[0]
        beside = {j * ratio + side for j in range(1, _CARRIED_WAVES + 1) for side in (-1, 1)}
        slow = set(range(1, min(_SLOW_WAVES, ratio - 1) + 1))
        waves = sorted(wave for wave in slow | beside if 0 < wave < season / 2 and wave % ratio)
        found.append(np.array(waves, dtype=np.float64))
    return found
