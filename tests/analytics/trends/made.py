"""Series that are made up for these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

START_S = 1_700_006_400.0
"""A midnight, UTC."""


def minutes(count: int) -> NDArray[np.float64]:
    """Return so many times, a minute apart."""
    return START_S + 60.0 * np.arange(count, dtype=np.float64)


def noise(phi: float, count: int, seed: int) -> NDArray[np.float64]:
    """Return noise of deviation 1, each point of which keeps a share of the one before."""
    steps = np.random.default_rng(seed).standard_normal(count)
    if phi < 1:
        steps[1:] *= np.sqrt(1 - phi * phi)
    values = steps.copy()
    for at in range(1, count):
        values[at] += phi * values[at - 1]
    return values


def ramp(count: int, rise: float) -> NDArray[np.float64]:
    """Return a straight line from 0 up to ``rise``."""
    return rise * np.arange(count) / (count - 1)
