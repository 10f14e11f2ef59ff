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
from otel_monitoring.health.check import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.api.listed import Key
    from otel_monitoring.storage.samples.follow import Seen

State = Literal["running", "stopped", "crashed"]


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


class InstancesBody(ListBody):
    """Those that run in front, the oldest first; then those that were seen last."""

    instances: list[InstanceBody]
    total: int = Field(description="How many there are, whatever the limit.")


def instances_router(
    instances: Callable[[], Sequence[InstanceBody]], *, health: Callable[[], Mapping[str, Status]] = dict
) -> APIRouter:
    """Return the route that lists processes.

    Args:
        instances: Returns those that are known, in any order.
        health: Returns how those do that run, by their id.
    """
    router = APIRouter(tags=["system"])

    @router.get(
        "/instances",
        summary="Every process of the service, and whether it runs",
        responses=refusals(UNPROCESSABLE),
    )
    def found(
        state: Annotated[State | None, Query(description="Only those in this state.")] = None,
        service: Annotated[str | None, Query(description="Only those of this service.")] = None,
        host: Annotated[str | None, Query(description="Only those on this host.")] = None,
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
        return InstancesBody(instances=_with_health(page, health()), next=following, total=len(wanted))

    return router


def instance_bodies(instances: Iterable[Seen], *, now_ms: int) -> list[InstanceBody]:
    """Return the processes that a storage knows, in the order of the list."""
    return sorted((_body(seen, now_ms) for seen in instances), key=_order)


def _with_health(instances: Iterable[InstanceBody], health: Mapping[str, Status]) -> list[InstanceBody]:
    return [
        one.model_copy(update={"health": health.get(one.id)}) if one.state == "running" else one
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
