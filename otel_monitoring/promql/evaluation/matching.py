"""Binary operators: arithmetic, comparison and sets, with vector matching.

Which columns of the two sides belong together depends on their labels alone, so it is resolved once per pair
of label tuples; what is left per evaluation is arithmetic on columns and masks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.promql.evaluation.filling import filled
from otel_monitoring.promql.language.nodes import NO_FILL
from otel_monitoring.promql.vectors.values import (
    LATE,
    Scalar,
    Vector,
    both,
    drop_name,
    have_one_name,
    joined,
    merged,
    nameless,
    without_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from otel_monitoring.promql.evaluation.budget import Budget
    from otel_monitoring.promql.language.nodes import Binary, Matching
    from otel_monitoring.promql.vectors.memo import Memo
    from otel_monitoring.promql.vectors.values import Floats, Mask

ARITHMETIC: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "^": np.power,
    "atan2": np.arctan2,
}
COMPARISON: dict[str, Callable[[Floats, Floats], Mask]] = {
    "==": np.equal,
    "!=": np.not_equal,
    ">": np.greater,
    "<": np.less,
    ">=": np.greater_equal,
    "<=": np.less_equal,
}
SETS = ("and", "or", "unless")

_CELLS_AT_ONCE = 64_000

_MANY_TO_MANY = "many-to-many matching not allowed: matching labels must be unique on one side"


def binary(
    node: Binary,
    left: Scalar | Vector,
    right: Scalar | Vector,
    *,
    memo: Memo,
    budget: Budget,
    late: bool = False,
) -> Scalar | Vector:
    """Apply a binary operator.

    Args:
        node: The operator and how the sides match.
        left: What is on its left.
        right: What is on its right.
        memo: Keeps which series meet.
        budget: What the query may still use: pairs can be far more than the series of both sides.
        late: Whether names are dropped at the end of the query.

    Raises:
        QueryError: The sides do not match as the operator demands, or a limit was reached.
    """
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return Scalar(_compute(node.op, left.values, right.values))
    if isinstance(left, Vector) and isinstance(right, Vector):
        if node.op in SETS:
            return _set_operation(node, left, right, memo)
        return _between_vectors(node, left, right, memo, budget)
    return _with_scalar(node, left, right, memo, late=late)


def _compute(op: str, left: Floats, right: Floats) -> Floats:
    if op in COMPARISON:
        return COMPARISON[op](left, right).astype(np.float64)
    return ARITHMETIC[op](left, right)


def _with_scalar(
    node: Binary, left: Scalar | Vector, right: Scalar | Vector, memo: Memo, *, late: bool
) -> Vector:
    a = left.values[:, None] if isinstance(left, Scalar) else left.values
    b = right.values[:, None] if isinstance(right, Scalar) else right.values
    vector = left if isinstance(left, Vector) else right
    assert isinstance(vector, Vector)  # noqa: S101 - for the type checker: one side is a vector
    if node.op in COMPARISON and not node.return_bool:
        return Vector(vector.labels, vector.values, both(vector.present, COMPARISON[node.op](a, b)))
    return without_name(Vector(vector.labels, _compute(node.op, a, b), vector.present), memo, late=late)


@dataclass(frozen=True, slots=True)
class _Crowds:
    """Series of one key of which only one may have a sample at a step.

    Attributes:
        ones: Columns of the side that must be unique, per key that has several.
        manies: The same of the other side of a one-to-one match, and the columns that they meet.
    """

    ones: tuple[tuple[Labels, NDArray[np.intp]], ...] = ()
    manies: tuple[tuple[Labels, NDArray[np.intp], NDArray[np.intp]], ...] = ()


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Which columns meet.

    Attributes:
        left: Columns of the left side, shape (p,), or a slice of them.
        right: Columns of the right side, shape (p,), or a slice of them.
        labels: The label set of each pair without repetition, shape (r,).
        columns: The place of each pair among ``labels``; ``None`` where every pair has its own.
        crowds: What must not meet at a step.
    """

    left: NDArray[np.intp] | slice
    right: NDArray[np.intp] | slice
    labels: tuple[Labels, ...]
    columns: NDArray[np.intp] | None
    crowds: _Crowds


