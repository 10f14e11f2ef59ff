"""``/slos``: how service levels stand, what months were like, and their rules as a file."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from otel_monitoring.api import values
from otel_monitoring.api.refused import NOT_FOUND, UNPROCESSABLE, RefusedError, refusals
from otel_monitoring.api.response import RULES_FILE, YamlResponse
from otel_monitoring.errors import QueryError
from otel_monitoring.reports.errors import AnalysisError

if TYPE_CHECKING:
    from otel_monitoring.analytics.slos.budget import Breach
    from otel_monitoring.reports.slos.desk import BurnDown, Detail, SlosDesk
    from otel_monitoring.reports.slos.month import MonthReport
    from otel_monitoring.reports.slos.slo import SLO
    from otel_monitoring.reports.slos.standing import Standing

Name = Annotated[str, Path(description="The name of a service level.", examples=["checkout"])]
Month = Annotated[
    str | None, Query(description="A year and a month; this one if left out.", examples=["2026-10"])
]


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class SloStandingBody(_Body):
    """How a service level stands. Ratios run from 0 to 1; what is null cannot be known."""

    name: str
    service: str
    description: str
    target: float
    window: str = Field(description="Such as 30d, or month.")
    state: str = Field(description="met, burning, exhausted or no data.")
    sentence: str
    start: datetime = Field(description="Where its window begins, RFC 3339.")
    end: datetime
    known_seconds: float = Field(description="Of how much of the window something is known.")
    events: float
    bad_events: float
    ratio: float | None = Field(description="The share that was good.")
    budget_remaining: float | None = Field(description="1 for all of it; below 0 where more was spent.")
    burn_rate1h: float | None = Field(
        alias="burnRate1h", description="1 is as fast as the budget allows for."
    )
    burn_rate6h: float | None = Field(alias="burnRate6h")
    exhausted_in_seconds: float | None = Field(description="At the pace of the last six hours.")
    notes: list[str]


class SlosBody(_Body):
    """All service levels."""

    slos: list[SloStandingBody]


class ServiceLevelBody(_Body):
    """One pair of windows of its alerts."""

    urgency: str
    short_seconds: float
    long_seconds: float
    factor: float = Field(description="How many times as fast as the budget allows for.")


class BudgetPointBody(_Body):
    """What was left of the error budget at a time."""

    time: datetime
    value: float | None = Field(description="1 for all of it; null without events.")


class DetailBody(SloStandingBody):
    """All about one service level."""

    labels: dict[str, str]
    min_events: int
    levels: list[ServiceLevelBody]
    burn_down: list[BudgetPointBody] = Field(description="What was left of the budget, through the window.")


class IncidentBody(_Body):
    """A time in which more was bad than allowed."""

    start: datetime
    end: datetime
    minutes: float
    events: float
    bad_events: float
    peak_error_ratio: float


class MonthBody(_Body):
    """What a calendar month was like."""

    name: str
    service: str
    target: float
    month: str = Field(examples=["2026-10"])
    start: datetime
    end: datetime
    is_over: bool = Field(description="Whether the month has ended; if not, this is so far.")
    is_met: bool | None = Field(description="Whether enough was good; null without events.")
    sentence: str
    ratio: float | None
    events: float
    bad_events: float
    budget_spent: float | None = Field(description="Above 1 where the level was not met.")
    breach_minutes: float
    incidents: list[IncidentBody]
    known_seconds: float
    notes: list[str]


def slos_router(desk: SlosDesk) -> APIRouter:
    """Return the routes of service levels; they run in worker threads."""
    router, routes = APIRouter(tags=["slos"]), _Routes(desk)
    missing = refusals(NOT_FOUND, UNPROCESSABLE)
    router.get("/slos", summary="How all service levels stand", response_model=SlosBody)(routes.list)
    router.get(
        "/slos/export",
        summary="Their rules, as a rule file of Prometheus",
        response_class=YamlResponse,
        responses=RULES_FILE,
    )(routes.export)
    router.get("/slos/{name}", summary="All about one of them", response_model=DetailBody, responses=missing)(
        routes.show
    )
    router.get(
        "/slos/{name}/report", summary="What a month was like", response_model=MonthBody, responses=missing
    )(routes.report)
    return router


class _Routes:
    def __init__(self, desk: SlosDesk) -> None:
        self._desk = desk

    def list(self) -> SlosBody:
        try:
            found = self._desk.list()
        except QueryError as error:
            raise RefusedError(str(error)) from None
        return SlosBody(slos=[SloStandingBody(**_standing(one)) for one in found])

    def export(self) -> Response:
        return YamlResponse(self._desk.export())

    def show(self, name: Name) -> DetailBody:
        try:
            return _detail(self._desk.show(name))
        except (AnalysisError, QueryError) as error:
            raise _refused(error) from None

    def report(self, name: Name, month: Month = None) -> MonthBody:
        try:
            return _month(self._desk.report(name, month))
        except (AnalysisError, QueryError) as error:
            raise _refused(error) from None


def _refused(error: AnalysisError | QueryError) -> RefusedError:
    if isinstance(error, AnalysisError) and error.field == "name":
        return RefusedError(str(error), status=NOT_FOUND, field="path.name")
    field = f"query.{error.field}" if isinstance(error, AnalysisError) else ""
    return RefusedError(str(error), field=field)


def _whose(slo: SLO) -> dict[str, Any]:
    return {"name": slo.name, "service": slo.service, "target": slo.target}


def _standing(one: Standing) -> dict[str, Any]:
    return {
        **_whose(one.slo),
        "description": one.slo.description,
        "window": one.slo.window,
        "state": one.state,
        "sentence": one.sentence,
        "start": values.time(one.start_ms),
        "end": values.time(one.end_ms),
        "known_seconds": one.known_ms / 1000,
        "events": one.events,
        "bad_events": one.bad_events,
        "ratio": one.ratio,
        "budget_remaining": one.remaining,
        "burn_rate1h": one.burn_rate_1h,
        "burn_rate6h": one.burn_rate_6h,
        "exhausted_in_seconds": None if one.exhausted_in_ms is None else one.exhausted_in_ms / 1000,
        "notes": list(one.notes),
    }


def _detail(found: Detail) -> DetailBody:
    slo = found.standing.slo
    levels = [
        ServiceLevelBody(
            urgency=level.urgency,
            short_seconds=level.short_ms / 1000,
            long_seconds=level.long_ms / 1000,
            factor=level.factor,
        )
        for level in slo.levels
    ]
    return DetailBody(
        **_standing(found.standing),
        labels=slo.own_labels,
        min_events=slo.least_events,
        levels=levels,
        burn_down=_points(found.burn_down),
    )


def _points(found: BurnDown) -> list[BudgetPointBody]:
    pairs = zip(found.times_ms.tolist(), found.left.tolist(), strict=True)
    return [
        BudgetPointBody(time=values.time(time_ms), value=None if math.isnan(left) else left)
        for time_ms, left in pairs
    ]


def _month(found: MonthReport) -> MonthBody:
    return MonthBody(
        **_whose(found.slo),
        month=found.span.month,
        start=values.time(found.span.start_ms),
        end=values.time(found.span.end_ms),
        is_over=found.is_over,
        is_met=found.is_met,
        sentence=found.sentence,
        ratio=found.ratio,
        events=found.events,
        bad_events=found.bad_events,
        budget_spent=found.budget_spent,
        breach_minutes=found.breach_minutes,
        incidents=[_incident(one) for one in found.incidents],
        known_seconds=found.known_ms / 1000,
        notes=list(found.notes),
    )


def _incident(one: Breach) -> IncidentBody:
    return IncidentBody(
        start=values.time(one.start_ms),
        end=values.time(one.end_ms),
        minutes=one.minutes,
        events=one.events,
        bad_events=one.bad_events,
        peak_error_ratio=one.peak_ratio,
    )
