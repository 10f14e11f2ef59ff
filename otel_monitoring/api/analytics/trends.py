"""``/trends/{metric}``: which way series go, and when they changed."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import numpy as np
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.analytics.refusing import refusing
from otel_monitoring.api.moments import duration_ms, moment_ms
from otel_monitoring.api.refused import UNPROCESSABLE, refusals
from otel_monitoring.reports.trends.desk import MOST_SERIES, MOST_SPANS

if TYPE_CHECKING:
    from otel_monitoring.analytics.trends.changes import Change
    from otel_monitoring.reports.trends.desk import Looked, Seen, TrendsDesk

_LONGEST_TEXT = 4096


class UsualBody(BaseModel):
    """What other days do at the time of a window of a day or less."""

    slope_low: float = Field(serialization_alias="slopeLow", description="Of their slopes, a second.")
    slope_high: float = Field(serialization_alias="slopeHigh")
    days: int


class WindowBody(BaseModel):
    """What a series does over one window; what is not known is empty."""

    start: datetime
    end: datetime
    step_seconds: float = Field(serialization_alias="stepSeconds")
    direction: str = Field(examples=["rising", "falling", "steady", "unclear"])
    slope: float | None = Field(description="Theil's and Sen's, in the unit of the series a second.")
    slope_low: float | None = Field(serialization_alias="slopeLow", description="Of its 95 % interval.")
    slope_high: float | None = Field(serialization_alias="slopeHigh")
    start_value: float | None = Field(serialization_alias="startValue", description="Where the line begins.")
    end_value: float | None = Field(serialization_alias="endValue", description="Where it ends.")
    change_percent: float | None = Field(
        serialization_alias="changePercent", description="From there to here; empty where it began at 0."
    )
    p_value: float = Field(serialization_alias="pValue", description="How likely chance gives as much.")
    points: int
    effective_points: float = Field(
        serialization_alias="effectivePoints", description="How many independent ones they are worth."
    )
    seasonal: bool = Field(description="Whether other days do the same at this time.")
    usual: UsualBody | None = Field(description="Where other days are known, and go one way.")
    reason: str = Field(description="Why nothing can be said; empty where something can.")
    text: str = Field(description="All of it in words.")


class TrendChangeBody(BaseModel):
    """A step in the level."""

    time: datetime
    before: float = Field(description="The level, without what each day or week repeats.")
    after: float
    size: float
    size_low: float = Field(serialization_alias="sizeLow", description="Of its 95 % interval.")
    size_high: float = Field(serialization_alias="sizeHigh")
    text: str = Field(description="All of it in words.")


class TrendPointBody(BaseModel):
    """One value."""

    time: datetime
    value: float


class LookedBody(BaseModel):
    """One series."""

    name: str = Field(description="In the texts: with the labels that tell it from the others.")
    labels: dict[str, str]
    windows: list[WindowBody]
    changes: list[TrendChangeBody] = Field(description="Within the longest window, oldest first.")
    changes_reason: str = Field(
        serialization_alias="changesReason", description="Why no changes can be looked for."
    )
    points: list[TrendPointBody] = Field(description="The series, where points were asked for.")


class TrendsBody(BaseModel):
    """Which way series go."""

    metric: str
    promql: str
    unit: str = Field(description="Of the values, in UCUM; empty where it is not known.")
    series: list[LookedBody]
    left_out: int = Field(serialization_alias="leftOut", description="Further series, not looked at.")
    near: list[str] = Field(description="Where nothing was found: names that look alike.")


class Asked(BaseModel):
    """What is to be looked at."""

    query: str | None = Field(
        None, max_length=_LONGEST_TEXT, description="PromQL, in place of the metric in the path."
    )
    window: list[str] = Field(
        ["1h", "6h", "1d", "7d"], max_length=MOST_SPANS, description="How far back, repeated."
    )
    until: str | None = Field(None, description="RFC 3339, Unix seconds, or how long ago; now if left out.")
    aggregation: str | None = Field(None, description="rate, avg, p95 and the like; what suits the metric.")
    limit: int = Field(MOST_SERIES, ge=1, le=MOST_SERIES, description="How many series are looked at.")
    points: bool = Field(False, description="Whether the answer holds the values as well.")  # noqa: FBT003


def trends_router(desk: TrendsDesk) -> APIRouter:
    """Return the route about trends; it runs in worker threads."""
    router, routes = APIRouter(tags=["analytics"]), _Routes(desk)
    router.get(
        "/trends/{metric:path}",
        summary="Which way a series goes, and when it changed",
        response_model=TrendsBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.trends)
    return router


class _Routes:
    def __init__(self, desk: TrendsDesk) -> None:
        self._desk = desk

    def trends(self, metric: str, asked: Annotated[Asked, Query()]) -> TrendsBody:
        """A trend is one that chance does not explain; where the past is too short, that is the answer."""
        desk, text = self._desk, asked.query or metric
        with refusing(where="query", metric="query.query" if asked.query else "path.metric"):
            found = desk.trends(
                text,
                spans_ms=[duration_ms(one, field="query.window") for one in asked.window],
                end_ms=moment_ms(asked.until, field="query.until", clock=desk.clock),
                aggregation=asked.aggregation,
                most=asked.limit,
            )
        return TrendsBody(
            metric=found.subject.name,
            promql=found.subject.expr,
            unit=found.subject.unit,
            series=[_looked_body(one, is_whole=asked.points) for one in found.series],
            left_out=found.left_out,
            near=[] if found.series else desk.near(text),
        )


def _looked_body(one: Looked, *, is_whole: bool) -> LookedBody:
    track = one.track
    is_shown = np.isfinite(track.values) & is_whole
    return LookedBody(
        name=one.name,
        labels=track.labels.as_dict(),
        windows=[_window_body(seen) for seen in one.windows],
        changes=[
            _change_body(change, text)
            for change, text in zip(one.changes.found, one.change_texts, strict=True)
        ],
        changes_reason=one.changes.reason,
        points=[
            TrendPointBody(time=values.time(time_ms), value=value)
            for time_ms, value in zip(
                track.times_ms[is_shown].tolist(), track.values[is_shown].tolist(), strict=True
            )
        ],
    )


def _window_body(seen: Seen) -> WindowBody:
    trend, usual = seen.trend, seen.usual
    ratio = None if trend.reason else trend.change_ratio
    return WindowBody(
        start=values.time(seen.window.start_ms),
        end=values.time(seen.window.end_ms),
        step_seconds=seen.window.step_ms / 1000,
        direction=trend.direction,
        slope=_known(trend.slope),
        slope_low=_known(trend.slope_low),
        slope_high=_known(trend.slope_high),
        start_value=_known(trend.start),
        end_value=_known(trend.end),
        change_percent=None if ratio is None else _known(100 * ratio),
        p_value=trend.p_value,
        points=trend.points,
        effective_points=trend.effective_points,
        seasonal=seen.is_seasonal,
        usual=None
        if usual is None
        else UsualBody(slope_low=usual.low, slope_high=usual.high, days=usual.days),
        reason=trend.reason,
        text=seen.text,
    )


def _change_body(change: Change, text: str) -> TrendChangeBody:
    return TrendChangeBody(
        time=values.time(round(change.time_s * 1000)),
        before=change.before,
        after=change.after,
        size=change.size,
        size_low=change.size_low,
        size_high=change.size_high,
        text=text,
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
