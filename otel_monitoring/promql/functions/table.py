"""The functions of PromQL, one entry each in ``FUNCTIONS``.

A function gets the evaluation and the nodes of its arguments, and evaluates those itself: some look at a node
rather than at its value. What works on samples in a window lies in ``windows``, on label sets in ``relabel``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.promql.functions import histograms, relabel
from otel_monitoring.promql.functions.dates import DATE_PARTS
from otel_monitoring.promql.functions.experimental import EXPERIMENTAL
from otel_monitoring.promql.functions.windows import WINDOW_FUNCTIONS
from otel_monitoring.promql.language.lexer import shown
from otel_monitoring.promql.language.nodes import Node, Selector
from otel_monitoring.promql.vectors.number import openmetrics_text, short_text
from otel_monitoring.promql.vectors.values import Scalar, Vector, both, joined, kept_apart

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from otel_monitoring.promql.evaluation.budget import Budget
    from otel_monitoring.promql.functions.histograms import Mended
    from otel_monitoring.promql.functions.windows import Kernel
    from otel_monitoring.promql.vectors.memo import Memo
    from otel_monitoring.promql.vectors.values import Floats, Mask, Value

    Args = tuple[Node, ...]


class Evaluation(Protocol):
    """What a function may ask of the evaluation that calls it."""

    memo: Memo
    budget: Budget

    @property
    def times_ms(self) -> NDArray[np.int64]:
        """The steps, Unix milliseconds, shape (s,)."""
        ...

    @property
    def span_ms(self) -> tuple[int, int, int]:
        """The first step of the query, its last one and their distance, which is 0 at one time."""
        ...

    def scalar(self, node: Node) -> Floats:
        """Return the value of a scalar at each step."""
        ...

    def vector(self, node: Node) -> Vector:
        """Return the value of an instant vector."""
        ...

    def text(self, node: Node) -> str:
        """Return the value of a string."""
        ...

    def over_windows(self, node: Node, function: Kernel, *params: Floats) -> Vector:
        """Apply a function to every window of a range vector; the names are kept."""
        ...

    def sample_times(self, node: Selector) -> Vector:
        """Return the times of the samples of an instant selector, in seconds."""
        ...

    def drop_names(self, vector: Vector) -> Vector:
        """Drop the metric's name, as everything does that changes values."""
        ...

    @property
    def node(self) -> Node:
        """What is being evaluated: the call itself."""
        ...

    def warn(self, message: str, node: Node) -> None:
        """Add a warning about ``node`` to the result."""
        ...

    def inform(self, message: str, node: Node) -> None:
        """Add an info about ``node`` to the result."""
        ...

    def inform_of_mended(self, message: str, what: Mended, node: Node) -> None:
        """Add an info about buckets that ``node`` gives; what is told under one message is added up."""
        ...


FUNCTIONS: dict[str, Callable[[Evaluation, Args], Value]] = {**EXPERIMENTAL}
"""Every function by its name; add to it with :func:`function`."""

NATIVE_ONLY = tuple(f"histogram_{what}" for what in ("avg", "count", "stddev", "stdvar", "sum"))
"""Those that look at native histograms alone; of other samples they give nothing, as in Prometheus."""

_KEEP_NAME = frozenset({"last_over_time", "first_over_time"})
_PARAM_FIRST = frozenset({"quantile_over_time"})
_OF_COUNTERS = frozenset({"rate", "increase"})
_ENDS_OF_COUNTERS = ("_total", "_sum", "_count", "_bucket")
_MOST_QUANTILES_TOLD = 100
_TIME_MAX_S = 2.0**62


def function(
    name: str,
) -> Callable[[Callable[[Evaluation, Args], Value]], Callable[[Evaluation, Args], Value]]:
    """Register a function of PromQL."""

    def register(call: Callable[[Evaluation, Args], Value]) -> Callable[[Evaluation, Args], Value]:
        FUNCTIONS[name] = call
        return call

    return register


