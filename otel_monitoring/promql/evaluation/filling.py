"""What ``fill``, ``fill_left`` and ``fill_right`` add to the sides of a binary operator.

Each side gets a series for every key that it can lack, with a sample at those steps where the other side
alone has that key; from there on they match like any others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import NAME
from otel_monitoring.promql.vectors.values import LATE, Vector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.evaluation.budget import Budget
    from otel_monitoring.promql.language.nodes import Fill, Matching
    from otel_monitoring.promql.vectors.memo import Memo
    from otel_monitoring.promql.vectors.values import Mask

    Keys = tuple[tuple[Labels, ...], NDArray[np.intp], NDArray[np.intp]]


def filled(
    many: Vector, one: Vector, fill: Fill, matching: Matching, *, memo: Memo, budget: Budget
) -> tuple[Vector, Vector]:
    """Return both sides with samples in place of those that they lack.

    Args:
        many: The left side; the right one of ``group_right``.
        one: The other side.
        fill: What stands for a sample; as in Prometheus, its left one is that of ``many``.
        matching: How the sides find each other.
        memo: Where the keys are kept.
        budget: What the query may still use: both sides can become as large as both together.
    """
    keys, many_keys, one_keys = memo.get(
        ("fill", matching.on, matching.labels),
        (many.labels, one.labels),
        lambda: _keys(many.labels, one.labels, matching),
    )
    budget.reserve(2 * len(keys) * len(many.values))
    has_many, has_one = _met(many, many_keys, len(keys)), _met(one, one_keys, len(keys))
    return (
        _with(many, keys, has_one & ~has_many, fill.left),
        _with(one, keys, has_many & ~has_one, fill.right),
    )


def _keys(many: tuple[Labels, ...], one: tuple[Labels, ...], matching: Matching) -> Keys:
    """Return what is matched on as label sets, and the number of each column's."""
    place: dict[Labels, int] = {}

    def numbers(labels: tuple[Labels, ...]) -> NDArray[np.intp]:
        keys = [
            each.only(*matching.labels) if matching.on else each.without(*matching.labels, NAME, LATE)
            for each in labels
        ]
        return np.array([place.setdefault(key, len(place)) for key in keys], dtype=np.intp)

    many_keys, one_keys = numbers(many), numbers(one)
    return tuple(place), many_keys, one_keys


def _met(vector: Vector, keys: NDArray[np.intp], many: int) -> Mask:
    """Return where a series with each key has a sample, shape (s, k)."""
    met = np.zeros((many, len(vector.values)), dtype=bool)
    np.logical_or.at(met, keys, vector.mask.T)
    return met.T


def _with(vector: Vector, keys: tuple[Labels, ...], lacking: Mask, value: float | None) -> Vector:
    if value is None or not lacking.any():
        return vector
    columns = np.flatnonzero(lacking.any(axis=0))
    values = np.hstack([vector.values, np.full((len(vector.values), len(columns)), value)])
    present = np.hstack([vector.mask, lacking[:, columns]])
    return Vector((*vector.labels, *(keys[column] for column in columns)), values, present)