def _between_vectors(node: Binary, left: Vector, right: Vector, memo: Memo, budget: Budget) -> Vector:
    matching, swapped = node.matching, node.matching.card == "one-to-many"
    keeps_name, side = node.op in COMPARISON and not node.return_bool, "left" if swapped else "right"
    many, one = (right, left) if swapped else (left, right)
    fills = node.fill != NO_FILL
    if fills:
        many, one = filled(many, one, node.fill, matching, memo=memo, budget=budget)
    pairs: _Pairs = memo.get(
        ("pairs", matching, keeps_name, fills),
        (many.labels, one.labels),
        lambda: (
            (None if fills else _alike(many.labels, one.labels, matching, memo, keeps_name=keeps_name))
            or _Pairing(many, one, matching, side).pairs(keeps_name=keeps_name, budget=budget)
        ),
    )
    _check_unique(pairs.crowds, many, one, side=side)
    a, b = many.values[:, pairs.left], one.values[:, pairs.right]
    a, b = (b, a) if swapped else (a, b)
    present = both(
        None if many.present is None else many.present[:, pairs.left],
        None if one.present is None else one.present[:, pairs.right],
    )
    if keeps_name:
        values, present = a, both(present, COMPARISON[node.op](a, b))
    else:
        values = _compute(node.op, a, b)
    vector = Vector(pairs.labels, values, present)
    if pairs.columns is None:
        return vector
    try:
        return merged(vector, pairs.columns)
    except QueryError:
        msg = "multiple matches for labels: grouping labels must ensure unique matches"
        raise QueryError(msg) from None


def _alike(
    many: tuple[Labels, ...], one: tuple[Labels, ...], matching: Matching, memo: Memo, *, keeps_name: bool
) -> _Pairs | None:
    """Return pairs where both sides are the same series in the same order, without a look at any label.

    That is so wherever both come from one selection, as in ``x / avg_over_time(x[1h])``.
    """
    plain = matching.card == "one-to-one" and not matching.on and not matching.labels
    if not plain or len(many) != len(one) or not have_one_name(many) or not have_one_name(one):
        return None
    labels = nameless(many, memo)
    if labels != nameless(one, memo):
        return None
    every = slice(None)
    return _Pairs(every, every, many if keeps_name else labels, None, _Crowds())


def signature(matching: Matching) -> Callable[[Labels], tuple[tuple[str, str], ...]]:
    """Return what of a label set decides which others it meets."""
    names = frozenset(matching.labels if matching.on else (*matching.labels, NAME, LATE))
    inside = matching.on
    return lambda labels: tuple([pair for pair in labels.pairs if (pair[0] in names) is inside])


def _by_signature(
    labels: tuple[Labels, ...], matching: Matching
) -> dict[tuple[tuple[str, str], ...], list[int]]:
    key_of = signature(matching)
    columns: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for at, one in enumerate(labels):
        columns.setdefault(key_of(one), []).append(at)
    return columns


class _Pairing:
    """Finds which columns of two sides meet.

    Args:
        many: The side that may have several series of a key.
        one: The side that may not.
        matching: What makes a key.
        side: The name of ``one`` in messages.
    """

    def __init__(self, many: Vector, one: Vector, matching: Matching, side: str) -> None:
        self._many, self._one = many, one
        self._matching, self._side = matching, side
        self._manies = _by_signature(many.labels, matching)
        self._ones = _by_signature(one.labels, matching)

    def pairs(self, *, keeps_name: bool, budget: Budget) -> _Pairs:
        """Return all pairs; refused before there is memory for them, if they are too many.

        Raises:
            QueryError: Series meet that must not, or a limit was reached.
        """
        crowds = self._crowds()
        _check_unique(crowds, self._many, self._one, side=self._side)
        met = [(columns, self._ones[key]) for key, columns in self._manies.items() if key in self._ones]
        budget.reserve(sum(len(a) * len(b) for a, b in met) * len(self._many.values))
        left = [a for columns, others in met for a in columns for _ in others]
        right = [b for columns, others in met for _ in columns for b in others]
        place: dict[Labels, int] = {}
        columns_of = []
        for a, b in zip(left, right, strict=True):
            budget.pulse()
            labels = _result_labels(
                self._many.labels[a], self._one.labels[b], self._matching, keeps_name=keeps_name
            )
            columns_of.append(place.setdefault(labels, len(place)))
        unique = len(place) == len(left)
        return _Pairs(
            left=np.array(left, dtype=np.intp),
            right=np.array(right, dtype=np.intp),
            labels=tuple(place),
            columns=None if unique else np.array(columns_of, dtype=np.intp),
            crowds=crowds,
        )

    def _crowds(self) -> _Crowds:
        one_to_one = self._matching.card == "one-to-one"
        return _Crowds(
            tuple(
                (Labels.from_pairs(key), np.array(columns))
                for key, columns in self._ones.items()
                if len(columns) > 1
            ),
            tuple(
                (Labels.from_pairs(key), np.array(columns), np.array(self._ones[key]))
                for key, columns in self._manies.items()
                if one_to_one and len(columns) > 1 and key in self._ones
            ),
        )


