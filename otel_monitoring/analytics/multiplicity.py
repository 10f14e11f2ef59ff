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
    flat = p_values.ravel()
    asked = np.flatnonzero(np.isfinite(flat))
    order = asked[np.argsort(flat[asked], kind="stable")]
    raised = flat[order] * (len(order) / np.arange(1, len(order) + 1))
    adjusted = np.full(len(flat), np.nan)
    adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return adjusted.reshape(p_values.shape)
