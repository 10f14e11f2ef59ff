"""What a detector says of one point: how strange it is, against which range, and in which way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import nan
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Reason(IntEnum):
    """In which way a point stands out: the stream that gave the strongest evidence."""

    NONE = 0
    SPIKE = 1
    LEVEL_SHIFT = 2
    SILENCE = 3
    SPREAD = 4
    NOVELTY = 5
    SEASONAL = 6


REASONS: Final = (
    Reason.NOVELTY,
    Reason.LEVEL_SHIFT,
    Reason.LEVEL_SHIFT,
    Reason.LEVEL_SHIFT,
    Reason.LEVEL_SHIFT,
    Reason.SPIKE,
    Reason.SPIKE,
    Reason.SEASONAL,
    Reason.SEASONAL,
    Reason.SEASONAL,
)
"""What each stream of ``layout.STREAMS`` gives as a reason."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a bank says of one point each of ``n`` series, in the order of the rows that were given.

    Attributes:
        scores: From 0 (as ever) to 1; a row without a verdict scores 0. Shape (n,).
        is_anomalous: Whether the score reaches the threshold of the false-alarm budget.
        expected_low: Lower end of the range that was expected before the point came; NaN while unknown.
        expected_high: Upper end of that range.
        rarity_hours: So rare that it is seen once in this many hours; 0 while nothing is known.
        reasons: Codes of ``Reason``.
    """

    scores: NDArray[np.float64]
    is_anomalous: NDArray[np.bool_]
    expected_low: NDArray[np.float64]
    expected_high: NDArray[np.float64]
    rarity_hours: NDArray[np.float64]
    reasons: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a detector says of one point; the fields are those of ``Verdicts``."""

    score: float
    is_anomalous: bool
    expected_low: float
    expected_high: float
    rarity_hours: float
    reason: Reason


UNJUDGED: Final = Verdict(
    score=0.0, is_anomalous=False, expected_low=nan, expected_high=nan, rarity_hours=0.0, reason=Reason.NONE
)
"""What is said of NaN and of the infinities."""
