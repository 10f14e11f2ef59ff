"""What has a limit: disks, memory, connections, and what the user names."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from otel_monitoring.reports.errors import AnalysisError

_WRITTEN = re.compile(
    r"(?P<expr>.+?)\s*=>\s*(?P<limit>[-+0-9.eE]+)(?P<falling>\s+falling)?", re.DOTALL
).fullmatch
_POOL = "db_client_connection_pool_name"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the series of an expression.

    Attributes:
        resource: What it is a limit of, in a word; the expression itself of what users name.
        expr: PromQL, or a metric.
        value: The limit, in the unit of the expression.
        unit: In UCUM; empty where it is not known.
        is_floor: Whether the series come from above, as free space does.
        title: How the resource is called in a sentence.
    """

    resource: str
    expr: str
    value: float
    unit: str = ""
    is_floor: bool = False
    title: str = ""


DEFAULTS = (
    Limit(
        "disk",
        "max by (system_filesystem_mountpoint, host_name) "
        '(system_filesystem_utilization_ratio{system_filesystem_mode!="ro"})',
        1.0,
        unit="1",
        title="Disk",
    ),
    Limit(
        "memory",
        # A process that starts anew is another instance with the same memory to fill.
        "max without (instance, otel_scope_name, otel_scope_version) "
        "(otel_monitoring_memory_utilization_ratio)",
        1.0,
        unit="1",
        title="Memory",
    ),
    Limit(
        "connections",
        f'sum by ({_POOL}) (db_client_connection_count{{db_client_connection_state="used"}})'
        f" / (sum by ({_POOL}) (db_client_connection_max) > 0)",
        1.0,
        unit="1",
        title="Connections",
    ),
)
"""What is looked after without being named; where a series is not there, nothing is said of it."""


def limit_of(text: str) -> Limit:
    """Return the limit that a setting names: ``expr => limit``, with ``falling`` behind it from above.

    Raises:
        AnalysisError: The text is no such thing.
    """
    found = _WRITTEN(text.strip())
    value = _number(found["limit"]) if found else math.nan
    if found is None or not math.isfinite(value):
        msg = (
            f"analytics.capacity has {text!r}: expected `expr => limit` with a number, such as "
            f"`queue_depth => 1000`, or `free_bytes => 0 falling` for what comes from above"
        )
        raise AnalysisError(msg, field="capacity")
    expr = found["expr"].strip()
    return Limit(expr, expr, value, is_floor=found["falling"] is not None, title=expr)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
