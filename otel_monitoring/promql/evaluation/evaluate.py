"""The walk over an expression: every node once, for all series and all steps.

Semantics are those of Prometheus 3: the newest sample within the look-back, staleness, windows open on the
left, functions that drop the name at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.evaluation.aggregates import AGGREGATIONS, aggregate, count_values
from otel_monitoring.promql.evaluation.extended import Reach, check_allowed, over_extended, smoothed_instant
from otel_monitoring.promql.evaluation.matching import binary
from otel_monitoring.promql.evaluation.series import (
    as_block,
    instant,
    joined_with_times,
    window,
    without_repetition,
)
from otel_monitoring.promql.functions import table as functions
from otel_monitoring.promql.functions.histograms import Mended
from otel_monitoring.promql.functions.steps import STEPPED
from otel_monitoring.promql.functions.windows import count_over_time, sum_over_time
from otel_monitoring.promql.language.lexer import position_text, shown
from otel_monitoring.promql.language.nodes import (
    Aggregate,
    Binary,
    Call,
    Negation,
    Node,
    Number,
    Selector,
    Subquery,
    Text,
)
from otel_monitoring.promql.vectors.number import short_text
from otel_monitoring.promql.vectors.values import (
    DESCRIBING,
    Scalar,
    String,
    Value,
    Vector,
    have_one_name,
    joined,
    without_name,
)
from otel_monitoring.stores.wanted import MEMORY, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.promql.evaluation.budget import Budget
    from otel_monitoring.promql.evaluation.series import Window
    from otel_monitoring.promql.functions.windows import Kernel
    from otel_monitoring.promql.language.nodes import Shift
    from otel_monitoring.promql.vectors.memo import Memo
    from otel_monitoring.promql.vectors.values import Floats
    from otel_monitoring.stores.block import Block

    Times = NDArray[np.int64]


T = TypeVar("T", Scalar, String, Vector)


_CELLS_AT_ONCE = 64_000
"""Cells of a result that are computed together: so many stay in a processor's cache."""


class History(Protocol):
    """Samples that are older than those in memory, and maybe summed up; ``HistoryStore`` is one."""

    def is_in_memory(self, start_ms: int) -> bool:
        """Tell whether memory has all that is later than a time, Unix milliseconds."""
        ...

    def read(self, wanted: Wanted) -> list[Block]:
        """Return what is wanted, a block for each source."""
        ...


