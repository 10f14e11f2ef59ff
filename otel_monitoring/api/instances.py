"""``/instances``: every process of the service that is known, and how it does."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.listed import ListBody, listed
from otel_monitoring.api.paging import Cursor, Limit  # noqa: TC001 - FastAPI reads the annotations
from otel_monitoring.api.refused import UNPROCESSABLE, refusals
from otel_monitoring.api.served import Body, rounded
from otel_monitoring.api.windows import WantedWindow, WantsWindow  # noqa: TC001 - FastAPI reads the annotations
from otel_monitoring.health.check import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.api.listed import Key
    from otel_monitoring.storage.samples.follow import Seen
    from otel_monitoring.views.instances import Figures

State = Literal["running", "stopped", "crashed"]


class FiguresBody(Body):
    """How one process did in a stretch of time."""

    known_seconds: float = Field(
        description="For how much of that time it is known: it may have begun or ended within it.",
        examples=[1800.0],
    )
    requests: int = Field(examples=[1804])
    errors: int = Field(description="Requests that it could not answer (5xx).", examples=[9])
    error_rate: float | None = Field(
        description="The share of errors, 0 to 1; null without requests.", examples=[0.004989]
    )
    per_minute: float | None = Field(
        description="Requests a minute, of the time that it is known.", examples=[60.133333]
    )
    p95: float | None = Field(
        description="Seconds that 95 of a hundred requests were as fast as; null without requests.",
        examples=[0.118],
    )
    processor: float | None = Field(
        description="The share of the processors that it takes at the end; null where it does not run.",
        examples=[0.21],
    )
    memory_bytes: float | None = Field(
        description="Its memory at the end; null where it does not run.", examples=[104857600.0]
    )

    @classmethod
    def of(cls, found: Figures) -> FiguresBody:
        """Return figures as JSON carries them."""
        return cls(
            known_seconds=found.known_ms / 1000,
            requests=round(found.requests),
            errors=round(found.failed),
            error_rate=rounded(found.error_ratio),
            per_minute=rounded(found.per_minute),
            p95=rounded(found.latency.p95_s),
            processor=rounded(found.processor_ratio),
            memory_bytes=rounded(found.memory_bytes),
        )


class InstanceBody(BaseModel):
    """One run of a process."""

    id: str = Field(description="Its `service.instance.id`.", examples=["d840dbc2-5ac1-41f7"])
    service: str = Field(description="`service.name`.", examples=["shop"])
    namespace: str = Field(description="`service.namespace`; empty for none.")
    environment: str = Field(description="`deployment.environment.name`; empty for none.")
    version: str = Field(examples=["1.4.2"])
    host: str = Field(examples=["web-1"])
    pid: int = Field(examples=[4711])
    state: State = Field(
        description="`stopped` as planned; `crashed` where it was killed, failed, or gives no sign of life."
    )
    health: Status | None = Field(
        default=None,
        description="How it says that it does; empty where it does not run, or has not said it yet.",
    )
    started_at: datetime = Field(serialization_alias="startedAt")
    last_seen_at: datetime = Field(serialization_alias="lastSeenAt", description="When it collected last.")
    ended_at: datetime | None = Field(serialization_alias="endedAt")
    exit_reason: str = Field(
        serialization_alias="exitReason", description="Why it does not run, as far as anybody knows."
    )
    uptime_s: float = Field(serialization_alias="uptimeSeconds")
    figures: FiguresBody | None = Field(
        default=None,
        description="How it did; empty without `figures=true`, and where nothing was measured of it.",
    )


class InstancesBody(ListBody):
    """Those that run in front, the oldest first; then those that were seen last."""

    instances: list[InstanceBody]
    total: int = Field(description="How many there are, whatever the limit.")


def instances_router(
    instances: Callable[[], Sequence[InstanceBody]],
    *,
    health: Callable[[], Mapping[str, Status]] = dict,
    figures: Callable[[WantedWindow], Mapping[str, Figures]] = lambda _: {},
) -> APIRouter:
    """Return the route that lists processes.

    Args:
        instances: Returns those that are known, in any order.
        health: Returns how those do that run, by their id.
        figures: Returns how each did in a stretch of time, by its id.
    """
    router = APIRouter(tags=["system"])

    @router.get(
        "/instances",
        summary="Every process of the service, and whether it runs",
        responses=refusals(UNPROCESSABLE),
    )
    def found(
        wants: WantsWindow,
        *,
        state: Annotated[State | None, Query(description="Only those in this state.")] = None,
        service: Annotated[str | None, Query(description="Only those of this service.")] = None,
        host: Annotated[str | None, Query(description="Only those on this host.")] = None,
        with_figures: Annotated[
            bool,
            Query(
                alias="figures",
                description="Whether requests, failures, durations, processor and memory are wanted: of an "
                "hour unless `window`, `hours`, `since` or `until` say another.",
            ),
        ] = False,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> InstancesBody:
        """On a storage processes are known for as long as their samples are kept; else this one alone."""
        wanted = [
            one
            for one in instances()
            if state in (None, one.state) and service in (None, one.service) and host in (None, one.host)
        ]
        page, following = listed(wanted, key=_order, limit=limit, cursor=cursor)
        page = _with_health(page, health())
        if with_figures:
            page = _with_figures(page, figures(wants))
        return InstancesBody(instances=page, next=following, total=len(wanted))

    return router


def instance_bodies(instances: Iterable[Seen], *, now_ms: int) -> list[InstanceBody]:
    """Return the processes that a storage knows, in the order of the list."""
    return sorted((_body(seen, now_ms) for seen in instances), key=_order)


def _with_health(instances: Iterable[InstanceBody], health: Mapping[str, Status]) -> list[InstanceBody]:
    return [
        one.model_copy(update={"health": health.get(one.id)}) if one.state == "running" else one
        for one in instances
    ]


def _with_figures(instances: Iterable[InstanceBody], figures: Mapping[str, Figures]) -> list[InstanceBody]:
    return [
        one.model_copy(update={"figures": FiguresBody.of(figures[one.id])}) if one.id in figures else one
        for one in instances
    ]


def _order(instance: InstanceBody) -> Key:
    """Return what puts those in front that run, the oldest first, whoever is asked and when."""
    if instance.state == "running":
        return 0, round(instance.started_at.timestamp() * 1000), instance.id, instance.host, instance.pid
    seen_ms = round(instance.last_seen_at.timestamp() * 1000)
    return 1, -seen_ms, instance.id, instance.host, instance.pid


def _body(seen: Seen, now_ms: int) -> InstanceBody:
    run, source = seen.run, seen.run.source
    until_ms = now_ms if seen.is_alive else run.ended_ms or run.last_seen_ms
    return InstanceBody(
        id=source.label,
        service=source.service.name,
        namespace=source.service.namespace,
        environment=source.service.environment,
        version=source.version,
        host=source.host,
        pid=source.pid,
        state=seen.state,
        started_at=values.time(source.started_ms),
        last_seen_at=values.time(run.last_seen_ms),
        ended_at=values.time_if_any(run.ended_ms),
        exit_reason=seen.reason,
        uptime_s=max(0, until_ms - source.started_ms) / 1000,
    )
