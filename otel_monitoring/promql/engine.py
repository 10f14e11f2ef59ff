"""The engine: PromQL in, frozen results out, within limits.

engine = Engine(store)
engine.instant('sum by (route) (rate(http_requests_total[5m]))', at_ms).samples
"""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from otel_monitoring.errors import QueryError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.evaluation.budget import Budget
from otel_monitoring.promql.evaluation.evaluate import Environment, Evaluator, Shared
from otel_monitoring.promql.evaluation.extended import extended_samples
from otel_monitoring.promql.language.experimental import refuse_experimental
from otel_monitoring.promql.language.nodes import Node, Selector, Subquery
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.promql.language.settle import has_late, settled
from otel_monitoring.promql.result import Result, Series
from otel_monitoring.promql.vectors.memo import Memo
from otel_monitoring.promql.vectors.values import Scalar, String, settled_name, settled_names
from otel_monitoring.stores.block import is_hole
from otel_monitoring.stores.wanted import TIERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.promql.evaluation.evaluate import History
    from otel_monitoring.promql.result import ResultKind
    from otel_monitoring.promql.vectors.values import Value, Vector
    from otel_monitoring.stores.block import Block

_PARSED_MAX = 4096
_NOT_RANGED = "invalid expression type {!r} for a range query, must be scalar or instant vector"