def _register_windows() -> None:
    for name, kernel in WINDOW_FUNCTIONS.items():

        def call(ev: Evaluation, args: Args, name: str = name, kernel: Kernel = kernel) -> Value:
            nodes = list(args)
            ranged = nodes.pop(1 if name in _PARAM_FIRST else 0)
            params = [ev.scalar(node) for node in nodes]
            vector = ev.over_windows(ranged, kernel, *params)
            if name in _PARAM_FIRST:
                warn_of_quantile(ev, params[0][vector.mask.any(axis=1)], nodes[0])
            if name in _OF_COUNTERS:
                _inform_of_names(ev, vector, ranged)
            return vector if name in _KEEP_NAME else kept_apart(vector, ev.drop_names(vector))

        FUNCTIONS[name] = call


_register_windows()

ELEMENTWISE: dict[str, Callable[[Floats], Floats]] = {
    "abs": np.abs,
    "ceil": np.ceil,
    "floor": np.floor,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "ln": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "sgn": np.sign,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "deg": np.degrees,
    "rad": np.radians,
}


def warn_of_quantile(ev: Evaluation, q: Floats, node: Node) -> None:
    """Warn of the quantiles that are not between 0 and 1; ``node`` is where they come from."""
    wrong_ones = q[~((q >= 0) & (q <= 1))]
    if not wrong_ones.size:
        return
    for wrong in np.unique(wrong_ones)[:_MOST_QUANTILES_TOLD]:
        ev.warn(f"quantile value should be between 0 and 1, got {short_text(float(wrong))}", node)


def outermost(q: Floats) -> Floats:
    """Return the smallest and the largest quantile, and NaN if it is among them.

    Prometheus warns of no others that an aggregation has over a range.
    """
    numbers = q[~np.isnan(q)]
    ends = [numbers.min(), numbers.max()] if numbers.size else []
    return np.array([*ends, *q[np.isnan(q)][:1]])


def _inform_of_names(ev: Evaluation, vector: Vector, node: Node) -> None:
    """Tell of names that a counter would not have, of series that have a value."""
    doubtful = ev.memo.get(("no counters",), (vector.labels,), lambda: _doubtful(vector.labels))
    for name, columns in doubtful:
        if vector.mask[:, columns].any():
            suffixes = "/".join(_ENDS_OF_COUNTERS)
            ev.inform(f'metric might not be a counter, name does not end in {suffixes}: "{name}"', node)


def _doubtful(labels: tuple[Labels, ...]) -> tuple[tuple[str, NDArray[np.intp]], ...]:
    columns: dict[str, list[int]] = {}
    for column, one in enumerate(labels):
        name = one.get(NAME)
        if name and not name.endswith(_ENDS_OF_COUNTERS):
            columns.setdefault(name, []).append(column)
    return tuple((name, np.array(found)) for name, found in columns.items())


def _with_values(ev: Evaluation, vector: Vector, values: Floats) -> Vector:
    return ev.drop_names(Vector(vector.labels, values, vector.present))


def _register_elementwise() -> None:
    for name, compute in ELEMENTWISE.items():

        def call(ev: Evaluation, args: Args, compute: Callable[[Floats], Floats] = compute) -> Value:
            vector = ev.vector(args[0])
            return _with_values(ev, vector, compute(vector.values))

        FUNCTIONS[name] = call


_register_elementwise()


@function("round")
def _round(ev: Evaluation, args: Args) -> Value:
    vector = ev.vector(args[0])
    nearest = ev.scalar(args[1])[:, None] if len(args) > 1 else 1.0
    inverse = 1.0 / nearest
    return _with_values(ev, vector, np.floor(vector.values * inverse + 0.5) / inverse)


def _larger(a: Floats, b: Floats) -> Floats:
    """Return the larger of two; +Inf is larger than NaN, which is larger than the rest, as in Go."""
    return np.where((a == np.inf) | (b == np.inf), np.inf, np.maximum(a, b))