def _result_labels(many: Labels, one: Labels, matching: Matching, *, keeps_name: bool) -> Labels:
    labels = many if keeps_name else drop_name(many)
    if matching.card == "one-to-one":
        return labels.only(*matching.labels) if matching.on else labels.without(*matching.labels)
    if matching.include:
        return labels.with_({name: one.get(name) for name in matching.include})
    return labels


def _check_unique(crowds: _Crowds, many: Vector, one: Vector, *, side: str) -> None:
    """Refuse several samples of one key at one step where only one may be; an empty other side is no match.

    Raises:
        QueryError: There are several.
    """
    for key, columns in crowds.ones:
        met = one.mask[:, columns]
        crowded = (met.sum(axis=1) > 1) & many.mask.any(axis=1)
        if crowded.any():
            step = int(crowded.argmax())
            shown = ", ".join(repr_labels(one.labels[column]) for column in columns[met[step]][:2])
            msg = (
                f"found duplicate series for the match group {repr_labels(key)} on the {side} hand-side of "
                f"the operation: [{shown}];{_MANY_TO_MANY}"
            )
            raise QueryError(msg)
    for _, columns, others in crowds.manies:
        met = (many.mask[:, columns].sum(axis=1) > 1) & one.mask[:, others].any(axis=1)
        if met.any():
            msg = (
                "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
            )
            raise QueryError(msg)


def repr_labels(labels: Labels) -> str:
    """Write a label set with the name as a label, as Prometheus does in messages."""
    return "{" + ", ".join(f'{name}="{value}"' for name, value in labels if name != LATE) + "}"


def _set_operation(node: Binary, left: Vector, right: Vector, memo: Memo) -> Vector:
    if node.op == "or":
        extra = _without_matches(right, left, node.matching, memo)
        return joined([left, extra], memo)
    matched = _matched(left, right, node.matching, memo)
    present = both(left.present, matched if node.op == "and" else ~matched)
    return Vector(left.labels, left.values, present)


def _without_matches(vector: Vector, other: Vector, matching: Matching, memo: Memo) -> Vector:
    present = both(vector.present, ~_matched(vector, other, matching, memo))
    return Vector(vector.labels, vector.values, present)


def _matched(vector: Vector, other: Vector, matching: Matching, memo: Memo) -> Mask:
    """Return where a series of ``other`` with the same signature has a sample, shape (s, n)."""
    keys, other_keys, many = memo.get(
        ("signatures", matching.on, matching.labels),
        (vector.labels, other.labels),
        lambda: _signatures(vector.labels, other.labels, matching),
    )
    met = np.zeros((len(vector.values), many + 1), dtype=bool)
    mask = other.mask
    together = max(_CELLS_AT_ONCE // max(len(other_keys), 1), 1)
    for begin in range(0, len(mask), together):
        steps, columns = np.nonzero(mask[begin : begin + together])
        met[begin + steps, other_keys[columns]] = True
    met[:, many] = False
    found: Mask = met[:, keys]
    return found


def _signatures(
    labels: tuple[Labels, ...], others: tuple[Labels, ...], matching: Matching
) -> tuple[NDArray[np.intp], NDArray[np.intp], int]:
    """Number the signatures of ``others``; one of ``labels`` that is not among them gets the last number."""
    key_of = signature(matching)
    number: dict[tuple[tuple[str, str], ...], int] = {}
    other_keys = np.array([number.setdefault(key_of(one), len(number)) for one in others], dtype=np.intp)
    many = len(number)
    return np.array([number.get(key_of(one), many) for one in labels], dtype=np.intp), other_keys, many
