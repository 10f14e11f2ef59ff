"""What expressions evaluate to: one column per series, one row per step.

A mask tells where a vector has a sample; NaN is a sample like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import NAME, Labels

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    from otel_monitoring.promql.vectors.memo import Memo

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

DESCRIBING = (NAME, "__type__", "__unit__")
"""The labels that go when values are changed."""

LATE = "\udcff"
"""A label of series whose name is dropped at the end of the query; no label from outside has such a name."""

_DROPPED = (*DESCRIBING, LATE)

SAME_LABELS = "vector cannot contain metrics with the same labelset"


@dataclass(frozen=True, slots=True)
class Scalar:
    """One number per step, shape (s,)."""

    values: Floats


@dataclass(frozen=True, slots=True)
class String:
    """A text."""

    value: str


@dataclass(frozen=True, slots=True)
class Vector:
    """Instant samples of some series at every step.

    Attributes:
        labels: The label sets, shape (n,); kept by identity for as long as it is the same set.
        values: Samples, shape (s, n); undefined where there is none.
        present: Where there is a sample, shape (s, n); ``None`` for everywhere.
        order: The columns in the order in which an instant query gives them; ``None`` for any.
    """

    labels: tuple[Labels, ...]
    values: Floats
    present: Mask | None = None
    order: NDArray[np.intp] | None = None

    @property
    def mask(self) -> Mask:
        """Where there is a sample, as an array."""
        return np.ones(self.values.shape, dtype=bool) if self.present is None else self.present


Value = Scalar | String | Vector


def both(left: Mask | None, right: Mask | None) -> Mask | None:
    """Return where both masks hold."""
    if left is None:
        return right
    return left if right is None else left & right


def relabelled(
    vector: Vector,
    memo: Memo,
    key: tuple[Any, ...],
    relabel: Callable[[Labels], Labels],
    *,
    keep: Callable[[], bool] | None = None,
) -> Vector:
    """Give every series new labels; series that end with the same labels must never meet at a step.

    Args:
        vector: The series.
        memo: Where the new label sets are kept.
        key: What the new labels depend on besides the old ones.
        relabel: The new label set of an old one.
        keep: Tells after that whether the new label sets are light enough to be kept.

    Raises:
        QueryError: Two series with the same labels have a sample at the same step.
    """
    labels, columns = memo.get(
        ("relabelled", *key),
        (vector.labels,),
        lambda: _unified([relabel(one) for one in vector.labels]),
        keep=keep,
    )
    moved = Vector(labels, vector.values, vector.present, vector.order)
    return moved if columns is None else merged(moved, columns)


def without_name(vector: Vector, memo: Memo, *, late: bool = False) -> Vector:
    """Drop the metric's name, as everything does that changes values; ``late`` at the end of the query."""
    return (
        relabelled(vector, memo, (LATE,), _marked) if late else relabelled(vector, memo, (NAME,), drop_name)
    )


def _marked(labels: Labels) -> Labels:
    named = any(name in DESCRIBING for name, _ in labels.pairs)
    return labels.with_({LATE: "1"}) if named else labels


def settled_names(vector: Vector, memo: Memo) -> Vector:
    """Drop the names that were to be dropped at the end.

    Raises:
        QueryError: Two series end with the same labels and have a sample at the same step.
    """
    return relabelled(vector, memo, ("settled",), settled_name)


def settled_name(labels: Labels) -> Labels:
    """Return a label set without the name that was to be dropped at the end."""
    return drop_name(labels) if labels.get(LATE) else labels


def kept_apart(before: Vector, after: Vector) -> Vector:
    """Return ``after``, unless series of ``before`` became one in it.

    What Prometheus computes series by series may not end with the same labels twice, even where the two never
    meet at a step; what it computes step by step may.

    Raises:
        QueryError: Two series with samples became one.
    """
    if len(after.labels) < len(before.labels) and _present(after) < _present(before):
        raise QueryError(SAME_LABELS)
    return after


def _present(vector: Vector) -> int:
    """Return how many series have a sample at any step."""
    return int(vector.mask.any(axis=0).sum())


def nameless(labels: tuple[Labels, ...], memo: Memo) -> tuple[Labels, ...]:
    """Return label sets of one name, or of none, without it."""
    if not labels or labels[0].get(NAME) == "":
        return labels
    dropped: tuple[Labels, ...] = memo.get(
        ("relabelled", NAME), (labels,), lambda: _unified([drop_name(one) for one in labels])
    )[0]
    return dropped


def drop_name(labels: Labels) -> Labels:
    """Return a label set without what describes the metric itself: name, type and unit."""
    return Labels.from_pairs(tuple([pair for pair in labels.pairs if pair[0] not in _DROPPED]))


def have_one_name(labels: tuple[Labels, ...]) -> bool:
    """Tell whether all series have the same name, or none, and nothing else that describes the metric."""
    pairs = chain.from_iterable([one.pairs for one in labels])
    found = [pair for pair in pairs if pair[0] in _DROPPED]
    kinds = set(found)
    only_names = {name for name, _ in kinds} <= {NAME, LATE}
    return not found or (only_names and len(found) == len(labels) * len(kinds))


def _unified(labels: list[Labels]) -> tuple[tuple[Labels, ...], NDArray[np.intp] | None]:
    """Return the label sets without repetition, and the place of each column among them if there is any."""
    place: dict[Labels, int] = {}
    columns = [place.setdefault(one, len(place)) for one in labels]
    return tuple(place), None if len(place) == len(labels) else np.array(columns, dtype=np.intp)


def merged(vector: Vector, columns: NDArray[np.intp]) -> Vector:
    """Put the columns of series with the same labels together.

    Args:
        vector: Its labels are without repetition already.
        columns: The place of each column of its values.

    Raises:
        QueryError: Two of them have a sample at the same step.
    """
    shape = (len(vector.values), len(vector.labels))
    steps, sources = np.nonzero(vector.mask)
    places = columns[sources]
    values = np.zeros(shape)
    values[steps, places] = vector.values[steps, sources]
    count = np.bincount(steps * shape[1] + places, minlength=shape[0] * shape[1]).reshape(shape)
    if (count > 1).any():
        raise QueryError(SAME_LABELS)
    return Vector(vector.labels, values, count > 0)


def joined(parts: list[Vector], memo: Memo) -> Vector:
    """Put vectors beside each other; label sets that repeat must never meet at a step.

    Raises:
        QueryError: Two series with the same labels have a sample at the same step.
    """
    if len(parts) == 1:
        return parts[0]
    labels, columns = memo.get(
        ("joined",),
        tuple(part.labels for part in parts),
        lambda: _unified([labels for part in parts for labels in part.labels]),
    )
    values = np.hstack([part.values for part in parts])
    whole = all(part.present is None for part in parts)
    vector = Vector(labels, values, None if whole else np.hstack([part.mask for part in parts]))
    return vector if columns is None else merged(vector, columns)
