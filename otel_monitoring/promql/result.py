"""What a query answers, whoever was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels

ResultKind = Literal["scalar", "vector", "matrix", "string"]


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a range result; times in Unix milliseconds, both of shape (t,)."""

    labels: Labels
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a query.

    Attributes:
        kind: Which of the following holds it.
        samples: Of a vector: label sets and values, in the order that the expression asks for.
        series: Of a matrix: sorted by labels.
        scalar: Of a scalar.
        text: Of a string.
        time_ms: The time of an instant query.
        warnings: What is doubtful about the answer.
        infos: What may be worth knowing about it.
        tiers: From where its samples came: some of ``memory``, ``raw``, ``minute``, ``hour``; empty where
            that is not known.
        samples_read: How many samples were looked at; 0 where that is not known.
    """

    kind: ResultKind
    samples: list[tuple[Labels, float]]
    series: list[Series]
    scalar: float
    text: str
    time_ms: int
    warnings: tuple[str, ...] = ()
    infos: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    samples_read: int = 0
