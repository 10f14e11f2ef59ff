"""Functions that Prometheus has behind a flag, and that are here behind ``query.experimental``."""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.promql.functions.info import info
from otel_monitoring.promql.vectors.values import Scalar, Vector

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.functions.table import Args, Evaluation
    from otel_monitoring.promql.vectors.values import Value

_RUN = re.compile(r"[0-9]+|[^0-9]+")
_DIGITS = frozenset("0123456789")
_MAX_DIGITS = 1000
_MS = 1000


def _start(ev: Evaluation, _args: Args) -> Value:
    return _everywhere(ev, ev.span_ms[0])


def _end(ev: Evaluation, _args: Args) -> Value:
    return _everywhere(ev, ev.span_ms[1])


def _range(ev: Evaluation, _args: Args) -> Value:
    return _everywhere(ev, ev.span_ms[1] - ev.span_ms[0])


def _step(ev: Evaluation, _args: Args) -> Value:
    return _everywhere(ev, ev.span_ms[2])


def _everywhere(ev: Evaluation, time_ms: int) -> Scalar:
    return Scalar(np.full(len(ev.times_ms), time_ms / _MS))


def _max_of(ev: Evaluation, args: Args) -> Value:
    return Scalar(np.maximum(ev.scalar(args[0]), ev.scalar(args[1])))


def _min_of(ev: Evaluation, args: Args) -> Value:
    return Scalar(np.minimum(ev.scalar(args[0]), ev.scalar(args[1])))


def _sort_by_label(ev: Evaluation, args: Args) -> Value:
    return _sorted_by(ev, args, sign=1)


def _sort_by_label_desc(ev: Evaluation, args: Args) -> Value:
    return _sorted_by(ev, args, sign=-1)


def _sorted_by(ev: Evaluation, args: Args, *, sign: int) -> Vector:
    vector, names = ev.vector(args[0]), [ev.text(arg) for arg in args[1:]]
    if len(ev.times_ms) > 1:
        ev.warn("sort is ineffective for range queries since results are always ordered by labels", ev.node)
        return vector

    def compare(one: int, other: int) -> int:
        ev.budget.pulse()
        return sign * _compared(vector.labels[one], vector.labels[other], names)

    order = sorted(range(len(vector.labels)), key=cmp_to_key(compare))
    return Vector(vector.labels, vector.values, vector.present, np.array(order, dtype=np.intp))


def _compared(one: Labels, other: Labels, names: Sequence[str]) -> int:
    """Compare by some labels, numbers within them by size, and by all where these are equal."""
    for name in names:
        a, b = one.get(name), other.get(name)
        if a != b:
            return _in_nature(a, b)
    return (one.pairs > other.pairs) - (one.pairs < other.pairs)


def _in_nature(a: str, b: str) -> int:
    """Compare two different texts run by run: two numbers by size, anything else by its characters.

    Prometheus does not order what differs in leading zeros alone; here the fewer come first.
    """
    runs, others = _RUN.findall(a), _RUN.findall(b)
    for run, other in zip(runs, others, strict=False):
        one, two = _number(run), _number(other)
        if one is not None and two is not None:
            if one != two:
                return -1 if one < two else 1
        elif run != other:
            return -1 if run < other else 1
    shorter = (len(runs) > len(others)) - (len(runs) < len(others))
    return shorter or (len(a) > len(b)) - (len(a) < len(b))


def _number(run: str) -> int | None:
    """Return a run of digits as a number, if a machine word holds it."""
    found = int(run) if run[0] in _DIGITS and len(run) <= _MAX_DIGITS else None
    return found if found is None or found < 1 << 63 else None


def _start_timestamp(ev: Evaluation, args: Args) -> Value:
    """Return nothing: the store does not know since when a counter counts, and so has no such times."""
    ev.vector(args[0])
    return Vector((), np.empty((len(ev.times_ms), 0)))


EXPERIMENTAL: dict[str, Callable[[Evaluation, Args], Value]] = {
    "end": _end,
    "info": info,
    "max_of": _max_of,
    "min_of": _min_of,
    "range": _range,
    "sort_by_label": _sort_by_label,
    "sort_by_label_desc": _sort_by_label_desc,
    "start": _start,
    "start_timestamp": _start_timestamp,
    "step": _step,
}
"""Each of them by its name."""
