"""``POST /metrics`` and ``GET /metrics/query``."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi import Query as Parameter
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.metrics.ask import Asked, find, question_of, times_of
from otel_monitoring.api.metrics.fields import FieldsError
from otel_monitoring.api.metrics.record import MAX_SERIES, Recorder
from otel_monitoring.api.refused import RefusedError
from otel_monitoring.errors import QueryError
from otel_monitoring.ingest.names import DEFAULT_STRATEGY
from otel_monitoring.promql.builder import build
from otel_monitoring.promql.catalogue import near
from otel_monitoring.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.ingest.names import Strategy
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.promql.query import Query
    from otel_monitoring.promql.result import Result

MAX_BODY_BYTES = 256 * 1024


class MetricPointBody(BaseModel):
    """One value."""

    time: datetime
    value: float | str = Field(description="NaN and the infinities as texts.")


class SeriesBody(BaseModel):
    """The values of one set of labels."""

    labels: dict[str, str]
    points: list[MetricPointBody]


class AnswerBody(BaseModel):
    """The answer to a question, and the question in PromQL."""

    metric: str = Field(description="The name in Prometheus.")
    promql: str
    kind: str = Field(examples=["histogram"])
    unit: str = Field(description="UCUM, of the metric.", examples=["s"])
    series: list[SeriesBody]
    warnings: list[str]
    infos: list[str]
    tiers: list[str] = Field(
        description="From where the samples came: memory; or of what is stored raw, minute or hour."
    )
    near: list[str] = Field(description="Where nothing was found: names that look alike.")


class RecordedBody(BaseModel):
    """What was recorded."""

    recorded: int
    metrics: list[str] = Field(description="Their names in Prometheus, from the next collection on.")


@dataclass(frozen=True, slots=True)
class MetricsSource:
    """Whom the routes ask.

    Attributes:
        query: Answers PromQL.
        metadata: What is known of the metrics, by Prometheus name.
        clock: Tells now.
        max_series: Metrics and sets of attributes that requests may make.
        strategy: How names are translated.
        past_metadata: What the storage knows of metrics, where there is one: asked where memory does not.
    """

    query: Query
    metadata: Callable[[], Mapping[str, Metadata]]
    clock: Clock
    max_series: int = MAX_SERIES
    strategy: Strategy = DEFAULT_STRATEGY
    past_metadata: Callable[[], Mapping[str, Metadata]] | None = None


def metrics_router(source: MetricsSource) -> APIRouter:
    """Return the routes that record values and answer questions in words."""
    router = APIRouter(tags=["metrics"])
    write = Recorder(metadata=source.metadata, max_series=source.max_series, strategy=source.strategy)

    @router.post("/metrics", summary="Record values", status_code=202, response_model=RecordedBody)
    async def record_values(request: Request) -> Any:
        body = await _body(request)
        try:
            names = await run_in_threadpool(write, body)
        except FieldsError as error:
            raise RefusedError(str(error), errors=error.as_dicts("body")) from None
        return RecordedBody(recorded=len(names), metrics=sorted(set(names)))

    @router.get("/metrics/query", summary="Ask in words", response_model=AnswerBody)
    def ask(asked: Annotated[_Parameters, Parameter()]) -> Any:
        try:
            return _answer(Asked(**asked.model_dump()), source)
        except FieldsError as error:
            raise RefusedError(str(error), errors=error.as_dicts("query")) from None
        except QueryError as error:
            raise RefusedError(str(error)) from None

    return router


class _Parameters(BaseModel):
    metric: str = Field(description="The name in OpenTelemetry or in Prometheus.")
    aggregation: str = Field("avg", description="avg, min, max, sum, count, p50, p95 or p99.")
    window: str = Field("5m", description="How far each point looks back: 5m, or seconds.")
    group_by: list[str] = Field([], description="Attributes, repeated or with commas.")
    where: list[str] = Field([], description="Such as http.route=/cart; also !=, =~ and !~.")
    start: str | None = Field(None, description="RFC 3339 or Unix seconds; makes it a range.")
    end: str | None = Field(None, description="As start; now if left out.")
    step: str | None = Field(None, description="Of a range: 15s, or seconds.")


def _answer(asked: Asked, source: MetricsSource) -> AnswerBody:
    known = source.metadata()
    metric = find(asked.metric, known, strategy=source.strategy)
    if metric.name not in known and source.past_metadata is not None:
        with contextlib.suppress(StorageError):  # the answer says what is missing
            known = {**source.past_metadata(), **known}
        metric = find(asked.metric, known, strategy=source.strategy)
    promql = build(question_of(asked, metric))
    times = times_of(asked, source.clock.now_ms())
    result = source.query(promql, times.start_ms, times.end_ms, times.step_ms)
    series = _series(result)
    return AnswerBody(
        metric=metric.name,
        promql=promql,
        kind=metric.type,
        unit=metric.unit,
        series=series,
        warnings=[*result.warnings],
        infos=[*result.infos],
        tiers=[*result.tiers],
        near=[] if series or metric.name in known else near(asked.metric, known),
    )


def _series(result: Result) -> list[SeriesBody]:
    if result.kind == "vector":
        return [
            SeriesBody(labels=labels.as_dict(), points=[_point(result.time_ms, value)])
            for labels, value in result.samples
        ]
    return [
        SeriesBody(
            labels=one.labels.as_dict(),
            points=[_point(*pair) for pair in zip(one.times_ms.tolist(), one.values.tolist(), strict=True)],
        )
        for one in result.series
    ]


def _point(time_ms: int, value: float) -> MetricPointBody:
    return MetricPointBody(time=values.time(time_ms), value=values.number(value))


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413)
    return bytes(body)
