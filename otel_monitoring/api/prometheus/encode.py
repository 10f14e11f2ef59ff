"""Results as Prometheus writes them in JSON: values as texts, times as seconds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from otel_monitoring.api.prometheus import rows
from otel_monitoring.api.prometheus.numbers import number
from otel_monitoring.api.prometheus.rows import seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.promql.result import Result

_NEVER = "0001-01-01T00:00:00Z"


def rfc3339(time_ms: int | None) -> str:
    """Return Unix milliseconds as Go writes a time in JSON; ``None`` is Go's zero time."""
    if time_ms is None:
        return _NEVER
    text = datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds")
    whole, _, rest = text.partition(".")
    fraction = rest.removesuffix("+00:00").rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"


def result(answer: Result, *, stats: Mapping[str, Any] | None = None) -> Raw:
    """Return the ``data`` of a query."""
    if answer.kind == "matrix":
        found = rows.matrix(answer.series)
    elif answer.kind == "vector":
        found = rows.vector(answer.samples, at_s=seconds(answer.time_ms))
    else:
        value = number(answer.scalar) if answer.kind == "scalar" else answer.text
        found = f"[{seconds(answer.time_ms)},{dumped(value)}]"
    end = "" if stats is None else f',"stats":{dumped(stats)}'
    return Raw(f'{{"resultType":"{answer.kind}","result":{found}{end}}}')


def dumped(value: object) -> str:
    """Return a value as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Raw(str):
    """Text that is JSON already."""

    __slots__ = ()
