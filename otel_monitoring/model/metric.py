"""What a metric is, in words: one row of the generated table of metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MetricKind = Literal["counter", "updowncounter", "gauge", "histogram"]
"""The instrument, as the semantic conventions write it; whether it is observable is no part of it."""

Stability = Literal["stable", "release_candidate", "development"]
"""How settled a name is. Names under ``otel_monitoring.`` are ours, the rest belong to the conventions."""


@dataclass(frozen=True, slots=True)
class MetricDescription:
    """One metric that this package emits.

    Attributes:
        name: The OpenTelemetry name, such as ``system.memory.usage``.
        unit: The unit in UCUM, such as ``By``, ``s``, ``1`` or ``{thread}``.
        kind: The instrument.
        description: One sentence, ending in a full stop.
        attributes: The attribute keys that its points may carry.
        stability: How settled the name is.
    """

    name: str
    unit: str
    kind: MetricKind
    description: str
    attributes: tuple[str, ...] = ()
    stability: Stability = "development"
