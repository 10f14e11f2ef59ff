"""``/correlations`` and ``/correlations/moved``: what goes together, and what moved with an incident."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.analytics.refusing import refusing
from otel_monitoring.api.moments import duration_ms, moment_ms
from otel_monitoring.api.refused import UNPROCESSABLE, RefusedError, refusals
from otel_monitoring.api.windows import WantsWindow  # noqa: TC001 - FastAPI reads the annotations

if TYPE_CHECKING:
    from otel_monitoring.reports.correlations.desk import CorrelationsDesk, Relation
    from otel_monitoring.reports.correlations.looking import Movement, Movements

_USUAL_MS = 6 * 3_600_000

Moment = Annotated[
    str | None,
    Query(description="RFC 3339, Unix seconds, or how long ago.", examples=["2026-03-02T09:00:00Z", "1h"]),
]


class ComparedBody(BaseModel):
    """One of the series that are compared."""

    name: str
    metric: str = Field(description="What was asked for.")
    promql: str
    labels: dict[str, str]


class RelationBody(BaseModel):
    """How two series go together."""

    first: int = Field(description="Its place among the series, from 0.")
    second: int
    coefficient: float | None = Field(description="From -1 to 1; empty where there is a reason.")
    lag_seconds: float = Field(
        serialization_alias="lagSeconds", description="How much later the second moves; below 0 the first."
    )
    p_value: float | None = Field(serialization_alias="pValue", description="Of the pair, for all lags.")
    false_discovery_rate: float | None = Field(
        serialization_alias="falseDiscoveryRate", description="Corrected for the number of pairs."
    )
    points: int
    worth: float = Field(description="How many independent points these are worth.")
    reason: str = Field(description="Why nothing can be said; empty where something can.")
    text: str


class RelationsBody(BaseModel):
    """How some series go together, the clearest pair in front."""

    method: str
    start: datetime
    end: datetime
    step_seconds: float = Field(serialization_alias="stepSeconds")
    series: list[ComparedBody]
    relations: list[RelationBody]
    left_out: int = Field(serialization_alias="leftOut", description="Further series, not compared.")


class CorrelationPointBody(BaseModel):
    """One value; NaN and the infinities as texts."""

    time: datetime
    value: float | str


class MovementBody(BaseModel):
    """One series that moved."""

    metric: str
    labels: dict[str, str]
    promql: str
    unit: str
    how: str = Field(examples=["shift", "ramp", "spike", "spread", "drop", "silent", "new"])
    onset: datetime = Field(description="When it began.")
    surprise: float = Field(description="How unlikely it is by its own past, in digits: 3 is one in 1000.")
    false_discovery_rate: float = Field(serialization_alias="falseDiscoveryRate")
    score: float = Field(description="The higher, the likelier the others follow from it.")
    followers: int = Field(description="How many of the others that moved are likely to follow.")
    before: float | str
    after: float | str
    text: str
    points: list[CorrelationPointBody] = Field(
        description="The window and as long before, where points were asked for."
    )


class CorrelatedAlertBody(BaseModel):
    """The alert that was asked about."""

    name: str
    labels: dict[str, str]
    started_at: datetime = Field(serialization_alias="startedAt")


class MovementsBody(BaseModel):
    """What moved in a window, the likeliest beginning in front."""

    start: datetime
    end: datetime
    known_since: datetime = Field(
        serialization_alias="knownSince", description="From when on the past says what is usual."
    )
    alert: CorrelatedAlertBody | None
    moved: list[MovementBody]
    moved_total: int = Field(
        serialization_alias="movedTotal", description="How many moved, whatever the limit."
    )
    looked_at: int = Field(serialization_alias="lookedAt", description="How many series there were.")
    left_out: int = Field(serialization_alias="leftOut", description="Further series, not looked at.")
    failed: list[str] = Field(description="What could not be asked for.")
    reason: str = Field(description="Why nothing can be said; empty where something can.")


def correlations_router(desk: CorrelationsDesk) -> APIRouter:
    """Return the routes about causes; they run in worker threads."""
    router, routes = APIRouter(tags=["analytics"]), _Routes(desk)
    router.get(
        "/correlations",
        summary="How series go together, and at which lag",
        response_model=RelationsBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.related)
    router.get(
        "/correlations/moved",
        summary="What moved with an incident, the likeliest cause in front",
        response_model=MovementsBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.moved)
    return router


class _Routes:
    def __init__(self, desk: CorrelationsDesk) -> None:
        self._desk = desk

    def related(
        self,
        metric: Annotated[
            list[str], Query(description="A metric, or PromQL; repeated.", min_length=1, max_length=50)
        ],
        wants: WantsWindow,
        method: Annotated[
            Literal["pearson", "spearman"], Query(description="Values, or their ranks.")
        ] = "pearson",
        lag: Annotated[str | None, Query(description="How much later one may follow.")] = None,
    ) -> RelationsBody:
        """Points are worth less the more a series repeats itself; the rates account for that."""
        window = wants.read(self._desk.clock, usual_ms=_USUAL_MS)
        with refusing(where="query", metric="query.metric"):
            found = self._desk.related(
                metric,
                span_ms=window.span_ms,
                end_ms=window.end_ms,
                method=method,
                most_lag_ms=_lag_ms(lag),
            )
        return RelationsBody(
            method=found.method,
            start=values.time(found.window.start_ms),
            end=values.time(found.window.end_ms),
            step_seconds=found.window.step_ms / 1000,
            series=[
                ComparedBody(
                    name=one.name,
                    metric=one.subject.name,
                    promql=one.subject.expr,
                    labels=one.labels.as_dict(),
                )
                for one in found.series
            ],
            relations=[_relation_body(one) for one in found.relations],
            left_out=found.left_out,
        )

    def moved(
        self,
        alert: Annotated[
            str | None, Query(description="The fingerprint of an alert that fired, or its rule's name.")
        ] = None,
        at: Moment = None,
        since: Moment = None,
        until: Moment = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 20,
        points: Annotated[bool, Query(description="Whether values are wanted as well.")] = False,  # noqa: FBT002
    ) -> MovementsBody:
        """Around an alert, around a time, or in a window; around now if nothing is named."""
        desk = self._desk
        start_ms = moment_ms(since, field="query.since", clock=desk.clock)
        end_ms = moment_ms(until, field="query.until", clock=desk.clock)
        at_ms = moment_ms(at, field="query.at", clock=desk.clock)
        named = [
            name for name, given in (("alert", alert), ("at", at), ("since", since)) if given is not None
        ]
        if len(named) > 1 or (until is not None and since is None):
            msg = f"{' and '.join(named) or 'until alone'}: expected one of alert, at, or since with until"
            raise RefusedError(msg, field=f"query.{named[-1] if named else 'until'}")
        now_ms = desk.clock.now_ms()
        with refusing(where="query", metric="query.alert"):
            if alert is not None:
                told, found = desk.moved_with(alert)
                body = CorrelatedAlertBody(
                    name=told.name, labels=told.labels.as_dict(), started_at=values.time(told.started_at_ms)
                )
                return _movements_body(found, alert=body, limit=limit, points=points)
            if start_ms is not None:
                found = desk.moved_between(start_ms, now_ms if end_ms is None else end_ms)
            else:
                found = desk.moved_around(now_ms if at_ms is None else at_ms)
        return _movements_body(found, alert=None, limit=limit, points=points)


def _lag_ms(text: str | None) -> int | None:
    if text is None:
        return None
    return 0 if text == "0" else duration_ms(text, field="query.lag")


def _relation_body(relation: Relation) -> RelationBody:
    pair = relation.pair
    return RelationBody(
        first=relation.first,
        second=relation.second,
        coefficient=_known(pair.coefficient),
        lag_seconds=relation.lag_ms / 1000,
        p_value=_known(pair.p_value),
        false_discovery_rate=_known(pair.rate),
        points=pair.points,
        worth=pair.worth,
        reason=pair.reason,
        text=relation.text,
    )


def _movements_body(
    found: Movements, *, alert: CorrelatedAlertBody | None, limit: int, points: bool
) -> MovementsBody:
    return MovementsBody(
        start=values.time(found.window.start_ms),
        end=values.time(found.window.end_ms),
        known_since=values.time(found.since_ms),
        alert=alert,
        moved=[movement_body(one, points=points) for one in found.movements[:limit]],
        moved_total=len(found.movements),
        looked_at=found.looked_at,
        left_out=found.left_out,
        failed=[*found.failed],
        reason=found.reason,
    )


def movement_body(one: Movement, *, points: bool = False) -> MovementBody:
    """Return what moved as JSON carries it."""
    mover = one.mover
    shown = zip(one.times_ms.tolist(), one.values.tolist(), strict=True) if points else ()
    return MovementBody(
        metric=one.candidate.name,
        labels=one.labels.as_dict(),
        promql=one.candidate.expr,
        unit=one.candidate.unit,
        how=mover.how,
        onset=values.time(mover.onset_ms),
        surprise=mover.digits,
        false_discovery_rate=mover.rate,
        score=mover.score,
        followers=mover.followers,
        before=values.number(mover.before),
        after=values.number(mover.after),
        text=one.text,
        points=[
            CorrelationPointBody(time=values.time(time_ms), value=values.number(value))
            for time_ms, value in shown
            if not math.isnan(value)
        ],
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