@dataclass(frozen=True, slots=True)
class Shared:
    """What queries at one time may share while nothing is written: rules ask much of it again and again.

    Attributes:
        selected: What was read already, by matchers, start and end.
        windows: The windows of queries at one time, by block and ends, with the block that they belong to:
            what functions share, such as a mean, is computed once for all of them.
        applied: What functions made of such windows, by block, ends, function and parameters, with the block
            and the number of samples.
    """

    selected: dict[tuple[Sequence[Matcher], int, int], list[Block]] = field(default_factory=dict)
    windows: dict[tuple[int, int, int, int], tuple[Block, Window | None]] = field(default_factory=dict)
    applied: dict[tuple[object, ...], tuple[Block, Vector, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Environment:
    """What stays the same throughout one query.

    Attributes:
        select: Reads samples: matchers, start (exclusive) and end (inclusive) in milliseconds.
        memo: Where what depends on labels alone is kept.
        start_ms: The first step of the query.
        end_ms: The last step of the query.
        step_ms: The distance of the steps of the query; 0 at one time.
        lookback_ms: How old the newest sample may be.
        default_step_ms: The step of a subquery that names none.
        budget: What the query may still use.
        expr: The text of the query; places of warnings and infos are found in it.
        warnings: What is doubtful, by message; filled during the evaluation.
        infos: What may be worth knowing, by message; filled during the evaluation.
        mended: The buckets that were mended, by message, and the node where that was found first.
        experimental: Whether names are dropped at the end of the query.
        shared: What was read and computed already, maybe for another query at the same time.
        history: Whom to ask for what is not in memory; ``None`` where memory is all there is.
        tiers: From where samples came; filled during the evaluation.
    """

    select: Callable[[Sequence[Matcher], int, int], list[Block]]
    memo: Memo
    start_ms: int
    end_ms: int
    lookback_ms: int
    default_step_ms: int
    budget: Budget
    expr: str = ""
    step_ms: int = 0
    warnings: dict[str, str] = field(default_factory=dict)
    infos: dict[str, str] = field(default_factory=dict)
    mended: dict[str, tuple[Node, Mended]] = field(default_factory=dict)
    experimental: bool = False
    shared: Shared = field(default_factory=Shared)
    history: History | None = None
    tiers: set[str] = field(default_factory=set)


class Evaluator:
    """Evaluate nodes at some steps; a subquery makes one of its own.

    Args:
        environment: What stays the same throughout the query.
        times_ms: The steps, Unix milliseconds, shape (s,), ascending.
    """

    def __init__(self, environment: Environment, times_ms: Times) -> None:
        self._env = environment
        self._times_ms = times_ms
        self._asked: list[tuple[Node, bool]] = []
        self.memo = environment.memo
        self.budget = environment.budget

    @property
    def times_ms(self) -> Times:
        """The steps, Unix milliseconds, shape (s,)."""
        return self._times_ms

    @property
    def span_ms(self) -> tuple[int, int, int]:
        """The first step of the query, its last one and their distance, which is 0 at one time."""
        return self._env.start_ms, self._env.end_ms, self._env.step_ms

    def value(self, node: Node, *, spare_names: bool = False) -> Value:
        """Return the value of a node.

        Args:
            node: What to evaluate.
            spare_names: Whether names that are due to be dropped may stay, since whoever asks does not look
                at them.

        Raises:
            QueryError: It cannot be evaluated, or a limit was reached.
        """
        self.budget.pulse()
        held = self.budget.held
        self._asked.append((node, spare_names))
        value = _EVALUATE[type(node)](self, node)
        self._asked.pop()
        self.budget.hold(held + (0 if isinstance(value, String) else value.values.size))
        return value

    @property
    def node(self) -> Node:
        """What is being evaluated."""
        return self._asked[-1][0]

    def drop_names(self, vector: Vector) -> Vector:
        """Drop the metric's name, as everything does that changes values.

        New label sets are the dearest part of a first evaluation; they are spared where nobody looks at the
        names and no two series can end with the same labels.
        """
        if self._asked[-1][1] and self.memo.get(
            ("one name",), (vector.labels,), lambda: have_one_name(vector.labels)
        ):
            return vector
        return without_name(vector, self.memo, late=self._env.experimental)

    def scalar(self, node: Node) -> Floats:
        """Return the value of a scalar at each step, shape (s,)."""
        return _expect(self.value(node), Scalar).values

    def vector(self, node: Node) -> Vector:
        """Return the value of an instant vector."""
        return _expect(self.value(node), Vector)

    def text(self, node: Node) -> str:
        """Return the value of a string."""
        return _expect(self.value(node), String).value

    def warn(self, message: str, node: Node) -> None:
        """Add a warning about ``node`` to the result; each message is given once, with its last place."""
        self._env.warnings[message] = f"PromQL warning: {message} ({self._position(node)})"

    def inform(self, message: str, node: Node) -> None:
        """Add an info about ``node`` to the result; each message is given once, with its last place."""
        self._env.infos[message] = f"PromQL info: {message} ({self._position(node)})"

    def inform_of_mended(self, message: str, what: Mended, node: Node) -> None:
        """Add an info about mended buckets; those of one message are added up, at the first place."""
        first, total = self._env.mended.setdefault(message, (node, Mended()))
        total.add(what)
        self._env.infos[message] = f"PromQL info: {message}{total.text()} ({self._position(first)})"

    def _position(self, node: Node) -> str:
        # Prometheus rewrites a subquery before it looks at its place, and finds it at the beginning.
        return position_text(self._env.expr, 0 if isinstance(node, Subquery) else node.place.start)

    def sample_times(self, node: Selector) -> Vector:
        """Return the times of the samples of an instant selector, in seconds."""
        vector, times = self._instant(node)
        return Vector(vector.labels, np.broadcast_to(times, vector.values.shape), vector.present)

    def over_windows(self, node: Node, function: Kernel, *params: Floats) -> Vector:
        """Apply a function to every window of a range vector, keeping the names.

        Args:
            node: A range selector or a subquery.
            function: Takes a window and the parameters at its step; see ``windows``.
            params: Values at each step, shape (s,).
        """
        if isinstance(node, Selector) and node.extension:
            return self._over_extended(node, function)
        at_ms, range_ms, blocks = self.ranged(node)
        self.budget.reserve(len(at_ms) * sum(len(block.labels) for block in blocks))
        apply = self._apply_once if self._is_instant else self._apply
        parts = [
            apply(block, at_ms, range_ms, function, params)
            if block.counts is None
            else self._apply_to_sums(block, block.counts, at_ms, range_ms, function)
            for block in blocks
        ]
        return joined(parts, self.memo) if parts else self._nothing()

    def _apply_to_sums(
        self, block: Block, counts: Floats, at_ms: Times, range_ms: int, function: Kernel
    ) -> Vector:
        """Count samples that are summed up, or take their mean; nothing else is asked of sums."""
        counted = replace(block, values=counts, counts=None)
        many = self._apply(counted, at_ms, range_ms, sum_over_time, ())
        if function is count_over_time:
            return many
        sums = self._apply(replace(block, counts=None), at_ms, range_ms, sum_over_time, ())
        with np.errstate(invalid="ignore", divide="ignore"):
            return Vector(sums.labels, sums.values / many.values, sums.present)

    @property
    def _is_instant(self) -> bool:
        return self._env.start_ms == self._env.end_ms and len(self._times_ms) == 1

    def _apply_once(
        self, block: Block, at_ms: Times, range_ms: int, function: Kernel, params: Sequence[Floats]
    ) -> Vector:
        """Apply a function at one time, unless that was done already."""
        ends = (id(block), int(at_ms[0]), int(self._times_ms[0]), range_ms)
        key = (function, *ends, *(float(param[0]) for param in params))
        known = self._env.shared.applied.get(key)
        if known is not None:
            self.budget.spend(known[2])
            return known[1]
        before = self.budget.samples
        vector = self._apply(block, at_ms, range_ms, function, params)
        vector.values.flags.writeable = False
        self._env.shared.applied[key] = (block, vector, before - self.budget.samples)
        return vector

    def _apply(
        self,
        block: Block,
        at_ms: Times,
        range_ms: int,
        function: Kernel,
        params: Sequence[Floats],
    ) -> Vector:
        if len(at_ms) > 1 and function in STEPPED:
            return self._apply_stepped(block, at_ms, range_ms, function)
        values = np.zeros((len(at_ms), len(block.labels)))
        present = np.zeros(values.shape, dtype=bool)
        for step, end_ms in enumerate(at_ms.tolist()):
            at_step = int(self._times_ms[step])
            samples = self._window(block, end_ms - range_ms, end_ms, at_step)
            if samples is None:
                continue
            self.budget.spend(samples.values.size)
            values[step], some = function(samples, *(param[step] for param in params))
            present[step] = True if some is None else some
        return Vector(block.labels, values, None if present.all() else present)

    def _apply_stepped(self, block: Block, at_ms: Times, range_ms: int, function: Kernel) -> Vector:
        """Apply a function to the windows of many steps at once, as many as memory should hold."""
        bounds = np.searchsorted(block.times_ms, [at_ms - range_ms, at_ms], side="right")
        self.budget.spend(int((bounds[1] - bounds[0]).sum()) * len(block.labels))
        together = max(_CELLS_AT_ONCE // max(len(block.labels), 1), 1)
        parts = []
        for begin in range(0, len(at_ms), together):
            self.budget.pulse()
            parts.append(
                STEPPED[function](block, at_ms[begin : begin + together], range_ms, self.budget.pulse)
            )
        values = np.concatenate([values for values, _ in parts])
        if all(present is None for _, present in parts):
            return Vector(block.labels, values)
        masks = [np.ones(part.shape, dtype=bool) if some is None else some for part, some in parts]
        return Vector(block.labels, values, np.concatenate(masks))

    def _window(self, block: Block, start_ms: int, end_ms: int, at_ms: int) -> Window | None:
        if not self._is_instant:
            return window(block, start_ms=start_ms, end_ms=end_ms, at_ms=at_ms, pulse=self.budget.pulse)
        key = (id(block), start_ms, end_ms, at_ms)
        known = self._env.shared.windows.get(key)
        if known is None:
            found = window(block, start_ms=start_ms, end_ms=end_ms, at_ms=at_ms, pulse=self.budget.pulse)
            known = self._env.shared.windows[key] = (block, found)
        return known[1]

    def ranged(self, node: Node) -> tuple[Times, int, list[Block]]:
        """Return a range vector: the ends of its windows, shape (s,), their length in ms, and the samples."""
        if isinstance(node, Subquery):
            return self._subquery(node)
        if not isinstance(node, Selector) or node.range_ms is None:
            raise QueryError(_NOT_A_VALUE)
        at_ms = self._shifted(node.shift)
        return at_ms, node.range_ms, self._select(node, at_ms, node.range_ms)

    def extended(self, node: Selector) -> tuple[Times, Reach, list[Block]]:
        """Return an anchored or smoothed range vector: where its windows end, what they see, samples."""
        at_ms = self._shifted(node.shift)
        reach = Reach(node.extension, node.range_ms or 0, self._env.lookback_ms)
        return at_ms, reach, self._select(node, at_ms, reach.back_ms, reach.ahead_ms)

    def _over_extended(self, node: Selector, function: Kernel) -> Vector:
        check_allowed(node.extension, self.node.name if isinstance(self.node, Call) else "")
        at_ms, reach, blocks = self.extended(node)
        parts = [over_extended(block, at_ms, reach, function, self.budget) for block in blocks]
        return joined(parts, self.memo) if parts else self._nothing()

    def _subquery(self, node: Subquery) -> tuple[Times, int, list[Block]]:
        at_ms = self._shifted(node.shift)
        step_ms = node.step_ms or self._env.default_step_ms
        begin_ms = int(at_ms.min()) - node.range_ms
        first_ms = (begin_ms // step_ms + 1) * step_ms
        last_ms = int(at_ms.max())
        if last_ms < first_ms:
            return at_ms, node.range_ms, []
        self.budget.spend((last_ms - first_ms) // step_ms + 1)  # before there is memory for them
        times_ms = np.arange(first_ms, last_ms + 1, step_ms, dtype=np.int64)
        vector = Evaluator(self._env, times_ms).vector(node.expr)
        return at_ms, node.range_ms, [as_block(vector, times_ms)]

    def _shifted(self, shift: Shift) -> Times:
        if shift.at is None:
            return self._times_ms - shift.offset_ms
        fixed_ms = {"start": self._env.start_ms, "end": self._env.end_ms}.get(str(shift.at), shift.at)
        return np.full(len(self._times_ms), fixed_ms, dtype=np.int64) - shift.offset_ms

    def _select(self, node: Selector, at_ms: Times, back_ms: int, ahead_ms: int = 0) -> list[Block]:
        start_ms, end_ms = int(at_ms.min()) - back_ms, int(at_ms.max()) + ahead_ms
        history = self._env.history
        if history is not None and not history.is_in_memory(start_ms):
            wanted = self._wanted(node, at_ms, start_ms, end_ms)
            return without_repetition(history.read(wanted), self.memo)
        key = (node.matchers, start_ms, end_ms)
        found = self._env.shared.selected.get(key)
        if found is None:
            blocks = self._env.select(node.matchers, start_ms, end_ms)
            found = self._env.shared.selected[key] = without_repetition(blocks, self.memo)
        if found:
            self._env.tiers.add(MEMORY)
        return found

    def _wanted(self, node: Selector, at_ms: Times, start_ms: int, end_ms: int) -> Wanted:
        """Say what is wanted and what for, to who keeps samples summed up as well."""
        asking = self._asked[-1][0] if self._asked else node
        function = asking.name if isinstance(asking, Call) and node.range_ms is not None else ""
        if node.extension or (node.range_ms is not None and not function):
            function = node.extension or "all"
        return Wanted(
            node.matchers,
            start_ms,
            end_ms,
            step_ms=int(at_ms[1] - at_ms[0]) if len(at_ms) > 1 else 0,
            range_ms=node.range_ms or 0,
            function=function,
            reserve=self.budget.reserve,
            note=lambda text: self.inform(text, node),
            reading=self._env.tiers.add,
        )

    def _instant(self, node: Selector) -> tuple[Vector, Floats]:
        at_ms, lookback_ms = self._shifted(node.shift), self._env.lookback_ms
        parts = []
        for block in self._select(node, at_ms, lookback_ms):
            self.budget.spend(len(at_ms) * len(block.labels))
            parts.append(instant(block, at_ms=at_ms, lookback_ms=lookback_ms))
        if not parts:
            nothing = self._nothing()
            return nothing, nothing.values
        return joined_with_times(parts, self.memo)

    def _nothing(self) -> Vector:
        return Vector((), np.empty((len(self._times_ms), 0)))

    def _evaluate_selector(self, node: Selector) -> Value:
        if node.range_ms is not None:
            raise QueryError(_NOT_A_VALUE)
        return self._smoothed(node) if node.extension == "smoothed" else self._instant(node)[0]

    def _smoothed(self, node: Selector) -> Vector:
        at_ms, lookback_ms = self._shifted(node.shift), self._env.lookback_ms
        blocks = self._select(node, at_ms, lookback_ms, lookback_ms)
        parts = [smoothed_instant(block, at_ms, lookback_ms, self.budget) for block in blocks]
        return joined(parts, self.memo) if parts else self._nothing()

    def _evaluate_subquery(self, _node: Subquery) -> Value:
        raise QueryError(_NOT_A_VALUE)

    def _evaluate_number(self, node: Number) -> Value:
        return Scalar(np.full(len(self._times_ms), node.value))

    def _evaluate_negation(self, node: Negation) -> Value:
        value = self.value(node.expr)
        if isinstance(value, Scalar):
            return Scalar(-value.values)
        vector = _expect(value, Vector)
        return self.drop_names(Vector(vector.labels, -vector.values, vector.present))

    def _evaluate_binary(self, node: Binary) -> Value:
        left, right = self.value(node.left), self.value(node.right)
        return binary(
            node,
            _operand(left),
            _operand(right),
            memo=self.memo,
            budget=self.budget,
            late=self._env.experimental,
        )

    def _evaluate_aggregate(self, node: Aggregate) -> Value:
        if node.op == "count_values" and node.param is not None:
            return count_values(node, self.vector(node.expr), self.text(node.param), self.budget)
        param = None if node.param is None else self.scalar(node.param)
        if node.op == "quantile" and node.param is not None and param is not None:
            functions.warn_of_quantile(self, functions.outermost(param), node.param)
        if node.op == "limit_ratio" and node.param is not None and param is not None:
            self._warn_of_ratio(param, node.param)
        names_count = not node.without and not set(node.labels).isdisjoint(DESCRIBING)
        vector = _expect(
            self.value(node.expr, spare_names=not names_count and node.op in AGGREGATIONS), Vector
        )
        return aggregate(node, vector, param, memo=self.memo, budget=self.budget)

    def _warn_of_ratio(self, ratio: Floats, node: Node) -> None:
        for wrong, most in ((ratio.max(), 1), (-ratio.min(), 1)):
            if wrong > most:
                sign = 1 if wrong == ratio.max() else -1
                about = f"got {short_text(sign * wrong)}, capping to {sign * most}"
                self.warn(f"ratio value should be between -1 and 1, {about}", node)

    def _evaluate_call(self, node: Call) -> Value:
        return functions.call(node.name, self, node.args)


_EVALUATE: dict[type, Callable[[Evaluator, Any], Value]] = {
    Number: Evaluator._evaluate_number,  # noqa: SLF001 - the table belongs to the class
    Text: lambda _, node: String(shown(node.value)),
    Selector: Evaluator._evaluate_selector,  # noqa: SLF001
    Subquery: Evaluator._evaluate_subquery,  # noqa: SLF001
    Negation: Evaluator._evaluate_negation,  # noqa: SLF001
    Binary: Evaluator._evaluate_binary,  # noqa: SLF001
    Aggregate: Evaluator._evaluate_aggregate,  # noqa: SLF001
    Call: Evaluator._evaluate_call,  # noqa: SLF001
}


_KINDS: dict[type, str] = {Scalar: "scalar", String: "string", Vector: "instant vector"}
_NOT_A_VALUE = "a range vector is good as the argument of some functions, and they need one"


def _expect(value: Value, kind: type[T]) -> T:
    """Return ``value`` if it is of that kind.

    Raises:
        QueryError: It is not.
    """
    if isinstance(value, kind):
        return value
    msg = f"expected type {_KINDS[kind]}, got {_KINDS[type(value)]}"
    raise QueryError(msg)


def _operand(value: Value) -> Scalar | Vector:
    return value if isinstance(value, Scalar) else _expect(value, Vector)
