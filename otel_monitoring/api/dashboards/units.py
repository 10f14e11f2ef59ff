"""Units of UCUM, as OpenTelemetry writes them, and those of Grafana."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_TO_GRAFANA: Final[Mapping[str, str]] = MappingProxyType(
    {
        "s": "s",
        "ms": "ms",
        "us": "µs",
        "ns": "ns",
        "By": "bytes",
        "By/s": "binBps",
        "1": "percentunit",
        "%": "percent",
        "{request}/s": "reqps",
        "{operation}/s": "ops",
        "s/s": "percentunit",
    }
)
_FROM_GRAFANA: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{theirs: ours for ours, theirs in _TO_GRAFANA.items() if ours not in ("ms", "us", "ns", "s/s")},
        "dtdurations": "s",
        "clocks": "s",
        "decbytes": "By",
        "Bps": "By/s",
        "wps": "/s",
        "rps": "/s",
        "iops": "/s",
        "cps": "/s",
    }
)
"""Milliseconds are left out: a page of ours writes seconds, and shows such values as plain numbers."""


def to_grafana(unit: str) -> str:
    """Return the unit of Grafana for one of ours; those in braces are plain numbers."""
    if unit.startswith("{") and unit.endswith("/s") and unit not in _TO_GRAFANA:
        return "cps"
    return _TO_GRAFANA.get(unit, "short")


def from_grafana(unit: str) -> str:
    """Return our unit for one of Grafana; empty for plain numbers and what is not known."""
    return _FROM_GRAFANA.get(unit, "")
