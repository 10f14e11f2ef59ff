"""Aggregations over the series of a vector, for all steps at once.

Groups are resolved once per label sets; the samples are put in the order of their groups, so that a group is
a run of neighbouring columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.promql.functions.relabel import is_label_name
from otel_monitoring.promql.functions.windows import quantile_of
from otel_monitoring.promql.vectors.hashing import hash64
from otel_monitoring.promql.vectors.number import number_text
from otel_monitoring.promql.vectors.summation import exact_sum, exact_sum_1d
from otel_monitoring.promql.vectors.values import LATE, Vector

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from otel_monitoring.promql.evaluation.budget import Budget
    from otel_monitoring.promql.language.nodes import Aggregate
    from otel_monitoring.promql.vectors.memo import Memo
    from otel_monitoring.promql.vectors.values import Floats

_LARGEST_HASH = 2.0**64
_PADDING_ALLOWED = 4
_PADDING_FREE = 4096
_FEW_RANKED = 64
_STEPS_AT_ONCE = 65_536
_SMALL, _FEW_SUMS = 2048, 8
"""So few numbers, in so few sums, are added one by one: what vectors cost to set up is more."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which columns belong together.

    Attributes:
        labels: The label set of each group, shape (g,).
        group: The group of each column, shape (n,).
        order: The columns, group by group, shape (n,); ``None`` where they are in that order already.
        starts: Where each group begins in ``order``, shape (g,).
        sizes: How many columns each group has, shape (g,), as numbers to divide by.
        padded: Columns as a rectangle, shape (l, g), filled up with ``n``; ``None`` where that wastes much.
    """

    labels: tuple[Labels, ...]
    group: NDArray[np.intp]
    order: NDArray[np.intp] | None
    starts: NDArray[np.intp]
    sizes: Floats
    padded: NDArray[np.intp] | None

    @classmethod
    def of(cls, labels: tuple[Labels, ...], *, names: tuple[str, ...], without: bool) -> Grouping:
        """Group label sets by some of their labels, or by all but some."""
        late = (LATE,) if without or NAME in names else ()
        wanted = frozenset((*names, NAME, *late) if without else (*names, *late))
        place: dict[tuple[tuple[str, str], ...], int] = {}
        group = np.empty(len(labels), dtype=np.intp)
        for at, one in enumerate(labels):
            key = tuple([pair for pair in one.pairs if (pair[0] in wanted) is not without])
            group[at] = place.setdefault(key, len(place))
        return cls._from(tuple(Labels.from_pairs(key) for key in place), group)

    @classmethod
    def _from(cls, labels: tuple[Labels, ...], group: NDArray[np.intp]) -> Grouping:
        order = np.argsort(group, kind="stable")
        starts = np.searchsorted(group[order], np.arange(len(labels)))
        sizes = np.diff(np.append(starts, len(group)))
        padded = None
        longest = int(sizes.max(initial=0))
        if longest * len(labels) <= _PADDING_ALLOWED * len(group) + _PADDING_FREE:
            padded = np.full((longest, len(labels)), len(group), dtype=np.intp)
            padded[np.arange(len(group)) - np.repeat(starts, sizes), group[order]] = order
        sorted_already = bool((order == np.arange(len(group))).all())
        return cls(labels, group, None if sorted_already else order, starts, sizes.astype(np.float64), padded)

    def arrange(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """Put columns in the order of the groups."""
        return values if self.order is None else values[:, self.order]

    def run(self, group: int) -> NDArray[np.intp]:
        """Return the columns of one group."""
        end = self.starts[group + 1] if group + 1 < len(self.starts) else len(self.group)
        places = np.arange(self.starts[group], end)
        return places if self.order is None else self.order[places]


def aggregate(node: Aggregate, vector: Vector, param: Floats | None, *, memo: Memo, budget: Budget) -> Vector:
    """Aggregate a vector.

    Args:
        node: The aggregation; ``count_values`` is not among them.
        vector: The samples.
        param: The parameter of ``topk``, ``bottomk`` and ``quantile`` at each step, shape (s,).
        memo: Where groups are kept.
        budget: What the query may still use.

    Raises:
        QueryError: The aggregation is not supported, or its parameter cannot be used.
    """
    grouping: Grouping = memo.get(
        ("group", node.labels, node.without),
        (vector.labels,),
        lambda: Grouping.of(vector.labels, names=node.labels, without=node.without),
    )
    if node.op == "limit_ratio":
        return _share(vector, param, memo, budget)
    if node.op == "limitk":
        any_order = Vector(vector.labels, np.zeros(vector.values.shape), vector.present)
        kept = _extremes(any_order, grouping, param, name="limitk", memo=memo, budget=budget)
        return Vector(vector.labels, vector.values, kept.present)
    if node.op in {"topk", "bottomk"}:
        return _extremes(vector, grouping, param, name=node.op, memo=memo, budget=budget)
    if not len(grouping.labels):
        return Vector((), np.empty((len(vector.values), 0)))
    count = _count(vector, grouping)
    present = None if vector.present is None or count.all() else count > 0
    if node.op == "quantile":
        values = _quantile(vector, grouping, param, budget)
    elif node.op in AGGREGATIONS:
        values = AGGREGATIONS[node.op](vector, grouping, count)
    else:
        msg = f"the aggregation {node.op} is not supported"
        raise QueryError(msg)
    return Vector(grouping.labels, values, present)


def _count(vector: Vector, grouping: Grouping) -> Floats:
    if vector.present is None:
        sizes = grouping.sizes[None, :]
        steps = len(vector.values)
        return sizes if steps == 1 else np.broadcast_to(sizes, (steps, sizes.shape[1]))
    present = grouping.arrange(vector.present).astype(np.float64)
    return np.add.reduceat(present, grouping.starts, axis=1)


def _filled(vector: Vector, value: float) -> Floats:
    return vector.values if vector.present is None else np.where(vector.present, vector.values, value)


def _sum(vector: Vector, grouping: Grouping, _count: Floats) -> Floats:
    return _group_sums(_filled(vector, 0.0), grouping)


def _group_sums(values: Floats, grouping: Grouping) -> Floats:
    """Return compensated sums of the groups, shape (s, g)."""
    is_small = values.size <= _SMALL and len(values) * len(grouping.labels) <= _FEW_SUMS
    if grouping.padded is not None and not is_small:
        wide = np.concatenate([values, np.zeros((len(values), 1))], axis=1)
        return exact_sum(np.moveaxis(wide[:, grouping.padded], 1, 0))
    ordered = grouping.arrange(values)
    ends = np.append(grouping.starts[1:], len(grouping.group))
    return np.array(
        [
            [exact_sum_1d(row[start:end]) for start, end in zip(grouping.starts, ends, strict=True)]
            for row in ordered
        ]
    )


def _avg(vector: Vector, grouping: Grouping, count: Floats) -> Floats:
    samples = _filled(vector, 0.0)
    total = _group_sums(samples, grouping)
    mean = total / count
    if not np.isinf(total).any():
        return mean
    apart = _group_sums(samples / count[:, grouping.group], grouping)
    return np.where(np.isinf(total), apart, mean)


def _min(vector: Vector, grouping: Grouping, _count: Floats) -> Floats:
    return np.fmin.reduceat(grouping.arrange(_filled(vector, np.nan)), grouping.starts, axis=1)


def _max(vector: Vector, grouping: Grouping, _count: Floats) -> Floats:
    return np.fmax.reduceat(grouping.arrange(_filled(vector, np.nan)), grouping.starts, axis=1)


def _stdvar(vector: Vector, grouping: Grouping, count: Floats) -> Floats:
    mean = _avg(vector, grouping, count)
    away = vector.values - mean[:, grouping.group]
    if vector.present is not None:
        away = np.where(vector.present, away, 0.0)
    return _group_sums(away * away, grouping) / count


AGGREGATIONS: dict[str, Callable[[Vector, Grouping, Floats], Floats]] = {
    "sum": _sum,
    "avg": _avg,
    "min": _min,
    "max": _max,
    "count": lambda _vector, _grouping, count: count,
    "group": lambda _vector, _grouping, count: np.ones(count.shape),
    "stdvar": _stdvar,
    "stddev": lambda vector, grouping, count: np.sqrt(_stdvar(vector, grouping, count)),
}


def _quantile(vector: Vector, grouping: Grouping, param: Floats | None, budget: Budget) -> Floats:
    q = _param(param, "quantile")
    out = np.empty((len(vector.values), len(grouping.labels)))
    runs = _runs(q)
    for group in range(len(grouping.labels)):
        columns = grouping.run(group)
        for steps in runs:
            budget.pulse()
            present = None if vector.present is None else vector.present[steps, columns].T
            values = vector.values[steps, columns].T
            out[steps, group] = quantile_of(values, present, float(q[steps.start]))
    return out


def _runs(q: Floats) -> list[slice]:
    """Return the steps in runs of one parameter, not too many at once; mostly there is one run."""
    changed = np.flatnonzero(~((q[1:] == q[:-1]) | (np.isnan(q[1:]) & np.isnan(q[:-1])))) + 1
    begins = sorted({*changed.tolist(), *range(0, len(q), _STEPS_AT_ONCE)})
    return [slice(begin, end) for begin, end in zip(begins, [*begins[1:], len(q)], strict=True)]


def _rank(labels: tuple[Labels, ...]) -> NDArray[np.intp]:
    """Return the place of each label set among all, sorted."""
    order = sorted(range(len(labels)), key=lambda column: labels[column].pairs)
    return np.argsort(np.array(order, dtype=np.intp))


def _extremes(
    vector: Vector, grouping: Grouping, param: Floats | None, *, name: str, memo: Memo, budget: Budget
) -> Vector:
    """Keep the k largest or smallest samples of each group; of equals the first by labels, NaN last."""
    wanted = _whole(_param(param, name))
    kept = np.zeros(vector.values.shape, dtype=bool)
    order: list[NDArray[np.intp]] = []
    mask = vector.mask
    for step, k in enumerate(wanted):
        for group in range(len(grouping.labels)):
            budget.pulse()
            columns = grouping.run(group)
            columns = columns[mask[step, columns]]
            samples = vector.values[step, columns]
            columns, keys = _foremost(columns, -samples if name == "topk" else samples, k)
            ranks = columns[np.lexsort((_ranks(vector.labels, columns, memo), keys))[:k]]
            kept[step, ranks] = True
            if len(wanted) == 1:
                order.append(ranks)
    chosen = np.concatenate(order) if order else None
    return Vector(vector.labels, vector.values, kept, chosen)


def _share(vector: Vector, param: Floats | None, memo: Memo, budget: Budget) -> Vector:
    """Keep a share of the series, the same ones every time: by the hash of their labels.

    A negative share keeps those that the positive one would leave out.
    """
    ratio = _param(param, "limit_ratio")
    if np.isnan(ratio).any():
        msg = "Ratio value is NaN"
        raise QueryError(msg)
    ratio = np.clip(ratio, -1.0, 1.0)[:, None]
    offsets: Floats = memo.get(("hash",), (vector.labels,), lambda: _offsets(vector.labels, budget))
    kept = np.where(ratio >= 0, offsets < ratio, offsets >= 1.0 + ratio)
    return Vector(vector.labels, vector.values, vector.mask & kept)


def _offsets(labels: tuple[Labels, ...], budget: Budget) -> Floats:
    """Return where each label set lies between 0 and 1, by its hash."""
    offsets = np.empty(len(labels))
    for at, one in enumerate(labels):
        budget.pulse()
        offsets[at] = hash64(one) / _LARGEST_HASH
    return offsets


def _foremost(columns: NDArray[np.intp], keys: Floats, k: int) -> tuple[NDArray[np.intp], Floats]:
    """Return the columns that can be among the ``k`` with the smallest keys; NaN is larger than all."""
    if not 0 < k < len(keys):
        return columns, keys
    last = np.partition(keys, k - 1)[k - 1]
    if np.isnan(last):
        return columns, keys
    within = keys <= last
    return columns[within], keys[within]


def _ranks(labels: tuple[Labels, ...], columns: NDArray[np.intp], memo: Memo) -> NDArray[np.intp]:
    """Return numbers in the order of the label sets; only where many are asked for are all of them sorted."""
    if len(columns) <= _FEW_RANKED:
        return _rank(tuple([labels[column] for column in columns.tolist()]))
    rank: NDArray[np.intp] = memo.get(("rank",), (labels,), lambda: _rank(labels))
    return rank[columns]


def _param(param: Floats | None, name: str) -> Floats:
    if param is None:
        msg = f"{name} needs a parameter"
        raise QueryError(msg)
    return param


def _whole(param: Floats) -> list[int]:
    if np.isnan(param).any():
        msg = "Parameter value is NaN"
        raise QueryError(msg)
    largest = np.iinfo(np.int64).max
    if (np.abs(param) >= largest).any():
        msg = f"Scalar value {param[0]} overflows int64"
        raise QueryError(msg)
    return [max(int(k), 0) for k in param]


def count_values(node: Aggregate, vector: Vector, label: str, budget: Budget) -> Vector:
    """Count how often each value occurs; the value goes into a label.

    Args:
        node: The aggregation.
        vector: The samples.
        label: Where the value goes.
        budget: What the query may still use: there can be as many series as there are samples.

    Raises:
        QueryError: The label is not a valid name, or a limit was reached.
    """
    if not is_label_name(label):
        msg = f'invalid label name "{label}"'
        raise QueryError(msg)
    counts: dict[Labels, dict[int, int]] = {}
    groups = Grouping.of(
        vector.labels,
        names=node.labels if node.without else tuple(name for name in node.labels if name != label),
        without=node.without,
    )
    mask = vector.mask
    for step, column in zip(*np.nonzero(mask), strict=True):
        budget.pulse()
        text = number_text(float(vector.values[step, column]))
        labels = groups.labels[groups.group[column]].with_({label: text, LATE: ""})
        at = counts.setdefault(labels, {})
        if not at:
            budget.reserve(len(counts) * len(vector.values))
        at[step] = at.get(step, 0) + 1
    values = np.zeros((len(vector.values), len(counts)))
    for column, steps in enumerate(counts.values()):
        for step, many in steps.items():
            values[step, column] = many
    return Vector(tuple(counts), values, values > 0)
