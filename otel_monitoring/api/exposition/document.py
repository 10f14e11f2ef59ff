"""The newest samples as JSON, for dashboards that read no Prometheus text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.exposition.families import FamilyType, families_of
from otel_monitoring.model.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.api.exposition.families import Family
    from otel_monitoring.api.exposition.newest import Newest
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Metadata


class SampleBody(BaseModel):
    """The newest sample of one series."""

    name: str = Field(
        description="The name of the series.", examples=["http_server_request_duration_seconds_count"]
    )
    labels: dict[str, str]
    value: float | str = Field(description="NaN and the infinities as texts.", examples=[12.0])
    time: str = Field(description="When it was collected, RFC 3339.", examples=["2026-03-02T09:14:07Z"])


class FamilyBody(BaseModel):
    """One metric."""

    name: str = Field(examples=["http_server_request_duration_seconds"])
    type: FamilyType
    help: str
    unit: str = Field(description="As OpenTelemetry writes it (UCUM).", examples=["s"])
    samples: list[SampleBody]


class MetricsBody(BaseModel):
    """All metrics, sorted by name."""

    families: list[FamilyBody]


def document(newest: Newest, metadata: Mapping[str, Metadata]) -> bytes:
    """Return what :class:`MetricsBody` describes, without a model per sample, which is slow."""
    times = {ms: _time(ms) for ms in set(newest.times_ms[newest.alive].tolist())}
    columns = (newest.union.labels, newest.values.tolist(), newest.times_ms.tolist(), newest.alive.tolist())
    samples = {
        labels: _sample(labels, value=value, time=times[time_ms])
        for labels, value, time_ms, is_alive in zip(*columns, strict=True)
        if is_alive
    }
    families = [_family(family, samples) for family in families_of(samples, metadata)]
    return json.dumps({"families": families}, allow_nan=False, separators=(",", ":")).encode()


def _family(family: Family, samples: Mapping[Labels, dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": family.name,
        "type": family.type,
        "help": family.help,
        "unit": family.unit,
        "samples": [samples[labels] for labels in family.series],
    }


def _sample(labels: Labels, *, value: float, time: str) -> dict[str, Any]:
    named = labels.as_dict()
    return {"name": named.pop(NAME, ""), "labels": named, "value": values.number(value), "time": time}


def _time(time_ms: int) -> str:
    return values.time(time_ms).isoformat().replace("+00:00", "Z")
