"""``/health``: how the application does, and whether it lives at all."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from fastapi import APIRouter
from pydantic import BaseModel, Field

from otel_monitoring.api import values

if TYPE_CHECKING:
    from otel_monitoring.health.report import CheckResult, HealthReport

LIVE_PATH = "/health/live"
"""The one path that asks for no token."""

Status = Literal["healthy", "degraded", "unhealthy"]


class HealthSource(Protocol):
    """What the API needs of the registry of checks."""

    def report(self) -> HealthReport:
        """Return what was found out before; called from worker threads."""
        ...


class CheckBody(BaseModel):
    """The newest result of one check."""

    name: str
    status: Status | None = Field(description="Empty before the first result.")
    message: str
    critical: bool = Field(description="Whether the whole is unhealthy when this is.")
    checked_at: datetime | None = Field(serialization_alias="checkedAt")
    changed_at: datetime | None = Field(serialization_alias="changedAt")
    latency_seconds: float = Field(serialization_alias="latencySeconds")


class HealthBody(BaseModel):
    """How the application does."""

    status: Status
    at: datetime
    checks: list[CheckBody]


class LiveBody(BaseModel):
    """That the process answers."""

    status: Literal["alive"] = "alive"


def health_router(source: HealthSource) -> APIRouter:
    """Return the routes about health."""
    router = APIRouter(tags=["health"])

    @router.get("/health", summary="How the application does, check by check")
    def health() -> HealthBody:
        report = source.report()
        return HealthBody(
            status=report.status,
            at=values.time(report.at_ms),
            checks=[_check(result) for result in report.checks],
        )

    @router.get(LIVE_PATH, summary="Whether the process answers; touches nothing and is open to everybody")
    async def live() -> LiveBody:
        return LiveBody()

    return router


def _check(result: CheckResult) -> CheckBody:
    return CheckBody(
        name=result.name,
        status=result.status,
        message=result.message,
        critical=result.is_critical,
        checked_at=values.time_if_any(result.checked_at_ms),
        changed_at=values.time_if_any(result.changed_at_ms),
        latency_seconds=result.latency_s,
    )