class Selectable(Protocol):
    """What the engine reads samples from; :class:`SeriesStore` is one."""

    def select(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int) -> list[Block]:
        """Return the samples of the series that fulfil all matchers.

        Args:
            matchers: The conditions, all of which hold.
            start_ms: Unix time in milliseconds, exclusive.
            end_ms: Unix time in milliseconds, inclusive.
        """
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use.

    Attributes:
        max_samples: Samples that it may look at, and that it may hold in memory at a time.
        max_series: Series that its result may have.
        max_steps: Steps of a range query; those of a subquery count as samples.
        timeout_s: Seconds that it may take.
    """

    max_samples: int = 50_000_000
    max_series: int = 100_000
    max_steps: int = 11_000
    timeout_s: float = 10


class Engine:
    """Answer PromQL from a store; thread-safe.

    Args:
        store: Where samples are read.
        lookback_ms: How old the newest sample of a series may be.
        default_step_ms: The step of subqueries that name none: the usual evaluation interval.
        limits: What one query may use.
        experimental: Whether functions and syntax may be used that Prometheus has behind a flag.
        clock: Tells how long a query takes.
        history: Whom to ask for what is not in ``store`` any more; ``None`` where that is all there is.
    """

    def __init__(
        self,
        store: Selectable,
        *,
        lookback_ms: int = 300_000,
        default_step_ms: int = 60_000,
        limits: Limits | None = None,
        experimental: bool = False,
        clock: Clock | None = None,
        history: History | None = None,
    ) -> None:
        self._store = store
        self._history = history
        self._lookback_ms = lookback_ms
        self._default_step_ms = default_step_ms
        self._limits = limits or Limits()
        self._experimental = experimental
        self._clock = clock or SystemClock()
        self._memo = Memo()
        self._parsed: OrderedDict[str, tuple[Node, bool]] = OrderedDict()
        self._shared: tuple[object, Shared] = (None, Shared())
        self._lock = threading.Lock()
        self._counts = {"queries": 0, "queries_failed": 0}

    def __call__(
        self, expr: str, start_ms: int, end_ms: int | None = None, step_ms: int | None = None, /
    ) -> Result:
        """Evaluate an expression at one time, or at every step of a range: a :class:`Query`.

        Raises:
            QueryError: The expression is not valid or not supported, or a limit was reached.
        """
        if end_ms is None or step_ms is None:
            return self.instant(expr, start_ms)
        return self.range_(expr, start_ms, end_ms, step_ms)

    def instant(self, expr: str, at_ms: int) -> Result:
        """Evaluate an expression at one time.

        Args:
            expr: PromQL.
            at_ms: Unix time in milliseconds.

        Raises:
            QueryError: The expression is not valid or not supported, or a limit was reached.
        """
        return self._query(expr, at_ms, at_ms, 1, ranged=False)

    def range_(self, expr: str, start_ms: int, end_ms: int, step_ms: int) -> Result:
        """Evaluate an expression at every step of a range.

        Args:
            expr: PromQL; a scalar or an instant vector.
            start_ms: The first step, Unix time in milliseconds.
            end_ms: No step is later than this.
            step_ms: The distance of steps.

        Raises:
            QueryError: The expression or the range is not valid, or a limit was reached.
        """
        if step_ms <= 0 or end_ms < start_ms:
            msg = f"a range needs step_ms > 0 and end_ms >= start_ms, got {start_ms} to {end_ms} by {step_ms}"
            raise QueryError(msg)
        steps = (end_ms - start_ms) // step_ms + 1
        if steps > self._limits.max_steps:
            most = self._limits.max_steps
            about = f"{steps:,} steps are more than query.max_steps, {most:,}"
            msg = f"exceeded maximum resolution of {most:,} points per timeseries: {about}"
            raise QueryError(msg)
        return self._query(expr, start_ms, end_ms, step_ms, ranged=True)

    def tuned(self, *, timeout_s: float | None = None, lookback_ms: int | None = None) -> Engine:
        """Return the same engine, with what was parsed and resolved, under other limits for one query.

        Args:
            timeout_s: Seconds that a query may take; more than before is not granted.
            lookback_ms: How old the newest sample of a series may be.
        """
        other = copy.copy(self)
        if timeout_s is not None:
            shorter_s = min(timeout_s, self._limits.timeout_s)
            other._limits = replace(self._limits, timeout_s=shorter_s)  # noqa: SLF001 - of the same class
        if lookback_ms is not None:
            other._lookback_ms = lookback_ms  # noqa: SLF001 - of the same class
        return other

    def parse(self, expr: str) -> Node:
        """Parse an expression; the newest ones are remembered.

        Raises:
            QueryError: The expression is not valid.
        """
        return self._parsed_once(expr)[0]

    def _parsed_once(self, expr: str) -> tuple[Node, bool]:
        """Return an expression, and whether a length in it depends on the query."""
        with self._lock:
            known = self._parsed.get(expr)
            if known is not None:
                self._parsed.move_to_end(expr)
                return known
        node = parse(expr)
        if not self._experimental:
            refuse_experimental(expr, node)
        known = (node, has_late(node))
        with self._lock:
            self._parsed[expr] = known
            if len(self._parsed) > _PARSED_MAX:
                self._parsed.popitem(last=False)
        return known

    def stats(self) -> dict[str, float]:
        """Return how many queries were asked and how many failed."""
        with self._lock:
            return dict(self._counts)

    def after_fork(self) -> None:
        """Take fresh locks in a child process; what was parsed stays."""
        self._lock = threading.Lock()
        self._memo.after_fork()

    def _query(self, expr: str, start_ms: int, end_ms: int, step_ms: int, *, ranged: bool) -> Result:
        self._count("queries")
        try:
            node, is_late = self._parsed_once(expr)
            if is_late:
                node = settled(node, step_ms=step_ms if ranged else 0, range_ms=end_ms - start_ms)
            with np.errstate(all="ignore"):
                return self._evaluate(expr, node, start_ms, end_ms, step_ms, ranged=ranged)
        except QueryError:
            self._count("queries_failed")
            raise

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def _evaluate(
        self, expr: str, node: Node, start_ms: int, end_ms: int, step_ms: int, *, ranged: bool
    ) -> Result:
        times_ms = np.arange(start_ms, end_ms + 1, step_ms, dtype=np.int64)
        environment = self._environment(expr, start_ms, end_ms, step_ms if ranged else 0)
        evaluator = Evaluator(environment, times_ms)
        if isinstance(node, Subquery) or (isinstance(node, Selector) and node.range_ms is not None):
            if ranged:
                raise QueryError(_NOT_RANGED.format("range vector"))
            series = _windows_as_series(evaluator, node)
            return _result("matrix", start_ms, environment, series=self._limited(series))
        value = evaluator.value(node)
        if self._experimental and not isinstance(value, (Scalar, String)):
            value = settled_names(value, self._memo)
        if ranged:
            series = _vector_as_series(value, times_ms)
            return _result("matrix", start_ms, environment, series=self._limited(series))
        return self._instant_result(value, start_ms, environment)

    def _environment(self, expr: str, start_ms: int, end_ms: int, step_ms: int) -> Environment:
        limits, clock = self._limits, self._clock
        deadline_s = clock.monotonic_s() + limits.timeout_s
        budget = Budget(
            samples=limits.max_samples,
            limit=limits.max_samples,
            expired=lambda: clock.monotonic_s() > deadline_s,
            timeout_s=limits.timeout_s,
        )
        return Environment(
            select=self._store.select,
            memo=self._memo,
            start_ms=start_ms,
            end_ms=end_ms,
            lookback_ms=self._lookback_ms,
            default_step_ms=self._default_step_ms,
            budget=budget,
            expr=expr,
            step_ms=step_ms,
            experimental=self._experimental,
            shared=self._shared_at(start_ms) if start_ms == end_ms else Shared(),
            history=self._history,
        )

    def _shared_at(self, at_ms: int) -> Shared:
        """Return what was read for other queries at this time, where nothing was written since."""
        state = getattr(self._store, "state", None)
        if state is None:
            return Shared()
        key = (at_ms, self._lookback_ms, state)
        known, shared = self._shared
        if known != key:
            shared = Shared()
            self._shared = (key, shared)
        return shared

    def _instant_result(self, value: Value, at_ms: int, environment: Environment) -> Result:
        if isinstance(value, Scalar):
            return _result("scalar", at_ms, environment, scalar=float(value.values[0]))
        if isinstance(value, String):
            return _result("string", at_ms, environment, text=value.value)
        samples = _samples(value)
        self._check_series(len(samples))
        return _result("vector", at_ms, environment, samples=samples)

    def _limited(self, series: list[Series]) -> list[Series]:
        self._check_series(len(series))
        return series

    def _check_series(self, many: int) -> None:
        if many > self._limits.max_series:
            msg = f"the result has {many:,} series, more than query.max_series, {self._limits.max_series:,}"
            raise QueryError(msg)


def _result(
    kind: ResultKind,
    at_ms: int,
    environment: Environment,
    *,
    samples: list[tuple[Labels, float]] | None = None,
    series: list[Series] | None = None,
    scalar: float = 0.0,
    text: str = "",
) -> Result:
    return Result(
        kind=kind,
        samples=samples or [],
        series=series or [],
        scalar=scalar,
        text=text,
        time_ms=at_ms,
        warnings=tuple(environment.warnings.values()),
        infos=tuple(environment.infos.values()),
        tiers=tuple(tier for tier in TIERS if tier in environment.tiers),
        samples_read=environment.budget.limit - environment.budget.samples,
    )


def _samples(vector: Vector) -> list[tuple[Labels, float]]:
    row, labels = vector.values[0], vector.labels
    present = None if vector.present is None else vector.present[0]
    if vector.order is None and present is None:
        return list(zip(labels, row.tolist(), strict=True))
    columns = np.arange(len(labels)) if vector.order is None else vector.order
    if present is not None:
        columns = columns[present[columns]]
    return [(labels[column], value) for column, value in zip(columns, row[columns].tolist(), strict=True)]


def _vector_as_series(value: Value, times_ms: NDArray[np.int64]) -> list[Series]:
    if isinstance(value, Scalar):
        return [Series(Labels.of(), times_ms, value.values)]
    if isinstance(value, String):
        raise QueryError(_NOT_RANGED.format("string"))
    return _as_series(value.labels, times_ms, value.values, value.mask)


def _windows_as_series(evaluator: Evaluator, node: Node) -> list[Series]:
    if isinstance(node, Selector) and node.extension:
        return _extended_as_series(evaluator, node)
    at_ms, range_ms, blocks = evaluator.ranged(node)
    found = []
    for block in blocks:
        inside = (block.times_ms > at_ms[0] - range_ms) & (block.times_ms <= at_ms[0])
        values = block.values[inside]
        found += _as_series(block.labels, block.times_ms[inside], values, ~is_hole(values))
    found = [replace(one, labels=settled_name(one.labels)) for one in found]
    return sorted(found, key=lambda series: series.labels.pairs)


def _extended_as_series(evaluator: Evaluator, node: Selector) -> list[Series]:
    at_ms, reach, blocks = evaluator.extended(node)
    found = []
    for block in blocks:
        window = extended_samples(block, int(at_ms[0]), reach)
        found += _as_series(block.labels, *window) if window else []
    return sorted(found, key=lambda series: series.labels.pairs)


def _as_series(
    labels: Sequence[Labels],
    times_ms: NDArray[np.int64],
    values: NDArray[np.float64],
    mask: NDArray[np.bool_],
) -> list[Series]:
    found = [
        Series(one, times_ms[mask[:, column]], values[mask[:, column], column])
        for column, one in enumerate(labels)
        if mask[:, column].any()
    ]
    return sorted(found, key=lambda series: series.labels.pairs)
