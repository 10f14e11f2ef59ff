"""``/performance``: how fast everything is, beside the time before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import Field

from otel_monitoring.api.analytics.refusing import refusing
from otel_monitoring.api.endpoints import SpanBody, span_fields, window_of
from otel_monitoring.api.refused import UNPROCESSABLE, refusals
from otel_monitoring.api.served import (
    NOTHING,
    Body,
    BucketBody,
    ChangeBody,
    PointsBody,
    ServedBody,
    StatusCountBody,
    WorstBody,
    distribution,
    percent,
    rounded,
    served_body,
    statuses,
)
from otel_monitoring.api.windows import WantsWindow  # noqa: TC001 - FastAPI reads the annotation
from otel_monitoring.views.endpoints import worst
from otel_monitoring.views.performance import moved

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.views.counting import Span
    from otel_monitoring.views.endpoints import EndpointsView
    from otel_monitoring.views.performance import Moved, Operations


class EndpointMovedBody(Body):
    """An endpoint that is slower or faster than before."""

    method: str = Field(examples=["GET"])
    route: str = Field(examples=["/cart/{id}"])
    p95: float | None = Field(description="In seconds.", examples=[0.24])
    p95_before: float = Field(description="What it was.", examples=[0.118])
    change_percent: float | None = Field(examples=[103.4])


class DatabaseBody(Body):
    """What the databases were asked."""

    operations: int = Field(examples=[5410])
    per_minute: float | None = Field(examples=[90.166667])
    total_seconds: float = Field(description="What all of them took together.", examples=[32.46])
    mean: float | None = Field(description="In seconds.", examples=[0.006])
    p50: float | None = Field(description="In seconds.", examples=[0.004])
    p95: float | None = Field(description="In seconds.", examples=[0.019])
    p99: float | None = Field(description="In seconds.", examples=[0.047])


class PerformanceBody(SpanBody):
    """How fast everything is."""

    now: ServedBody
    before: ServedBody = Field(description="The same in the time before, of the same length.")
    change: ChangeBody
    statuses: list[StatusCountBody]
    distribution: list[BucketBody] = Field(description="How many requests took about how long.")
    points: PointsBody
    worst: WorstBody
    moved: list[EndpointMovedBody] = Field(
        description="Endpoints whose 95th percentile moved by a quarter or more, the most moved in front."
    )
    database: DatabaseBody | None = Field(description="Null where no database was asked.")
    note: str = Field(description="Why there is nothing, and what to do; empty where there is something.")


@dataclass(frozen=True, slots=True)
class PerformanceSource:
    """Whom the route asks.

    Attributes:
        view: How endpoints do.
        operations: Returns what the databases were asked in a span; ``None`` where nothing was.
        clock: The time.
    """

    view: EndpointsView
    operations: Callable[[Span], Operations | None]
    clock: Clock


def performance_router(source: PerformanceSource) -> APIRouter:
    """Return the route of performance; it runs in a worker thread."""
    router = APIRouter(tags=["endpoints"])

    @router.get(
        "/performance",
        summary="How fast everything is, beside the time before",
        responses=refusals(UNPROCESSABLE),
    )
    def performance(wants: WantsWindow) -> PerformanceBody:
        """All requests together, lines for charts, what stands out, what moved, and the databases."""
        window = window_of(wants, source.clock)
        with refusing(where="query", metric="query.window"):
            found = source.view.course(window.start_ms, window.end_ms)
            asked = source.operations(found.now.span)
        now, before = found.now, found.before
        return PerformanceBody(
            **span_fields(now),
            now=served_body(now),
            before=served_body(before),
            change=ChangeBody.of(now, before),
            statuses=statuses(now),
            distribution=distribution(now),
            points=PointsBody.of(found.points),
            worst=WorstBody.of(worst(now.endpoints)),
            moved=[_moved(one) for one in moved(now.endpoints, before.endpoints)],
            database=None if asked is None else _database(asked, now.span),
            note="" if now.endpoints else NOTHING,
        )

    return router


def _moved(one: Moved) -> EndpointMovedBody:
    p95_s = one.now.served.latency.p95_s
    return EndpointMovedBody(
        method=one.now.method,
        route=one.now.route,
        p95=rounded(p95_s),
        p95_before=round(one.before_s, 6),
        change_percent=percent(p95_s, one.before_s),
    )


def _database(asked: Operations, span: Span) -> DatabaseBody:
    latency = asked.latency
    return DatabaseBody(
        operations=round(asked.count),
        per_minute=rounded(asked.count / span.known_minutes) if span.known_ms > 0 else None,
        total_seconds=round(asked.time_s, 6),
        mean=rounded(asked.mean_s),
        p50=rounded(latency.p50_s),
        p95=rounded(latency.p95_s),
        p99=rounded(latency.p99_s),
    )
