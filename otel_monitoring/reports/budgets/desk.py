"""How budgets stand: now, and for how much of a time they were kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.reports.asking import Window, tracks
from otel_monitoring.reports.budgets.budget import Budget, own_budgets
from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.asking import Track

RANGE_MS = 300_000
"""How far a figure looks back at least."""
_POINTS = 300
_COLLECTIONS = 4


@dataclass(frozen=True, slots=True)
class BudgetStanding:
    """How one endpoint stands to one budget.

    Attributes:
        budget: What is allowed.
        job: The service.
        method: Of the endpoint.
        route: Of the endpoint.
        value: The figure now; NaN without requests.
        worst: The largest in the window.
        kept: The share of time with requests in which it was within the budget, 0 to 1.
        points: At how many times it was looked.
    """

    budget: Budget
    job: str
    method: str
    route: str
    value: float
    worst: float
    kept: float
    points: int

    @property
    def is_kept(self) -> bool:
        """Whether it is within the budget now; without requests it is."""
        return not self.value > self.budget.most

    def sentence(self) -> str:
        """Return what people read of it."""
        name = f"{self.method} {self.route}".strip()
        unit, most = self.budget.unit, shown(self.budget.most, self.budget.unit)
        word = "within" if self.is_kept else "over"
        now = f"is {shown(self.value, unit)} now, {word} its budget of {most}"
        if np.isnan(self.value):
            now = f"has no requests now; its budget is {most}"
        share = f"{shown(self.kept, '1')} of the time within, at worst {shown(self.worst, unit)}"
        return f"{self.budget.figure} of {name} {now}; {share}."


class BudgetsDesk:
    """Answer questions about budgets.

    Args:
        query: Answers PromQL.
        clock: Tells now.
        budgets: Those in force.
        export: Returns their rules as a rule file of Prometheus.
        interval_s: The distance of two collections.
    """

    def __init__(
        self,
        *,
        query: Query,
        clock: Clock,
        budgets: Sequence[Budget],
        export: Callable[[], str] = str,
        interval_s: float = 15.0,
    ) -> None:
        self._query = query
        self._interval_ms = round(interval_s * 1000)
        self.budgets = list(budgets)
        self.export = export
        self.clock = clock

    def standings(self, *, span_ms: int, end_ms: int | None = None) -> list[BudgetStanding]:
        """Return how each endpoint stands to its budgets, those over them in front.

        Args:
            span_ms: How far back.
            end_ms: Until when; ``None`` for now.

        Raises:
            QueryError: The series cannot be asked for.
        """
        window = Window.last(
            span_ms,
            end_ms=self.clock.now_ms() if end_ms is None else end_ms,
            points=_POINTS,
            least_step_ms=self._interval_ms,
        )
        found = [one for budget in self.budgets for one in self._of(budget, window)]
        return sorted(found, key=lambda one: (one.is_kept, one.kept, one.job, one.route, one.method))

    def _of(self, budget: Budget, window: Window) -> Iterator[BudgetStanding]:
        own = own_budgets(budget, self.budgets)
        range_ms = max(RANGE_MS, _COLLECTIONS * self._interval_ms, window.step_ms)
        for track in tracks(self._query, budget.expr(range_ms), window):
            method, route = track.labels.get("http_request_method"), track.labels.get("http_route")
            if not any(one.covers(method, route) for one in own) and np.isfinite(track.values).any():
                yield _standing(budget, track, method, route)


def _standing(budget: Budget, track: Track, method: str, route: str) -> BudgetStanding:
    known = track.values[np.isfinite(track.values)]
    return BudgetStanding(
        budget=budget,
        job=track.labels.get("job"),
        method=method,
        route=route,
        value=float(track.values[-1]),
        worst=float(known.max()),
        kept=float((known <= budget.most).mean()),
        points=len(known),
    )
