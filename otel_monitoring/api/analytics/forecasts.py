"""``/forecasts`` and ``/forecasts/{metric}``: what reaches its limit, and what comes next in any series."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import numpy as np
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.analytics.refusing import refusing
from otel_monitoring.api.moments import duration_ms
from otel_monitoring.api.refused import UNPROCESSABLE, refusals
from otel_monitoring.reports.forecasts.desk import Bounds
from otel_monitoring.reports.forecasts.words import sentence

if TYPE_CHECKING:
    from otel_monitoring.reports.forecasts.desk import Continued, ForecastsDesk, Outlook
    from otel_monitoring.reports.forecasts.standing import Standing

_LONGEST_TEXT = 4096


class LimitStandingBody(BaseModel):
    """When a series reaches its limit."""

    resource: str = Field(description="What has the limit.", examples=["disk"])
    labels: dict[str, str]
    promql: str
    unit: str = Field(description="In UCUM; empty where it is not known.")
    limit: float
    value: float | str = Field(description="The newest.")
    outcome: str | None = Field(
        description="reached, expected, possible, or not within the horizon; empty where nothing is known."
    )
    horizon_seconds: float = Field(serialization_alias="horizonSeconds", description="How far was looked.")
    earliest: datetime | None
    expected: datetime | None
    latest: datetime | None
    reason: str = Field(description="Why nothing is known; empty where something is.")
    text: str = Field(description="All of it in words.")


class CapacityBody(BaseModel):
    """Everything that has a limit, the most urgent first."""

    capacity: list[LimitStandingBody]


class ReachBody(BaseModel):
    """When a limit is reached; in 8 of 10 cases between the earliest and the latest."""

    limit: float
    outcome: str
    earliest: datetime | None
    expected: datetime | None
    latest: datetime | None


class AheadBody(BaseModel):
    """What comes at a time."""

    time: datetime
    value: float
    low: float
    high: float


class ForecastPointBody(BaseModel):
    """One value that was; NaN and the infinities as texts."""

    time: datetime
    value: float | str


class ContinuedBody(BaseModel):
    """One series and what comes next."""

    labels: dict[str, str]
    forecast: list[AheadBody]
    seasons: list[str] = Field(description="Which are known of it: day, week.")
    reach: ReachBody | None = Field(description="Where a limit was asked for.")
    reason: str = Field(description="Why there is no forecast; empty where there is one.")
    history: list[ForecastPointBody] = Field(
        description="What was, as far back as the forecast looks ahead twice."
    )


class ForecastBody(BaseModel):
    """What comes next."""

    metric: str
    promql: str
    unit: str
    level: float = Field(description="The share that the bands hold.")
    step_seconds: float = Field(serialization_alias="stepSeconds")
    horizon_seconds: float = Field(serialization_alias="horizonSeconds")
    series: list[ContinuedBody]
    left_out: int = Field(serialization_alias="leftOut", description="Further series, not continued.")
    near: list[str] = Field(description="Where nothing was found: names that look alike.")


class Asked(BaseModel):
    """How to look ahead."""

    query: str | None = Field(
        None, max_length=_LONGEST_TEXT, description="PromQL, in place of the metric in the path."
    )
    horizon: str = Field("48h", description="How far ahead.", examples=["6h", "14d"])
    step: str | None = Field(None, description="The distance of points; what suits if left out.")
    limit: float | None = Field(None, description="What it should not reach.", allow_inf_nan=False)
    floor: float | None = Field(None, description="It is never lower; what its past suggests if left out.")
    ceiling: float | None = Field(None, description="It is never higher; what its past suggests if left out.")
    level: float = Field(0.95, gt=0, lt=1, description="The share that the bands hold.")
    aggregation: str | None = Field(None, description="rate, avg, p95 and the like; what suits the metric.")


def forecasts_router(desk: ForecastsDesk) -> APIRouter:
    """Return the routes about what comes next; they run in worker threads."""
    router, routes = APIRouter(tags=["analytics"]), _Routes(desk)
    router.get("/forecasts", summary="When limits are reached", response_model=CapacityBody)(routes.capacity)
    router.get(
        "/forecasts/{metric:path}",
        summary="What comes next in a series",
        response_model=ForecastBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.forecast)
    return router


class _Routes:
    def __init__(self, desk: ForecastsDesk) -> None:
        self._desk = desk

    def capacity(self) -> CapacityBody:
        """Disks, memory, connections, and what the setting analytics.capacity names."""
        return CapacityBody(capacity=[_standing_body(one) for one in self._desk.standings()])

    def forecast(self, metric: str, asked: Annotated[Asked, Query()]) -> ForecastBody:
        """The past of the series itself says how sure it is; where that is too short, that is the answer."""
        desk, text = self._desk, asked.query or metric
        step_ms = None if asked.step is None else duration_ms(asked.step, field="query.step")
        with refusing(where="query", metric="query.query" if asked.query else "path.metric"):
            found = desk.outlook(
                text,
                horizon_ms=duration_ms(asked.horizon, field="query.horizon"),
                step_ms=step_ms,
                aggregation=asked.aggregation,
                limit=asked.limit,
                bounds=Bounds(asked.floor, asked.ceiling),
                level=asked.level,
            )
        return ForecastBody(
            metric=found.subject.name,
            promql=found.subject.expr,
            unit=found.subject.unit,
            level=found.level,
            step_seconds=found.span.step_ms / 1000,
            horizon_seconds=found.span.horizon_ms / 1000,
            series=[_continued_body(one, found) for one in found.series],
            left_out=found.left_out,
            near=[] if found.series else desk.near(text),
        )


def _standing_body(one: Standing) -> LimitStandingBody:
    return LimitStandingBody(
        resource=one.limit.resource,
        labels=one.labels.as_dict(),
        promql=one.limit.expr,
        unit=one.limit.unit,
        limit=one.limit.value,
        value=values.number(one.newest),
        outcome=one.outcome,
        horizon_seconds=one.horizon_s,
        earliest=_after(one.at_ms, one.low_s),
        expected=_after(one.at_ms, one.expected_s),
        latest=_after(one.at_ms, one.high_s),
        reason=one.reason,
        text=sentence(one, now_ms=one.at_ms),
    )


def _continued_body(one: Continued, found: Outlook) -> ContinuedBody:
    track = one.track
    is_shown = np.isfinite(track.values) & (track.times_ms >= found.window.end_ms - 2 * found.span.horizon_ms)
    lines = (line.tolist() for line in (one.times_ms, one.values, one.low, one.high))
    return ContinuedBody(
        labels=track.labels.as_dict(),
        forecast=[
            AheadBody(time=values.time(at), value=value, low=low, high=high)
            for at, value, low, high in zip(*lines, strict=True)
        ],
        seasons=[*one.seasons],
        reach=_reach_body(one, found),
        reason=one.reason,
        history=[
            ForecastPointBody(time=values.time(at), value=values.number(value))
            for at, value in zip(
                track.times_ms[is_shown].tolist(), track.values[is_shown].tolist(), strict=True
            )
        ],
    )


def _reach_body(one: Continued, found: Outlook) -> ReachBody | None:
    when = one.reach
    if when is None or found.limit is None:
        return None
    step_s, end_ms = found.span.step_ms / 1000, found.window.end_ms
    earliest, expected, latest = (
        _after(end_ms, None if steps is None else steps * step_s)
        for steps in (when.earliest, when.expected, when.latest)
    )
    return ReachBody(
        limit=found.limit, outcome=when.outcome, earliest=earliest, expected=expected, latest=latest
    )


def _after(at_ms: int, seconds: float | None) -> datetime | None:
    return (
        None if seconds is None or not math.isfinite(seconds) else values.time(at_ms + round(seconds * 1000))
    )
