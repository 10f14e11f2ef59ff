"""``/audit``: who changed what about the monitoring itself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from otel_monitoring.api import values

if TYPE_CHECKING:
    from otel_monitoring.measure.audit_trail import AuditTrail

_MOST = 1000


class ActionBody(BaseModel):
    """One thing that was done."""

    name: str = Field(examples=["silence.created"])
    target: str = Field(description="What it was done to.")
    actor: str = Field(description="Who did it.")
    at: datetime
    before: dict[str, Any] = Field(description="What was there; empty where there was nothing.")
    after: dict[str, Any] = Field(description="What is there now; empty where there is nothing any more.")


class AuditBody(BaseModel):
    """What was done, the last thing in front."""

    actions: list[ActionBody]


def audit_router(trail: AuditTrail) -> APIRouter:
    """Return the route that shows what was done by whom."""
    router = APIRouter(tags=["audit"])

    @router.get("/audit", summary="Who changed rules, silences and routes, and told what about alerts")
    def audit(limit: Annotated[int, Query(ge=1, le=_MOST)] = 100) -> AuditBody:
        """The newest thousand are kept here; all are emitted as events `otel_monitoring.audit`."""
        return AuditBody(
            actions=[
                ActionBody(
                    name=one.name,
                    target=one.target,
                    actor=one.actor,
                    at=values.time(one.at_ms),
                    before=dict(one.before),
                    after=dict(one.after),
                )
                for one in trail.newest(limit)
            ]
        )

    return router
