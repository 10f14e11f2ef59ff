"""Results as Prometheus writes them in JSON: values as texts, times as seconds."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.result import Result, Series

_EXPONENT_BELOW, _EXPONENT_FROM = 1e-6, 1e21
_POINT_LOST_FROM = 1e16
_NEVER = "0001-01-01T00:00:00Z"


def number(value: float) -> str:
    """Return a sample as JSON of Prometheus has it: shortest digits, an exponent only where it is far out.

    Source: the ranges of Go's ``encoding/json`` for 64-bit floats, with exponents of two digits at least.
    """
    text = repr(value)
    if text.endswith(".0"):
        return text[:-2]
    if "e" not in text and "n" not in text:
        return text
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if _EXPONENT_BELOW <= abs(value) < _EXPONENT_FROM:
        return positional(value)
    return text


def positional(value: float) -> str:
    """Return a finite number in its shortest digits without an exponent, however many zeros that takes."""
    text = repr(abs(value))
    sign = "-" if math.copysign(1, value) < 0 else ""
    digits, exponent = _digits(text)
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole, fraction = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def scientific(value: float) -> str:
    """Return a number with an exponent of two digits at least, as alerts show their value."""
    if math.isnan(value) or math.isinf(value):
        return number(value)
    return _with_exponent(value)


def _with_exponent(value: float) -> str:
    digits, exponent = _digits(repr(abs(value)))
    point = f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits
    return f"{'-' if math.copysign(1, value) < 0 else ''}{point}e{exponent:+03d}"


def _digits(text: str) -> tuple[str, int]:
    """Return the significant digits of a positive number and the exponent of the first one."""
    mantissa, _, power = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    every = whole + fraction
    digits = every.lstrip("0")
    if not digits:
        return "0", 0
    exponent = int(power or 0) + len(whole) - 1 - (len(every) - len(digits))
    return digits.rstrip("0") or "0", exponent


def seconds(time_ms: int) -> float | int:
    """Return Unix milliseconds as seconds, whole ones as an integer."""
    return time_ms / 1000 if time_ms % 1000 else time_ms // 1000


def rfc3339(time_ms: int | None) -> str:
    """Return Unix milliseconds as Go writes a time in JSON; ``None`` is Go's zero time."""
    if time_ms is None:
        return _NEVER
    text = datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds")
    whole, _, rest = text.partition(".")
    fraction = rest.removesuffix("+00:00").rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"


def result(answer: Result, *, stats: Mapping[str, Any] | None = None) -> Raw:
    """Return the ``data`` of a query.

    Written as text at once: a dashboard asks for a hundred thousand points, and objects for each of them
    would take longer than the query.
    """
    if answer.kind in ("scalar", "string"):
        value = number(answer.scalar) if answer.kind == "scalar" else answer.text
        rows = f"[{seconds(answer.time_ms)},{dumped(value)}]"
    elif answer.kind == "vector":
        at_s = seconds(answer.time_ms)
        rows = _listed(
            f'{{"metric":{_metric(labels)},"value":[{at_s},"{number(sample)}"]}}'
            for labels, sample in answer.samples
        )
    else:
        rows = _listed(f'{{"metric":{_metric(one.labels)},"values":{_points(one)}}}' for one in answer.series)
    end = "" if stats is None else f',"stats":{dumped(stats)}'
    return Raw(f'{{"resultType":"{answer.kind}","result":{rows}{end}}}')


def dumped(value: object) -> str:
    """Return a value as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Raw(str):
    """Text that is JSON already."""

    __slots__ = ()


def _listed(rows: Iterable[str]) -> str:
    return f"[{','.join(rows)}]"


def _metric(labels: Labels) -> str:
    return dumped(labels.as_dict())


def _points(series: Series) -> str:
    times, samples = series.times_ms.tolist(), series.values.tolist()
    return _listed(
        f'[{seconds(time_ms)},"{number(sample)}"]' for time_ms, sample in zip(times, samples, strict=True)
    )
