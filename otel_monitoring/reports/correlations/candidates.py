"""What is looked at when something goes wrong: the golden signals, and every other metric there is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.reports.anomalies.watched import golden_signals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from otel_monitoring.model.sample import Metadata

_NAMES = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*").findall
_PROCESSES = "without (instance, otel_scope_name, otel_scope_version)"
_FIRST = ("process_", "system_", "cpython_", "container_", "db_", "http_", "otel_monitoring_")
"""Whose turn comes first where not everything can be looked at; all others come before our own."""
_OURS = "otel_monitoring_"
_FOUND = tuple(
    _OURS + what for what in ("anomaly", "regression", "forecast", "slo", "health_score", "alerts", "rules")
)
"""What is worked out from other series moves with these, and explains nothing."""
_NOT_ASKED = ("target_info", "ALERTS", "ALERTS_FOR_STATE")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Series that may have moved: all that an expression yields.

    Attributes:
        name: How they are called, such as ``http.p95`` or the name of a metric.
        expr: PromQL.
        unit: Of the values, in UCUM; empty where it is not known.
    """

    name: str
    expr: str
    unit: str


def candidates(metadata: Mapping[str, Metadata], *, range_ms: int) -> list[Candidate]:
    """Return what is looked at, the most telling first.

    Counters are looked at as rates; of histograms the rate and the mean; gauges as the most that any process
    has. Processes are taken together.

    Args:
        metadata: The metrics that there are, by Prometheus name.
        range_ms: How far rates look back, in milliseconds.
    """
    golden = [Candidate(one.name, one.expr, one.unit) for one in golden_signals(range_ms)]
    covered = {name for one in golden for name in _NAMES(one.expr)}
    others = [
        one
        for name in sorted(metadata, key=_turn)
        if name not in _NOT_ASKED and not name.startswith(_FOUND) and not _forms(name) & covered
        for one in _of(metadata[name], f"[{range_ms}ms]")
    ]
    return [*golden, *others]


def _forms(name: str) -> set[str]:
    return {name, f"{name}_count", f"{name}_bucket"}


def _turn(name: str) -> tuple[int, str]:
    if name.startswith(_OURS):
        return len(_FIRST), name
    place = next((at for at, prefix in enumerate(_FIRST) if name.startswith(prefix)), len(_FIRST) - 1)
    return place, name


def _of(known: Metadata, window: str) -> Iterator[Candidate]:
    name = known.name
    if known.type == "counter":
        yield Candidate(name, f"sum {_PROCESSES} (rate({name}{window}))", f"{known.unit or '1'}/s")
    elif known.type == "histogram":
        count = f"sum {_PROCESSES} (rate({name}_count{window}))"
        yield Candidate(f"{name} rate", count, "1/s")
        total = f"sum {_PROCESSES} (rate({name}_sum{window}))"
        yield Candidate(f"{name} mean", f"{total} / ({count} > 0)", known.unit)
    else:
        yield Candidate(name, f"max {_PROCESSES} ({name})", known.unit)