def _smaller(a: Floats, b: Floats) -> Floats:
    """Return the smaller of two; -Inf is smaller than NaN, which is smaller than the rest, as in Go."""
    return np.where((a == -np.inf) | (b == -np.inf), -np.inf, np.minimum(a, b))


@function("clamp")
def _clamp(ev: Evaluation, args: Args) -> Value:
    vector = ev.vector(args[0])
    low, high = ev.scalar(args[1])[:, None], ev.scalar(args[2])[:, None]
    values = _larger(low, _smaller(high, vector.values))
    sensible: Mask = np.broadcast_to(~np.asarray(high < low), values.shape)
    clamped = Vector(vector.labels, values, both(vector.present, sensible))
    return ev.drop_names(clamped)


@function("clamp_min")
def _clamp_min(ev: Evaluation, args: Args) -> Value:
    vector = ev.vector(args[0])
    return _with_values(ev, vector, _larger(ev.scalar(args[1])[:, None], vector.values))


@function("clamp_max")
def _clamp_max(ev: Evaluation, args: Args) -> Value:
    vector = ev.vector(args[0])
    return _with_values(ev, vector, _smaller(ev.scalar(args[1])[:, None], vector.values))


@function("time")
def _time(ev: Evaluation, _args: Args) -> Value:
    return Scalar(ev.times_ms / 1000)


@function("pi")
def _pi(ev: Evaluation, _args: Args) -> Value:
    return Scalar(np.full(len(ev.times_ms), np.pi))


@function("vector")
def _vector(ev: Evaluation, args: Args) -> Value:
    return Vector((Labels.of(),), ev.scalar(args[0])[:, None])


@function("scalar")
def _scalar(ev: Evaluation, args: Args) -> Value:
    vector = ev.vector(args[0])
    mask = vector.mask
    alone = mask.sum(axis=1) == 1
    values = np.where(mask, vector.values, 0.0).sum(axis=1) if vector.labels else np.zeros(len(mask))
    return Scalar(np.where(alone, values, np.nan))


@function("timestamp")
def _timestamp(ev: Evaluation, args: Args) -> Value:
    node = args[0]
    if isinstance(node, Selector):
        return ev.drop_names(ev.sample_times(node))
    vector = ev.vector(node)
    seconds = np.broadcast_to(ev.times_ms[:, None] / 1000, vector.values.shape)
    return _with_values(ev, vector, seconds)


@function("absent")
def _absent(ev: Evaluation, args: Args) -> Value:
    return _gone(ev, args[0], ev.vector(args[0]))


@function("absent_over_time")
def _absent_over_time(ev: Evaluation, args: Args) -> Value:
    found = ev.over_windows(args[0], WINDOW_FUNCTIONS["present_over_time"])
    return _gone(ev, args[0], found)


def _gone(ev: Evaluation, node: Node, vector: Vector) -> Vector:
    """Return 1 where ``vector`` has no sample at all."""
    gone = np.logical_not(vector.mask.any(axis=1))[:, None]
    return Vector((_demanded(node),), np.ones((len(ev.times_ms), 1)), gone)


def _demanded(node: Node) -> Labels:
    """Return the labels that a selector demands to be equal to one value."""
    if not isinstance(node, Selector):
        return Labels.of()
    labels: dict[str, str] = {}
    seen: set[str] = set()
    for matcher in node.matchers:
        if matcher.name == NAME:
            continue
        if matcher.op == "=" and matcher.name not in seen:
            labels[matcher.name] = shown(matcher.value)
        else:
            labels.pop(matcher.name, None)
        seen.add(matcher.name)
    return Labels.of(labels)


def _sorted(ev: Evaluation, args: Args, *, descending: bool) -> Vector:
    vector = ev.vector(args[0])
    if len(ev.times_ms) > 1:
        ev.warn("sort is ineffective for range queries since results are always ordered by labels", ev.node)
        return vector
    row = vector.values[0]
    order = np.argsort(-row if descending else row, kind="stable")
    return Vector(vector.labels, vector.values, vector.present, order)


@function("sort")
def _sort(ev: Evaluation, args: Args) -> Value:
    return _sorted(ev, args, descending=False)


