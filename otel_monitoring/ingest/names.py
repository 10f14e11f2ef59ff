"""OpenTelemetry names, units and attributes as Prometheus names and labels.

The rules are those of the translator that Prometheus and the Collector share, read at July 2026; the clauses
N1 to N4 in the tests name them one by one.
"""

from __future__ import annotations

import base64
import json
import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from otel_monitoring.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Strategy = Literal[
    "UnderscoreEscapingWithSuffixes",
    "UnderscoreEscapingWithoutSuffixes",
    "NoUTF8EscapingWithSuffixes",
    "NoTranslation",
]
"""How names are translated; what is not escaped is written in quotes in PromQL."""

MetricKind = Literal["counter", "gauge", "updown", "histogram"]
"""What the name depends on besides itself and the unit; ``updown`` is a non-monotonic sum."""

DEFAULT_STRATEGY: Strategy = "UnderscoreEscapingWithSuffixes"

_MAIN_UNITS = {
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
    "By": "bytes",
    "KiBy": "kibibytes",
    "MiBy": "mebibytes",
    "GiBy": "gibibytes",
    "TiBy": "tebibytes",
    "KBy": "kilobytes",
    "MBy": "megabytes",
    "GBy": "gigabytes",
    "TBy": "terabytes",
    "m": "meters",
    "V": "volts",
    "A": "amperes",
    "J": "joules",
    "W": "watts",
    "g": "grams",
    "Cel": "celsius",
    "Hz": "hertz",
    "%": "percent",
    "1": "",
}
_PER_UNITS = {
    "s": "second",
    "m": "minute",
    "h": "hour",
    "d": "day",
    "w": "week",
    "mo": "month",
    "y": "year",
}
_NOT_A_TOKEN = re.compile(r"[^A-Za-z0-9:]+")
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9:_]+")
_NOT_A_LABEL = re.compile(r"[^A-Za-z0-9_]")
_DIGITS_FROM, _DIGITS_BELOW = 1e-6, 1e21


def metric_name(
    name: str,
    *,
    unit: str,
    kind: MetricKind,
    strategy: Strategy = DEFAULT_STRATEGY,
    namespace: str = "",
) -> str:
    """Return the Prometheus name of a metric, without ``_bucket``, ``_sum`` or ``_count``.

    Args:
        name: The name of the instrument.
        unit: Its unit in UCUM, may be empty.
        kind: What it measures.
        strategy: How names are translated.
        namespace: Put in front of the name, may be empty.

    Raises:
        StoreError: Nothing of the name is left.
    """
    if strategy == "UnderscoreEscapingWithSuffixes":
        translated = _from_tokens(name, unit=unit, kind=kind, namespace=namespace)
    elif strategy == "UnderscoreEscapingWithoutSuffixes":
        parts = [part for part in _NOT_A_NAME.split(name) if part]
        translated = _safe_start("_".join([namespace, *parts] if namespace else parts))
    else:
        translated = f"{namespace}_{name}" if namespace else name
        if strategy == "NoUTF8EscapingWithSuffixes":
            translated = _with_suffixes(translated, unit=unit, kind=kind)
    if not translated or (not translated.strip("_") and name.strip("_")):
        msg = f"metric name {name!r} is empty as a Prometheus name: expected a letter or a digit"
        raise StoreError(msg)
    return translated


def _from_tokens(name: str, *, unit: str, kind: MetricKind, namespace: str) -> str:
    tokens = [token for token in _NOT_A_TOKEN.split(name) if token]
    main, per = unit_suffixes(unit)
    tokens += [suffix for suffix in (main, per) if suffix and suffix not in tokens]
    if kind == "counter":
        tokens = [*(token for token in tokens if token != "total"), "total"]  # noqa: S105 - a suffix
    if kind == "gauge" and unit == "1":
        tokens = [*(token for token in tokens if token != "ratio"), "ratio"]  # noqa: S105 - a suffix
    return _safe_start("_".join([namespace, *tokens] if namespace else tokens))


def _safe_start(name: str) -> str:
    return f"_{name}" if name[:1].isdigit() else name


