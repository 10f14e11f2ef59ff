"""``/audit``: who changed what about the monitoring itself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import APIRouter
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.paging import PageBody, Wants, page
from otel_monitoring.api.refused import UNPROCESSABLE, refusals

if TYPE_CHECKING:
    from otel_monitoring.model.action import Audited
    from otel_monitoring.model.clock import Clock


class AuditSource(Protocol):
    """What the API needs of the audit trail."""

    def find(
        self, *, since_ms: int, until_ms: int | None, before: tuple[int, int] | None, most: int
    ) -> tuple[list[Audited], bool]:
        """Return what was done, newest first, and whether the storage says so; from worker threads."""
        ...


class ActionBody(BaseModel):
    """One thing that was done."""

    name: str = Field(examples=["silence.created"])
    target: str = Field(description="What it was done to.")
    actor: str = Field(description="Who did it.", examples=["kim"])
    at: datetime
    before: dict[str, Any] = Field(description="What was there; empty where there was nothing.")
    after: dict[str, Any] = Field(description="What is there now; empty where there is nothing any more.")
    number: int | None = Field(description="Its place in the chain of the storage; empty in memory.")
    digest: str | None = Field(
        description="Its hash, which holds the one of the entry before, as `otel-monitoring audit verify` "
        "checks it; empty in memory."
    )
    instance: str | None = Field(description="The process where it was done; empty in memory.")


class AuditBody(PageBody):
    """What was done, the last thing in front."""

    actions: list[ActionBody]


def audit_router(source: AuditSource, *, clock: Clock) -> APIRouter:
    """Return the route that shows what was done by whom; it runs in worker threads."""
    router = APIRouter(tags=["audit"])

    @router.get(
        "/audit",
        summary="Who changed rules, silences and routes, told what about alerts, or cleaned up",
        responses=refusals(UNPROCESSABLE),
    )
    def audit(wants: Wants) -> AuditBody:
        """What was done at any process is in one chain of the storage, and kept for ever."""
        asked = wants.read(clock)
        found, is_kept = source.find(
            since_ms=asked.since_ms, until_ms=asked.until_ms, before=asked.before, most=asked.most
        )
        places = [(one.action.at_ms, one.number) for one in found]
        return AuditBody(
            actions=[action_body(one, is_kept=is_kept) for one in found],
            **page(places, asked, is_kept=is_kept),
        )

    return router


def action_body(one: Audited, *, is_kept: bool) -> ActionBody:
    """Return what was done as it is sent."""
    action = one.action
    return ActionBody(
        name=values.plain(action.name),
        target=values.plain(action.target),
        actor=values.plain(action.actor),
        at=values.time(action.at_ms),
        before=values.plain(action.before),
        after=values.plain(action.after),
        number=one.number if is_kept else None,
        digest=one.digest or None,
        instance=one.instance or None,
    )
