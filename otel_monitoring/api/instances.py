"""``/instances``: every process of the service that the storage knows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from otel_monitoring.api import values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.storage.samples.follow import Seen


class InstanceBody(BaseModel):
    """One run of a process."""

    id: str = Field(description="Its `service.instance.id`.")
    service: str = Field(description="`service.name`.")
    namespace: str = Field(description="`service.namespace`; empty for none.")
    environment: str = Field(description="`deployment.environment.name`; empty for none.")
    version: str
    host: str
    pid: int
    state: Literal["running", "stopped", "crashed"] = Field(
        description="`stopped` as planned; `crashed` where it was killed, failed, or gives no sign of life."
    )
    started_at: datetime = Field(serialization_alias="startedAt")
    last_seen_at: datetime = Field(serialization_alias="lastSeenAt", description="When it collected last.")
    ended_at: datetime | None = Field(serialization_alias="endedAt")
    exit_reason: str = Field(
        serialization_alias="exitReason", description="Why it does not run, as far as anybody knows."
    )
    uptime_s: float = Field(serialization_alias="uptimeSeconds")


class InstancesBody(BaseModel):
    """Those that run in front, the oldest first; then those that were seen last."""

    instances: list[InstanceBody]


def instances_router(instances: Callable[[], Sequence[Seen]], *, clock: Clock) -> APIRouter:
    """Return the route that lists the processes on the storage."""
    router = APIRouter(tags=["storage"])

    @router.get("/instances", summary="Every process of the service, and whether it runs")
    def listed() -> InstancesBody:
        """Processes are known for as long as their samples are kept; other services have theirs."""
        return instances_body(instances(), now_ms=clock.now_ms())

    return router


def instances_body(instances: Iterable[Seen], *, now_ms: int) -> InstancesBody:
    """Return what is answered of processes."""
    found = [_body(seen, now_ms) for seen in instances]
    found.sort(key=_order)
    return InstancesBody(instances=found)


def _order(instance: InstanceBody) -> tuple[bool, float, str]:
    """Return what puts those in front that run, the oldest first, whoever is asked and when."""
    if instance.state == "running":
        return False, instance.started_at.timestamp(), instance.id
    return True, -instance.last_seen_at.timestamp(), instance.id


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