def _with_suffixes(name: str, *, unit: str, kind: MetricKind) -> str:
    main, per = unit_suffixes(unit, escapes=False)
    outer = [suffix for suffix in (per,) if suffix]
    outer += ["total"] if kind == "counter" else []
    outer += ["ratio"] if kind == "gauge" and unit == "1" else []
    for suffix in reversed(outer):
        name = _without_suffix(name, suffix)
    if main and not name.endswith(main):
        name = f"{name}_{main}"
    return "_".join([name, *outer])


def _without_suffix(name: str, suffix: str) -> str:
    rest = name.removesuffix(suffix)
    return rest[:-1] if rest != name and len(rest) > 1 and not rest[-1].isalnum() else name


def unit_suffixes(unit: str, *, escapes: bool = True) -> tuple[str, str]:
    """Return what a unit adds to a name: the main unit and ``per_<unit>``; empty where it adds nothing.

    Args:
        unit: A unit in UCUM, such as ``By/s``.
        escapes: Whether characters that are not in every name are replaced.
    """
    main, _, per = unit.partition("/")
    main_suffix, per_suffix = _unit(main, _MAIN_UNITS), _unit(per, _PER_UNITS)
    if not escapes:
        return main_suffix, f"per_{per_suffix}" if per_suffix else ""
    main_suffix, per_suffix = _escaped(main_suffix), _escaped(per_suffix).rstrip("_")
    if per_suffix:
        return main_suffix.rstrip("_"), f"per_{per_suffix}"
    return main_suffix, ""


def _unit(text: str, known: Mapping[str, str]) -> str:
    text = text.strip()
    if "{" in text or "}" in text:
        return ""
    return known.get(text, text)


def _escaped(unit: str) -> str:
    return _NOT_A_TOKEN.sub("_", unit).lstrip("_")


def label_name(key: str, *, strategy: Strategy = DEFAULT_STRATEGY) -> str:
    """Return the name of the label for an attribute; empty where nothing of it is left.

    Args:
        key: The key of the attribute.
        strategy: How names are translated.
    """
    if strategy in {"NoUTF8EscapingWithSuffixes", "NoTranslation"}:
        return key
    # Runs stay runs, as with the Collector's exporter and Prometheus' receiver; only the specification's
    # text lets them collapse.
    name = _NOT_A_LABEL.sub("_", key)
    if not name.strip("_"):
        return ""
    return f"key_{name}" if name[0].isdigit() else name


def label_value(value: Any) -> str:
    """Return an attribute's value as text: JSON for what has parts, base64 for bytes, empty for none."""
    write = _WRITERS.get(type(value))
    if write is not None:
        return write(value)
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), default=str)


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value.is_integer() and abs(value) < _DIGITS_BELOW:
        return str(int(value))
    text = repr(value)
    digits, e, exponent = text.partition("e")
    if not e:
        return text
    if _DIGITS_FROM <= abs(value) < _DIGITS_BELOW:
        return format(Decimal(text), "f")
    return f"{digits}e{exponent[0]}{exponent[1:].lstrip('0')}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: str,
    bool: lambda value: "true" if value else "false",
    int: str,
    float: _number,
    bytes: lambda value: base64.b64encode(value).decode("ascii"),
    type(None): lambda _: "",
}


def _plain(value: Any) -> Any:
    if hasattr(value, "items"):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value


def labels_of(
    attributes: Iterable[tuple[str, Any]], *, strategy: Strategy = DEFAULT_STRATEGY
) -> dict[str, str]:
    """Return attributes as labels; values whose keys end in one name are joined with ``;``.

    Args:
        attributes: Keys and values; ``__name__`` is ignored, an empty value is no label.
        strategy: How names are translated.
    """
    labels: dict[str, str] = {}
    for key, value in sorted(attributes, key=lambda item: item[0]):
        name, text = label_name(key, strategy=strategy), label_value(value)
        if not name or not text or name == "__name__":
            continue
        labels[name] = f"{labels[name]};{text}" if name in labels else text
    return labels
