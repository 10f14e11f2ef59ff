"""Whether a window was there before: what goes on and off by a clock is no news, however steep its edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALIKE = 0.25


def repeats(values: NDArray[np.float64], *, before: int) -> bool:
    """Tell whether some stretch of the past is nearly the window itself.

    The noise of a series keeps its stretches apart; only what repeats itself to the letter comes near.

    Args:
        values: Shape (t,), finite, at most 1 in size.
        before: How many points lie before the window.
    """
    window = values[before:]
    stretches = np.lib.stride_tricks.sliding_window_view(values[:before], len(window))
    # |a - b|² = |a|² - 2 ab + |b|², so that no copy of all stretches is made
    power = np.concatenate([[0.0], np.cumsum(values[:before] ** 2)])
    apart = power[len(window) :] - power[: -len(window)] - 2 * (stretches @ window) + window @ window
    return bool(apart.min() <= len(window) * (_ALIKE * float(window.std())) ** 2)
