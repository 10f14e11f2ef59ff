"""``/budgets``: how endpoints stand to their performance budgets."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.analytics.refusing import refusing
from otel_monitoring.api.refused import UNPROCESSABLE, refusals
from otel_monitoring.api.response import RULES_FILE, YamlResponse
from otel_monitoring.api.windows import WantsWindow  # noqa: TC001 - FastAPI reads the annotations

if TYPE_CHECKING:
    from otel_monitoring.reports.budgets.desk import BudgetsDesk, BudgetStanding

_DAY_MS = 86_400_000


class BudgetBody(BaseModel):
    """How one endpoint stands to one budget."""

    job: str
    method: str
    route: str
    figure: str = Field(examples=["p95", "mean", "errors"])
    budget: float = Field(description="The most that it may be: seconds, or a share.")
    budget_of: str = Field(serialization_alias="budgetOf", description="The endpoint it was set for, or `*`.")
    unit: str = Field(examples=["s", "1"])
    value: float | None = Field(description="Now; empty without requests.")
    worst: float
    kept: float = Field(description="The share of time within the budget, 0 to 1.")
    points: int
    within: bool = Field(description="Whether it is within the budget now.")
    text: str


class BudgetsBody(BaseModel):
    """Each endpoint and budget, those over it in front."""

    end: datetime
    budgets: list[BudgetBody]
    set: int = Field(description="How many budgets there are.")


def budgets_router(desk: BudgetsDesk) -> APIRouter:
    """Return the routes about budgets; they run in worker threads."""
    router, routes = APIRouter(tags=["analytics"]), _Routes(desk)
    router.get(
        "/budgets",
        summary="How endpoints stand to their performance budgets",
        response_model=BudgetsBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.standings)
    router.get(
        "/budgets/export",
        summary="Their rules, as a rule file of Prometheus",
        response_class=YamlResponse,
        responses=RULES_FILE,
    )(routes.export)
    return router


class _Routes:
    def __init__(self, desk: BudgetsDesk) -> None:
        self._desk = desk

    def standings(self, wants: WantsWindow) -> BudgetsBody:
        """Now, and for which share of the time they were within."""
        window = wants.read(self._desk.clock, usual_ms=_DAY_MS)
        with refusing(where="query", metric="query"):
            found = self._desk.standings(span_ms=window.span_ms, end_ms=window.end_ms)
        return BudgetsBody(
            end=values.time(window.end_ms), budgets=[_body(one) for one in found], set=len(self._desk.budgets)
        )

    def export(self) -> Response:
        return YamlResponse(self._desk.export())


def _body(one: BudgetStanding) -> BudgetBody:
    return BudgetBody(
        job=one.job,
        method=one.method,
        route=one.route,
        figure=one.budget.figure,
        budget=one.budget.most,
        budget_of=one.budget.endpoint,
        unit=one.budget.unit,
        value=one.value if math.isfinite(one.value) else None,
        worst=one.worst,
        kept=one.kept,
        points=one.points,
        within=one.is_kept,
        text=one.sentence(),
    )
