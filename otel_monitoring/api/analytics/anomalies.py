"""``/anomalies`` and ``/anomalies/detect``: what stood out by itself, and what does in any series."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import numpy as np
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.api import values
from otel_monitoring.api.analytics.refusing import refusing
from otel_monitoring.api.desk import fingerprint_of
from otel_monitoring.api.listed import ListBody, listed
from otel_monitoring.api.moments import duration_ms, moment_ms
from otel_monitoring.api.paging import Cursor, Limit  # noqa: TC001 - FastAPI reads the annotations
from otel_monitoring.api.refused import UNPROCESSABLE, refusals
from otel_monitoring.api.windows import WantsWindow  # noqa: TC001 - FastAPI reads the annotation

if TYPE_CHECKING:
    from otel_monitoring.api.listed import Key
    from otel_monitoring.reports.anomalies.desk import AnomaliesDesk, Searched
    from otel_monitoring.reports.anomalies.findings import Anomaly

_MOST = 10_000
_DAY_MS = 86_400_000
_LONGEST_TEXT = 4096


class AnomalyMovedBody(BaseModel):
    """Another series that stood out at about the same time."""

    metric: str = Field(examples=["http.p95"])
    labels: dict[str, str]
    score: float


class AnomalyBody(BaseModel):
    """A stretch in which a series stood out."""

    metric: str = Field(description="What is watched, or what was asked for.", examples=["http.p95"])
    labels: dict[str, str]
    unit: str = Field(description="Of the values, in UCUM; empty where it is not known.")
    promql: str
    since: datetime
    until: datetime | None = Field(description="When it ended; empty while it lasts.")
    peak_at: datetime = Field(serialization_alias="peakAt", description="When it was strangest.")
    value: float | str = Field(description="What was seen then.")
    expected_low: float | None = Field(serialization_alias="expectedLow")
    expected_high: float | None = Field(serialization_alias="expectedHigh")
    score: float = Field(description="How strange it was, 0 to 1.")
    rarity_hours: float | None = Field(
        serialization_alias="rarityHours", description="Seen once in this many hours."
    )
    reason: str = Field(examples=["level_shift", "spike", "silence", "spread", "novelty", "seasonal"])
    text: str = Field(description="All of it in words.")
    moved: list[AnomalyMovedBody] = Field(description="What else stood out, the strangest first.")


class AnomaliesBody(ListBody):
    """What stood out, the newest in front."""

    anomalies: list[AnomalyBody]
    total: int = Field(description="How many there are, whatever the limit.")
    watching: bool = Field(description="Whether series are watched, by this process or another.")


class AnomalyPointBody(BaseModel):
    """One value; NaN and the infinities as texts."""

    time: datetime
    value: float | str


class SearchedBody(BaseModel):
    """One series that was looked through."""

    labels: dict[str, str]
    anomalies: list[AnomalyBody]
    reason: str = Field(description="Why nothing can be said of it; empty where something can.")
    points: list[AnomalyPointBody] = Field(
        description="The series within the window, where points were asked for."
    )


class SearchBody(BaseModel):
    """What a search found."""

    metric: str
    promql: str
    unit: str
    start: datetime
    end: datetime
    step_seconds: float = Field(serialization_alias="stepSeconds")
    series: list[SearchedBody]
    left_out: int = Field(serialization_alias="leftOut", description="Further series, not looked through.")
    near: list[str] = Field(description="Where nothing was found: names that look alike.")


class SearchGiven(BaseModel):
    """What is to be looked through."""

    model_config = ConfigDict(extra="forbid")

    metric: str = Field(
        min_length=1, max_length=_LONGEST_TEXT, description="A metric, or PromQL.", examples=["http.p95"]
    )
    window: str = Field("24h", description="How far back from the end.", examples=["6h", "7d"])
    end: str | None = Field(None, description="RFC 3339, Unix seconds, or how long ago; now if left out.")
    aggregation: str | None = Field(None, description="rate, avg, p95 and the like; what suits the metric.")
    method: str | None = Field(
        None, description="`adaptive`, `zscore`, or one that was added; the setting if left out."
    )
    false_alarm_hours: float | None = Field(
        None, alias="falseAlarmHours", gt=0, le=24, description="Hours a day with a false alarm."
    )
    points: bool = Field(False, description="Whether the answer holds the values as well.")  # noqa: FBT003


def anomalies_router(desk: AnomaliesDesk) -> APIRouter:
    """Return the routes about anomalies; they run in worker threads."""
    router, routes = APIRouter(tags=["analytics"]), _Routes(desk)
    router.get(
        "/anomalies",
        summary="What stood out in the series that are watched",
        response_model=AnomaliesBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.found)
    router.post(
        "/anomalies/detect",
        summary="Look for anomalies in any series over any window",
        response_model=SearchBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.search)
    return router


class _Routes:
    def __init__(self, desk: AnomaliesDesk) -> None:
        self._desk = desk

    def found(
        self,
        wants: WantsWindow,
        metric: Annotated[str | None, Query(description="Only this, such as http.p95.")] = None,
        active: Annotated[bool, Query(description="Only what lasts.")] = False,  # noqa: FBT002
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> AnomaliesBody:
        """Those of the last day, and those that last, unless another time is asked for."""
        clock = self._desk.clock
        when = wants.bounds(clock)
        found = self._desk.found(
            since_ms=clock.now_ms() - _DAY_MS if when.start_ms is None else when.start_ms,
            until_ms=when.end_ms,
            name=metric,
            most=_MOST,
        )
        wanted = [one for one in found if not active or one.until_ms is None]
        page, following = listed(wanted, key=_order, limit=limit, cursor=cursor)
        return AnomaliesBody(
            anomalies=[anomaly_body(one) for one in page],
            watching=self._desk.is_watching(),
            total=len(wanted),
            next=following,
        )

    def search(self, given: SearchGiven) -> SearchBody:
        """What came before the window teaches what is usual."""
        desk = self._desk
        with refusing(where="body", metric="body.metric"):
            found = desk.search(
                given.metric,
                span_ms=duration_ms(given.window, field="body.window"),
                end_ms=moment_ms(given.end, field="body.end", clock=desk.clock),
                aggregation=given.aggregation,
                method=given.method,
                false_alarm_hours=given.false_alarm_hours,
            )
        start_ms = found.window.start_ms if given.points else math.inf
        return SearchBody(
            metric=found.subject.name,
            promql=found.subject.expr,
            unit=found.subject.unit,
            start=values.time(found.window.start_ms),
            end=values.time(found.window.end_ms),
            step_seconds=found.window.step_ms / 1000,
            series=[_searched_body(one, start_ms) for one in found.series],
            left_out=found.left_out,
            near=[] if found.series else desk.near(given.metric),
        )


def anomaly_body(anomaly: Anomaly) -> AnomalyBody:
    """Return an anomaly as JSON carries it."""
    return AnomalyBody(
        metric=anomaly.name,
        labels=anomaly.labels.as_dict(),
        unit=anomaly.unit,
        promql=anomaly.expr,
        since=values.time(anomaly.since_ms),
        until=values.time_if_any(anomaly.until_ms),
        peak_at=values.time(anomaly.peak_ms),
        value=values.number(anomaly.value),
        expected_low=_known(anomaly.expected_low),
        expected_high=_known(anomaly.expected_high),
        score=anomaly.score,
        rarity_hours=_known(anomaly.rarity_hours) or None,
        reason=anomaly.reason.name.lower(),
        text=anomaly.sentence(),
        moved=[
            AnomalyMovedBody(metric=one.name, labels=one.labels.as_dict(), score=one.score)
            for one in anomaly.moved
        ],
    )


def _order(anomaly: Anomaly) -> Key:
    """Return what puts those in front that began last."""
    return -anomaly.since_ms, round(-anomaly.score * 1_000_000), anomaly.name, fingerprint_of(anomaly.labels)


def _searched_body(searched: Searched, start_ms: float) -> SearchedBody:
    track = searched.track
    is_shown = (track.times_ms >= start_ms) & ~np.isnan(track.values)
    return SearchedBody(
        labels=track.labels.as_dict(),
        anomalies=[anomaly_body(one) for one in searched.anomalies],
        reason=searched.reason,
        points=[
            AnomalyPointBody(time=values.time(time_ms), value=values.number(value))
            for time_ms, value in zip(
                track.times_ms[is_shown].tolist(), track.values[is_shown].tolist(), strict=True
            )
        ],
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
