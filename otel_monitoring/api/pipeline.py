"""``/pipeline``: how the monitoring itself does: what waits, what was lost, and what to do about it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.api import values

if TYPE_CHECKING:
    from pydantic.config import JsonDict

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.monitoring.standing.lately import Lately
    from otel_monitoring.monitoring.standing.part import Standing

_EXAMPLE: JsonDict = {
    "at": "2026-03-02T09:14:07Z",
    "fine": False,
    "parts": [
        {
            "name": "export.traces",
            "about": "Sends spans to http://collector:4318.",
            "fine": False,
            "problem": "exporting is paused after failures: connection refused",
            "advice": "See whether the Collector runs and answers, and OTEL_EXPORTER_OTLP_ENDPOINT.",
            "counts": [
                {"name": "queued", "value": 212.0, "unit": "{span}", "lately": None},
                {"name": "dropped.queue_full", "value": 0.0, "unit": "{span}", "lately": 0.0},
            ],
        }
    ],
}


class CountBody(BaseModel):
    """One number."""

    name: str = Field(examples=["queued"])
    value: float
    unit: str = Field(description="In UCUM.", examples=["{span}"])
    lately: float | None = Field(
        description="Of losses: how much of it came about in the last 15 minutes; empty for other numbers."
    )


class PartBody(BaseModel):
    """How one part stands."""

    name: str = Field(examples=["export.traces"])
    about: str = Field(description="What it does.")
    fine: bool
    problem: str = Field(description="What is wrong; empty where nothing is.")
    advice: str = Field(description="What to do about it.")
    counts: list[CountBody] = Field(description="Since the process started.")


class PipelineBody(BaseModel):
    """How the monitoring of this process does."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    at: datetime
    fine: bool = Field(description="Whether every part is.")
    parts: list[PartBody]


def pipeline_router(lately: Lately, *, clock: Clock) -> APIRouter:
    """Return the route about the monitoring itself; it runs in a worker thread."""
    router = APIRouter(tags=["system"])

    @router.get("/pipeline", summary="How the monitoring itself does: what waits and what was lost")
    def pipeline() -> PipelineBody:
        """It is about the process that answers."""
        parts = [_part(standing, new) for standing, new in lately.standings()]
        return PipelineBody(
            at=values.time(clock.now_ms()), fine=all(part.fine for part in parts), parts=parts
        )

    return router


def _part(standing: Standing, new: dict[str, float]) -> PartBody:
    return PartBody(
        name=standing.name,
        about=standing.about,
        fine=not standing.problem,
        problem=standing.problem,
        advice=standing.advice,
        counts=[
            CountBody(name=one.name, value=one.value, unit=one.unit, lately=new.get(one.name))
            for one in standing.counts
        ],
    )
