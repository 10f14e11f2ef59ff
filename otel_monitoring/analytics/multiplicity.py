"""Probabilities of many questions asked at once, corrected for their number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def benjamini_hochberg(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the false discovery rate at which each question would just be answered with yes.

    Where all answers at or below 0.05 are called findings, one in twenty of them is expected to be none.

    Source: Benjamini and Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical
    Society B 57, 1995. It holds for questions that depend on each other positively as well (Benjamini and
    Yekutieli, 2001).

    Args:
        p_values: From 0 to 1, of any shape; NaN where a question could not be asked, which stays NaN.
    """
    return _adjusted(p_values, lambda count: count / np.arange(1, count + 1), from_largest=True)


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how likely any of the questions so answered would be answered with yes by chance.

    Source: Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics
    6, 1979.

    Args:
        p_values: As for :func:`benjamini_hochberg`.
    """
    return _adjusted(p_values, lambda count: np.arange(count, 0, -1.0), from_largest=False)


def _adjusted(p_values: NDArray[np.float64], factors: _Factors, *, from_largest: bool) -> NDArray[np.float64]:
    flat = p_values.ravel()
    asked = np.flatnonzero(np.isfinite(flat))
    order = asked[np.argsort(flat[asked], kind="stable")]
    raised = flat[order] * factors(len(order))
    kept = np.minimum.accumulate(raised[::-1])[::-1] if from_largest else np.maximum.accumulate(raised)
    adjusted = np.full(len(flat), np.nan)
    adjusted[order] = np.minimum(kept, 1.0)
    return adjusted.reshape(p_values.shape)


if TYPE_CHECKING:
    from collections.abc import Callable

    _Factors = Callable[[int], NDArray[np.float64]]
