"""``/system``: how the machine, the process and its runtime do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.api import values
from otel_monitoring.api.analytics.refusing import refusing
from otel_monitoring.api.refused import UNPROCESSABLE, refusals
from otel_monitoring.api.windows import WantsWindow  # noqa: TC001 - FastAPI reads the annotation
from otel_monitoring.reports.system.figures import Section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic.config import JsonDict

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.reports.system.desk import Reading, SystemDesk

_HOUR_MS = 3_600_000
_LONGEST_MS = 31 * 24 * _HOUR_MS
_LONGEST_ID = 256

_EXAMPLE: JsonDict = {
    "instance": "d840dbc2-5ac1-41f7-82a6-64ad1c6c73dc",
    "start": "2026-03-02T08:14:07Z",
    "end": "2026-03-02T09:14:07Z",
    "machine": {"host": "web-1", "system": "Linux 6.8", "architecture": "x86_64", "python": "3.12.8"},
    "sections": [
        {
            "name": "cpu",
            "figures": [
                {
                    "name": "cpu.utilization",
                    "description": "Used share of the processor limit that binds the process.",
                    "unit": "1",
                    "readings": [
                        {
                            "labels": {},
                            "value": 0.31,
                            "limit": 1.0,
                            "share": 0.31,
                            "min": 0.12,
                            "mean": 0.27,
                            "max": 0.66,
                        }
                    ],
                }
            ],
        }
    ],
    "note": "",
}


class MachineBody(BaseModel):
    """What this process runs on."""

    host: str
    system: str = Field(examples=["Linux 6.8"])
    architecture: str = Field(examples=["x86_64"])
    python: str = Field(examples=["3.12.8"])


class ReadingBody(BaseModel):
    """What is said of one figure and one set of labels; what is not known is empty."""

    labels: dict[str, str]
    value: float | None = Field(description="The newest one.")
    limit: float | None = Field(description="What it cannot exceed; empty for nothing.")
    share: float | None = Field(description="Of the limit.")
    min: float | None = Field(description="The lowest of the window.")
    mean: float | None = Field(description="The mean of the window.")
    max: float | None = Field(description="The highest of the window.")


class FigureBody(BaseModel):
    """One figure."""

    name: str = Field(examples=["cpu.utilization"])
    description: str
    unit: str = Field(description="In UCUM.", examples=["1", "By", "By/s", "s"])
    readings: list[ReadingBody]


class SectionBody(BaseModel):
    """Figures that belong together."""

    name: Section
    figures: list[FigureBody]


class SystemBody(BaseModel):
    """How the machine, the process and its runtime do; what is not measured is left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    instance: str = Field(description="The process, by its `service.instance.id`.")
    start: datetime
    end: datetime
    machine: MachineBody | None = Field(description="Of the process that answers; empty for another one.")
    sections: list[SectionBody]
    note: str = Field(description="Why there is nothing, and what to do; empty where there is something.")


@dataclass(frozen=True, slots=True)
class SystemSource:
    """Whom the route asks.

    Attributes:
        desk: Answers.
        own: The ``service.instance.id`` of the process that answers.
        machine: What it runs on.
        note: Tells why nothing is known of an instance.
        clock: Tells now.
    """

    desk: SystemDesk
    own: str
    machine: Callable[[], Mapping[str, str]]
    note: Callable[[str], str]
    clock: Clock


def system_router(source: SystemSource) -> APIRouter:
    """Return the route about machine, process and runtime; it runs in worker threads."""
    router = APIRouter(tags=["system"])

    @router.get(
        "/system",
        summary="Processor, memory, disks, network, process and runtime: now, and over a window",
        response_model=SystemBody,
        responses=refusals(UNPROCESSABLE),
    )
    def system(
        wants: WantsWindow,
        instance: Annotated[
            str | None,
            Query(
                min_length=1,
                max_length=_LONGEST_ID,
                description="A process, by its id in `instances`; the one that answers if left out.",
            ),
        ] = None,
        section: Annotated[
            list[Section] | None, Query(description="Only this section; may be repeated.")
        ] = None,
    ) -> SystemBody:
        """The last hour unless another time is asked for; its end is what counts as now."""
        window = wants.read(source.clock, usual_ms=_HOUR_MS, longest_ms=_LONGEST_MS)
        wanted = instance or source.own
        with refusing(where="query", metric="query.window"):
            found = source.desk.readings(
                instance=wanted, start_ms=window.start_ms, end_ms=window.end_ms, sections=section or ()
            )
        return SystemBody(
            instance=wanted,
            start=values.time(window.start_ms),
            end=values.time(window.end_ms),
            machine=MachineBody(**source.machine()) if wanted == source.own else None,
            sections=_sections(found),
            note="" if found else source.note(wanted),
        )

    return router


def _sections(readings: Iterable[Reading]) -> list[SectionBody]:
    return [
        SectionBody(
            name=section,
            figures=[_figure(list(same)) for _, same in groupby(of_section, lambda one: one.figure.name)],
        )
        for section, of_section in groupby(readings, lambda one: one.figure.section)
    ]


def _figure(readings: list[Reading]) -> FigureBody:
    figure = readings[0].figure
    return FigureBody(
        name=figure.name,
        description=figure.description,
        unit=figure.unit,
        readings=[_reading(one) for one in readings],
    )


def _reading(reading: Reading) -> ReadingBody:
    value, limit = _known(reading.value), _known(reading.limit)
    return ReadingBody(
        labels=reading.labels.as_dict(),
        value=value,
        limit=limit,
        share=value / limit if value is not None and limit else None,
        min=_known(reading.least),
        mean=_known(reading.mean),
        max=_known(reading.most),
    )


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
