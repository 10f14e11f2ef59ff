"""Ranks of values, the mean rank where several are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ranked(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ranks of each row from 1, NaN where there is no value.

    Args:
        values: Shape (n, t), finite or NaN.
    """
    found = np.full(values.shape, np.nan)
    for row, ranks in zip(values, found, strict=True):
        present = np.isfinite(row)
        _, places, counts = np.unique(row[present], return_inverse=True, return_counts=True)
        last = np.cumsum(counts)
        ranks[present] = (last - (counts - 1) / 2)[places]
    return found
