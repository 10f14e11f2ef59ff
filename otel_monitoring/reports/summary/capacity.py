"""How full everything was: processor, memory, disks, connections, the event loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.reports.summary.asker import highest, mean
from otel_monitoring.reports.summary.model import Chart, Column, Line, Section, Table
from otel_monitoring.reports.summary.source import without_data

if TYPE_CHECKING:
    from otel_monitoring.reports.summary.asker import Asker, Pair

_MOST_ROWS = 12
_MOST_LINES = 5
_COLUMNS = (
    Column("What"),
    Column("Mean", "1"),
    Column("Highest", "1"),
    Column("Mean before", "1"),
    Column("Highest before", "1"),
)


@dataclass(frozen=True, slots=True)
class _Resource:
    """A share of something that has an end, and the labels that tell apart what it is of."""

    name: str
    expr: str
    labels: tuple[str, ...] = ()


_POOL = "db_client_connection_count"
_BY_POOL = "sum by (db_client_connection_pool_name)"
_RESOURCES = (
    _Resource("Processor limit", "max(max_over_time(otel_monitoring_cpu_utilization_ratio[step]))"),
    _Resource("Memory limit", "max(max_over_time(otel_monitoring_memory_utilization_ratio[step]))"),
    _Resource(
        "Processors of the machine",
        '1 - avg(avg_over_time(system_cpu_utilization_ratio{cpu_mode="idle"}[step]))',
    ),
    _Resource(
        "Memory of the machine",
        'max(max_over_time(system_memory_utilization_ratio{system_memory_state="used"}[step]))',
    ),
    _Resource(
        "Disk",
        "max by (system_filesystem_mountpoint) (max_over_time(system_filesystem_utilization_ratio[step]))",
        ("system_filesystem_mountpoint",),
    ),
    _Resource(
        "Connections",
        f'{_BY_POOL} (max_over_time({_POOL}{{db_client_connection_state="used"}}[step]))'
        f" / (({_BY_POOL} (max_over_time(db_client_connection_max[step]))"
        f" or {_BY_POOL} (max_over_time({_POOL}[step]))) > 0)",
        ("db_client_connection_pool_name",),
    ),
)


def capacity(asker: Asker) -> Section:
    """Return how full everything was, the fullest first."""
    found = [(_name(one, pair), pair) for one in _RESOURCES for pair in asker.pairs(one.expr)]
    if not found:
        reason = "no measurement of processor, memory, disks or connections is there"
        return without_data("capacity", "Capacity", reason)
    found.sort(key=lambda one: -(highest(one[1].now) or 0.0))
    lines = tuple(
        Line(name, tuple(pair.now.tolist())) for name, pair in found[:_MOST_LINES] if _has_any(pair)
    )
    rows = tuple(
        (name, mean(pair.now), highest(pair.now), mean(pair.before), highest(pair.before))
        for name, pair in found[:_MOST_ROWS]
    )
    charts = (Chart("Used share", "1", asker.times_ms, lines),) if lines else ()
    return Section("capacity", "Capacity", tables=(Table("Used shares", _COLUMNS, rows),), charts=charts)


def _name(resource: _Resource, pair: Pair) -> str:
    told = " ".join(pair.labels.get(label) for label in resource.labels)
    return f"{resource.name} {told}".strip()


def _has_any(pair: Pair) -> bool:
    return not bool(np.isnan(pair.now).all())
