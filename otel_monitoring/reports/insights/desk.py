"""Find what is worth knowing, rank it, and tell nobody the same thing twice."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from otel_monitoring.errors import QueryError
from otel_monitoring.guard import Guard
from otel_monitoring.reports.insights.asking import ask
from otel_monitoring.reports.insights.insight import recommended
from otel_monitoring.reports.insights.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.insights.insight import Insight, InsightSource, Recommendation
    from otel_monitoring.reports.insights.rule import InsightRule

_FRESH_MS = 60_000


class InsightsDesk:
    """Answer what is worth knowing now.

    Args:
        query: Who answers PromQL.
        clock: Tells now.
        rules: Returns what is asked; called once, with the first question.
        sources: Who else finds insights.
        memory: What was told already.
    """

    def __init__(
        self,
        query: Query,
        clock: Clock,
        *,
        rules: Callable[[], Sequence[InsightRule]],
        sources: Iterable[InsightSource] = (),
        memory: Memory | None = None,
    ) -> None:
        self.clock = clock
        self.memory = memory or Memory()
        self._query = query
        self._load = rules
        self._rules: tuple[InsightRule, ...] | None = None
        self._sources: dict[str, InsightSource] = {one.name: one for one in sources}
        self._guard = Guard("insights")
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._found: list[Insight] = []
        self._found_at_ms: int | None = None
        self._problems: dict[str, str] = {}

    def add(self, source: InsightSource) -> None:
        """Let somebody else find insights as well from now on."""
        self._sources = {**self._sources, source.name: source}

    def insights(self) -> list[Insight]:
        """Return what is worth knowing, the largest effect first; asked anew once a minute."""
        now_ms = self.clock.now_ms()
        with self._lock:
            at_ms = self._found_at_ms
            if at_ms is None or not 0 <= now_ms - at_ms < _FRESH_MS:
                self._found = self._find(now_ms)
                self._found_at_ms = now_ms
            return self.memory.seen(self._found, now_ms)

    def recommendations(self) -> list[Recommendation]:
        """Return what to do, the largest effect first."""
        return recommended(self.insights())

    def news(self) -> list[Insight]:
        """Return what nobody was told yet or what has changed much since; from now on it is told."""
        found = [one for one in self.insights() if one.is_new]
        self.memory.told(found)
        return found

    def problems(self) -> dict[str, str]:
        """Return which rules could not be asked the last time, and why."""
        with self._lock:
            return dict(self._problems)

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._begin()
        self.memory.after_fork()
        self._guard.after_fork()

    def _find(self, now_ms: int) -> list[Insight]:
        problems: dict[str, str] = {}
        found: dict[str, Insight] = {}
        if self._rules is None:
            self._rules = tuple(self._load())
        for rule in self._rules:
            try:
                found.update((one.id, one) for one in ask(rule, self._query, now_ms))
            except QueryError as error:
                problems[rule.name] = str(error)
        for source in self._sources.values():
            told = self._guard.call(source.insights, now_ms)
            if told is None:
                problems[source.name] = "failed; the log says more"
            found.update((one.id, one) for one in told or ())
        self._problems = problems
        return sorted(found.values(), key=lambda one: (-one.effect, one.rule, one.labels.pairs))
