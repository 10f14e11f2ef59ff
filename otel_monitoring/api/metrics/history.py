"""``GET /metrics/history``: how a metric went, or the service as a whole."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.api import values
from otel_monitoring.api.analytics.refusing import refusing
from otel_monitoring.api.moments import duration_ms
from otel_monitoring.api.refused import UNPROCESSABLE, refusals
from otel_monitoring.api.windows import WantsWindow  # noqa: TC001 - FastAPI reads the annotation
from otel_monitoring.reports.history.desk import MOST_POINTS

if TYPE_CHECKING:
    from pydantic.config import JsonDict

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.reports.asking import Track
    from otel_monitoring.reports.history.desk import HistoryDesk, Past

_DAY_MS = 86_400_000
_LONGEST_MS = 730 * _DAY_MS
_LONGEST_TEXT = 4096
_MOST_SERIES = 100

_EXAMPLE: JsonDict = {
    "start": "2026-03-02T09:00:00Z",
    "end": "2026-03-02T09:02:00Z",
    "stepSeconds": 60.0,
    "times": ["2026-03-02T09:00:00Z", "2026-03-02T09:01:00Z", "2026-03-02T09:02:00Z"],
    "metrics": [
        {
            "metric": "process_memory_usage_bytes",
            "promql": "process_memory_usage_bytes",
            "unit": "By",
            "aggregation": "value",
            "series": [{"labels": {"instance": "d840dbc2"}, "values": [75673600.0, None, 75689984.0]}],
            "leftOut": 0,
            "near": [],
        }
    ],
}


class PastSeriesBody(BaseModel):
    """One series."""

    labels: dict[str, str]
    values: list[float | None] = Field(
        description="One for each of `times`; empty where there is none, or it is no finite number."
    )


class PastBody(BaseModel):
    """How one metric went."""

    metric: str = Field(description="Its name, or what was asked for.", examples=["http.p95"])
    promql: str
    unit: str = Field(description="Of the values, in UCUM; empty where it is not known.", examples=["s"])
    aggregation: str = Field(description="How the metric is looked at; empty of PromQL.", examples=["rate"])
    series: list[PastSeriesBody] = Field(description="Those that are highest on average in front.")
    left_out: int = Field(serialization_alias="leftOut", description="How many further series there are.")
    near: list[str] = Field(description="Where nothing was found: names that look alike.")


class MetricsHistoryBody(BaseModel):
    """How metrics went, all on one grid of times."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    start: datetime
    end: datetime
    step_seconds: float = Field(serialization_alias="stepSeconds")
    times: list[datetime]
    metrics: list[PastBody]


def metrics_history_router(desk: HistoryDesk, *, clock: Clock) -> APIRouter:
    """Return the route that looks back; it runs in worker threads."""
    router, routes = APIRouter(tags=["metrics"]), _Routes(desk, clock)
    router.get(
        "/metrics/history",
        summary="How metrics went over a window",
        response_model=MetricsHistoryBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.history)
    return router


class _Routes:
    def __init__(self, desk: HistoryDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def history(
        self,
        wants: WantsWindow,
        metric: Annotated[
            str | None,
            Query(
                min_length=1,
                max_length=_LONGEST_TEXT,
                description="A name, a signal such as `http.p95`, or PromQL; all of the service if left out.",
                examples=["process.memory.usage", "http.p95", "sum(rate(orders_total[5m]))"],
            ),
        ] = None,
        aggregation: Annotated[
            str | None,
            Query(description="value, rate, increase, avg, p50, p95 or p99; what suits the metric."),
        ] = None,
        step: Annotated[
            str | None, Query(description="The distance of points, as in 30s; what suits if left out.")
        ] = None,
        points: Annotated[
            int, Query(ge=2, le=MOST_POINTS, description="How many there are at most, without a step.")
        ] = 300,
        limit: Annotated[
            int, Query(ge=1, le=_MOST_SERIES, description="How many series of a metric at most.")
        ] = 20,
    ) -> MetricsHistoryBody:
        """The last day unless another time is asked for: memory and storage answer as one."""
        asked = wants.read(self._clock, usual_ms=_DAY_MS, longest_ms=_LONGEST_MS)
        desk = self._desk
        with refusing(where="query", metric="query.metric"):
            window = desk.window(
                start_ms=asked.start_ms,
                end_ms=asked.end_ms,
                step_ms=None if step is None else duration_ms(step, field="query.step"),
                points=points,
            )
            if metric is None:
                found = desk.overview(window, most=limit)
            else:
                found = [desk.past(metric, window, aggregation=aggregation, most=limit)]
        return MetricsHistoryBody(
            start=values.time(window.start_ms),
            end=values.time(window.end_ms),
            step_seconds=window.step_ms / 1000,
            times=[values.time(time_ms) for time_ms in window.times_ms.tolist()],
            metrics=[self._body(one, asked_for=metric) for one in found],
        )

    def _body(self, past: Past, *, asked_for: str | None) -> PastBody:
        subject = past.subject
        return PastBody(
            metric=subject.name,
            promql=subject.expr,
            unit=subject.unit,
            aggregation=subject.aggregation,
            series=[_series(one) for one in past.tracks],
            left_out=past.left_out,
            near=[] if past.tracks or asked_for is None else self._desk.near(asked_for),
        )


def _series(track: Track) -> PastSeriesBody:
    return PastSeriesBody(
        labels=track.labels.as_dict(),
        values=[value if math.isfinite(value) else None for value in track.values.tolist()],
    )