@function("sort_desc")
def _sort_desc(ev: Evaluation, args: Args) -> Value:
    return _sorted(ev, args, descending=True)


@function("histogram_quantile")
def _histogram_quantile(ev: Evaluation, args: Args) -> Value:
    q = ev.scalar(args[0])
    warn_of_quantile(ev, q, args[0])
    return histograms.histogram_quantile(ev.vector(args[1]), q, ev.memo, _Notes(ev, args[1]))


@function("histogram_quantiles")
def _histogram_quantiles(ev: Evaluation, args: Args) -> Value:
    vector, name = ev.vector(args[0]), ev.text(args[1])
    found: dict[str, Vector] = {}
    for node in args[2:]:
        q = ev.scalar(node)
        warn_of_quantile(ev, q, node)
        quantiles = histograms.histogram_quantile(vector, q, ev.memo, _Notes(ev, args[0]))
        label = openmetrics_text(float(q[0]))
        labels = tuple(one.with_({name: label}) for one in quantiles.labels)
        found[label] = Vector(labels, quantiles.values, quantiles.present)
    return joined(list(found.values()), ev.memo)


def _register_native() -> None:
    for name in NATIVE_ONLY:

        def call(ev: Evaluation, args: Args, name: str = name) -> Value:
            vector = ev.vector(args[0])
            ev.inform(f"{name}() needs native histograms, which are not kept: its answer is empty", ev.node)
            return Vector((), np.empty((len(vector.values), 0)))

        FUNCTIONS[name] = call


_register_native()


@function("histogram_fraction")
def _histogram_fraction(ev: Evaluation, args: Args) -> Value:
    lower, upper = ev.scalar(args[0]), ev.scalar(args[1])
    return histograms.histogram_fraction(ev.vector(args[2]), lower, upper, ev.memo, _Notes(ev, args[2]))


class _Notes:
    """What is told of the buckets that a node gives."""

    def __init__(self, ev: Evaluation, node: Node) -> None:
        self._ev = ev
        self._node = node
        self.times_ms = ev.times_ms
        self.budget = ev.budget

    def warn(self, message: str) -> None:
        self._ev.warn(message, self._node)

    def mended(self, message: str, what: Mended) -> None:
        self._ev.inform_of_mended(message, what, self._node)


@function("label_replace")
def _label_replace(ev: Evaluation, args: Args) -> Value:
    texts = [ev.text(node) for node in args[1:]]
    return relabel.label_replace(ev.vector(args[0]), *texts, memo=ev.memo, budget=ev.budget)


@function("label_join")
def _label_join(ev: Evaluation, args: Args) -> Value:
    target, separator, *sources = (ev.text(node) for node in args[1:])
    vector = ev.vector(args[0])
    return relabel.label_join(vector, target, separator, tuple(sources), memo=ev.memo, budget=ev.budget)


def _register_dates() -> None:
    for name, part in DATE_PARTS.items():

        def call(
            ev: Evaluation,
            args: Args,
            part: Callable[[NDArray[np.int64]], NDArray[np.int64]] = part,
        ) -> Value:
            if not args:
                return Vector((Labels.of(),), part(ev.times_ms // 1000).astype(np.float64)[:, None])
            vector = ev.vector(args[0])
            known = np.abs(vector.values) < _TIME_MAX_S  # what is beyond it, Go leaves to the processor
            seconds = np.where(known, vector.values, 0).astype(np.int64)
            return _with_values(ev, vector, np.where(known, part(seconds), np.nan))

        FUNCTIONS[name] = call


_register_dates()


def call(name: str, ev: Evaluation, args: Args) -> Value:
    """Call a function.

    Args:
        name: The name in PromQL.
        ev: The evaluation that calls it.
        args: The nodes of its arguments.

    Raises:
        QueryError: There is no such function here.
    """
    found = FUNCTIONS.get(name)
    if found is None:
        msg = f"the function {name}() is not supported"
        raise QueryError(msg)
    return found(ev, args)
