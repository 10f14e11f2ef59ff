"""``/events`` and ``/health/history``: what happened, record by record."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeAlias

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.paging import PageBody, Wanted, Wants, page
from otel_monitoring.api.refused import UNPROCESSABLE, refusals
from otel_monitoring.model.record import EVENT, HEALTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.record import Record

Name: TypeAlias = Annotated[str | None, Query(description="Only events of this name.")]
Check: TypeAlias = Annotated[str | None, Query(description="Only this check.")]
TraceId: TypeAlias = Annotated[
    str | None,
    Query(alias="traceId", pattern="^[0-9a-f]{32}$", description="Only events of this trace."),
]


class RecordsSource(Protocol):
    """What the API needs of what keeps records; called from worker threads."""

    def find(
        self,
        kind: str,
        *,
        since_ms: int,
        until_ms: int | None,
        key: str | None,
        trace: str | None,
        before: tuple[int, int] | None,
        most: int,
    ) -> tuple[list[Record], bool]:
        """Return records of a kind, newest first, and whether the storage says so."""
        ...

    def instances(self) -> Mapping[int, str]:
        """Return the ``service.instance.id`` of each source that is known, by its number."""
        ...


class EventBody(BaseModel):
    """One event."""

    name: str = Field(examples=["signup"])
    at: datetime
    body: Any = Field(description="Whatever the application said; empty for nothing.")
    attributes: dict[str, Any] = Field(examples=[{"plan": "pro"}])
    severity_number: int = Field(
        serialization_alias="severityNumber", description="As OpenTelemetry counts; 0 where none was said."
    )
    trace_id: str | None = Field(serialization_alias="traceId")
    span_id: str | None = Field(serialization_alias="spanId")
    instance: str | None = Field(description="The process that it comes from.")


class EventsBody(PageBody):
    """What happened in the application, the newest in front."""

    events: list[EventBody]


class ResultBody(BaseModel):
    """What a check found."""

    check: str
    at: datetime
    status: str = Field(examples=["healthy", "degraded", "unhealthy"])
    previous: str | None = Field(description="What it was before; empty for the first of a process.")
    message: str
    critical: bool = Field(description="Whether the whole is unhealthy when this is.")
    latency_seconds: float | None = Field(serialization_alias="latencySeconds")
    instance: str | None = Field(description="The process that checked.")


class HealthHistoryBody(PageBody):
    """What checks found, the newest in front."""

    results: list[ResultBody]


def events_router(source: RecordsSource, *, clock: Clock) -> APIRouter:
    """Return the routes that show what happened; they run in worker threads."""
    router, routes = APIRouter(), _Routes(source, clock)
    refused = refusals(UNPROCESSABLE)
    router.get(
        "/events",
        summary="Events of the application: log records with a name",
        tags=["events"],
        responses=refused,
    )(routes.events)
    router.get(
        "/health/history",
        summary="What health checks found: each change, and one result in fifteen minutes",
        tags=["health"],
        responses=refused,
    )(routes.history)
    return router


class _Routes:
    def __init__(self, source: RecordsSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock

    def events(self, wants: Wants, name: Name = None, trace_id: TraceId = None) -> EventsBody:
        """Those of every process on the storage, without secrets."""
        found, names, fields = self._find(EVENT, wants, key=name, trace=trace_id)
        return EventsBody(events=[event_body(one, names) for one in found], **fields)

    def history(self, wants: Wants, check: Check = None) -> HealthHistoryBody:
        """Those of every process on the storage."""
        found, names, fields = self._find(HEALTH, wants, key=check)
        return HealthHistoryBody(results=[result_body(one, names) for one in found], **fields)

    def _find(
        self, kind: str, wants: Wanted, *, key: str | None, trace: str | None = None
    ) -> tuple[list[Record], Mapping[int, str], dict[str, Any]]:
        """Return a page of records, the instances that they come from, and the fields of the page."""
        asked = wants.read(self._clock)
        found, is_kept = self._source.find(
            kind,
            since_ms=asked.since_ms,
            until_ms=asked.until_ms,
            key=key,
            trace=trace,
            before=asked.before,
            most=asked.most,
        )
        fields = page([(one.time_ms, one.id) for one in found], asked, is_kept=is_kept)
        return found, self._source.instances() if is_kept else {}, fields


def event_body(record: Record, instances: Mapping[int, str]) -> EventBody:
    """Return an event as it is sent."""
    said = record.document
    return EventBody(
        name=values.plain(record.key),
        at=values.time(record.time_ms),
        body=values.plain(said.get("body")),
        attributes=values.plain(_mapping(said.get("attributes"))),
        severity_number=record.severity,
        trace_id=record.trace or None,
        span_id=_text(said.get("span")),
        instance=instances.get(record.source),
    )


def result_body(record: Record, instances: Mapping[int, str]) -> ResultBody:
    """Return what a check found as it is sent."""
    said = record.document
    return ResultBody(
        check=values.plain(record.key),
        at=values.time(record.time_ms),
        status=_text(said.get("status")) or "",
        previous=_text(said.get("previous")),
        message=_text(said.get("message")) or "",
        critical=bool(said.get("critical")),
        latency_seconds=record.value,
        instance=instances.get(record.source),
    )


def _text(said: Any) -> str | None:
    """Return a text; what was imported may hold anything."""
    return None if said is None else str(values.plain(str(said)))


def _mapping(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, dict) else {}
