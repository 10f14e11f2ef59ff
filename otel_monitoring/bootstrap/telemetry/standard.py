"""What standard ``OTEL_*`` variables say about things that settings of ours are about too: they win."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.settings import Settings

_LENGTHS = (
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
)
_COUNTS = (
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
)


def settled(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """Return ``settings`` as the standard variables let them be.

    A limit beyond ours widens ours; a narrower one is kept by the SDK, for what it is about. Metrics that are
    exported more often than they are collected are collected more often.
    """
    telemetry = settings.telemetry
    interval_ms = number(environ, "OTEL_METRIC_EXPORT_INTERVAL", 0)
    export_interval_s = interval_ms / 1000 or telemetry.export_interval_s
    changed = {
        "attribute_chars": _widest(environ, _LENGTHS, telemetry.attribute_chars),
        "attributes_per_span": _widest(environ, _COUNTS, telemetry.attributes_per_span),
        "export_interval_s": export_interval_s,
        "collect_interval_s": min(telemetry.collect_interval_s, export_interval_s),
    }
    return settings.model_copy(update={"telemetry": telemetry.model_copy(update=changed)})


def number(environ: Mapping[str, str], variable: str, ours: int) -> int:
    """Return what a standard variable says, else ``ours``; nonsense and 0 are passed by."""
    text = environ.get(variable, "").strip()
    return int(text) if text.isdecimal() and int(text) > 0 else ours


def _widest(environ: Mapping[str, str], variables: tuple[str, ...], ours: int) -> int:
    return max(ours, *(number(environ, variable, 0) for variable in variables))
