"""``/status``: who answers, what is on, and what was set."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.api.instances import InstanceBody
from otel_monitoring.health.check import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic.config import JsonDict

_LINKS = {
    "document": "/openapi.json",
    "health": "/health",
    "system": "/system",
    "instances": "/instances",
    "pipeline": "/pipeline",
    "metrics": "/metrics",
    "alerts": "/alerts",
    "rules": "/rules",
    "prometheus": "/prometheus",
    "alertmanager": "/alertmanager",
}

_EXAMPLE: JsonDict = {
    "version": "0.1.0",
    "python": "3.12.8",
    "health": "healthy",
    "now": "2026-03-02T09:14:07Z",
    "instance": {
        "id": "d840dbc2-5ac1-41f7",
        "service": "shop",
        "namespace": "",
        "environment": "production",
        "version": "1.4.2",
        "host": "web-1",
        "pid": 4711,
        "state": "running",
        "health": "healthy",
        "startedAt": "2026-03-02T08:00:00Z",
        "lastSeenAt": "2026-03-02T09:14:07Z",
        "endedAt": None,
        "exitReason": "",
        "uptimeSeconds": 4447.0,
    },
    "storage": {"kind": "sqlite", "place": "/var/lib/shop/shop.db", "available": True, "trouble": ""},
    "exports": [
        {
            "signal": "traces",
            "exporters": ["otlp"],
            "address": "http://collector:4318",
            "paused": False,
            "trouble": "",
        }
    ],
    "queries": {"answeredBy": "engine", "address": ""},
    "rules": {"enabled": True, "total": 21, "failing": 0, "evaluatedBy": "this process"},
    "features": [{"name": "analytics", "on": True}],
    "settings": [
        {"name": "alerts.interval_s", "value": "5", "variable": "OTEL_MONITORING_ALERTS__INTERVAL_S"}
    ],
    "links": {"health": "/monitoring/health"},
}


EvaluatedBy: TypeAlias = Literal["this process", "another process", "nobody"]


class StorageBody(BaseModel):
    """Where what outlives the process is kept."""

    kind: Literal["memory", "sqlite", "postgresql"] = Field(
        description="`memory`: nothing outlives the process."
    )
    place: str = Field(description="Where, without secrets; empty in memory.")
    available: bool
    trouble: str = Field(description="Why it cannot be used; empty where it can.")


class ExportBody(BaseModel):
    """What becomes of one signal."""

    signal: Literal["traces", "metrics", "logs"]
    exporters: list[str] = Field(description="None: it stays here.", examples=[["otlp"]])
    address: str = Field(description="Where OTLP goes, without secrets; empty for nowhere.")
    paused: bool = Field(description="Whether it is left alone for a while after failures.")
    trouble: str = Field(description="Why the last try failed, while it is paused.")


class QueriesBody(BaseModel):
    """Who answers PromQL."""

    answered_by: Literal["engine", "prometheus"] = Field(serialization_alias="answeredBy")
    address: str = Field(description="Of the Prometheus, without secrets; empty for our own engine.")


class EvaluationBody(BaseModel):
    """How rules are evaluated."""

    enabled: bool
    total: int = Field(description="How many there are.")
    failing: int = Field(description="How many cannot be evaluated.")
    evaluated_by: EvaluatedBy = Field(
        serialization_alias="evaluatedBy", description="Of several on a storage one speaks for all."
    )


class FeatureBody(BaseModel):
    """Something that can be switched."""

    name: str = Field(examples=["analytics"])
    on: bool


class SettingBody(BaseModel):
    """A setting that differs from its default."""

    name: str = Field(examples=["alerts.interval_s"])
    value: str = Field(description="Secrets are masked.", examples=["5"])
    variable: str = Field(examples=["OTEL_MONITORING_ALERTS__INTERVAL_S"])


class StatusBody(BaseModel):
    """Who answers, what is on, and what was set."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    version: str = Field(description="Of otel_monitoring.")
    python: str
    health: Status
    now: datetime
    instance: InstanceBody = Field(description="The process that answers.")
    storage: StorageBody
    exports: list[ExportBody]
    queries: QueriesBody
    rules: EvaluationBody
    features: list[FeatureBody]
    settings: list[SettingBody]
    links: dict[str, str] = Field(default={}, description="Where to look next.")


def status_router(status: Callable[[], StatusBody]) -> APIRouter:
    """Return the route that says who answers; it runs in a worker thread.

    Args:
        status: Returns how this process stands; the links are added here.
    """
    router = APIRouter(tags=["system"])

    @router.get("/status", summary="Who answers, what is on, and what was set")
    def found(request: Request) -> StatusBody:
        """Without secrets."""
        prefix = request.scope.get("root_path", "")
        links = {name: f"{prefix}{path}" for name, path in _LINKS.items()}
        return status().model_copy(update={"links": links})

    return router
