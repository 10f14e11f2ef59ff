"""``POST /metrics``: values that somebody outside has measured, through the instruments of this process.

All values of a request are recorded, or none.
"""

from __future__ import annotations

import json
import math
import re
import threading
from typing import TYPE_CHECKING, Any, cast

from otel_monitoring.api.metrics.fields import FieldError, FieldsError, wrong
from otel_monitoring.errors import StoreError
from otel_monitoring.ingest.names import DEFAULT_STRATEGY, label_value, metric_name
from otel_monitoring.measure.metrics import (
    MAX_METRICS,
    MAX_TAG_CHARS,
    MAX_TAGS,
    MetricError,
    check_metric,
    is_known_metric,
    record_metric,
    room_for_metrics,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.ingest import names
    from otel_monitoring.model.sample import Metadata

MAX_VALUES = 100
"""Values in one request."""

MAX_SERIES = 2000
"""Metrics and attributes that all requests together may make."""

_FIELDS = ("name", "value", "kind", "unit", "description", "attributes")
_MAX_DESCRIPTION = 1000
_INT64 = 2**63
_HALF = re.compile("[\ud800-\udfff]").search
_PART = re.compile(r"(.+)_(?:bucket|sum|count)").fullmatch
_KINDS: dict[str, names.MetricKind] = {
    "gauge": "gauge",
    "counter": "counter",
    "histogram": "histogram",
    "up_down_counter": "updown",
}


class Recorder:
    """Record what requests hold; thread-safe.

    Args:
        metadata: What is known of the metrics in the store, by Prometheus name.
        max_series: Metrics and attributes that may be made.
        strategy: How names are translated.
    """

    def __init__(
        self,
        *,
        metadata: Callable[[], Mapping[str, Metadata]],
        max_series: int = MAX_SERIES,
        strategy: names.Strategy = DEFAULT_STRATEGY,
    ) -> None:
        self._metadata = metadata
        self._max_series = max_series
        self._strategy = strategy
        self._series: set[tuple[str, frozenset[tuple[str, str]]]] = set()
        self._types: dict[str, str] = {}
        self._lock = threading.Lock()

    def __call__(self, body: bytes) -> list[str]:
        """Record one value or a list of them; return the Prometheus names that they will have.

        Raises:
            FieldsError: Something cannot be used; nothing is recorded.
        """
        values, prefix = _values(body)
        with self._lock:
            errors = [
                error
                for at, value in enumerate(values)
                for error in self._errors(value, prefix.format(at=at))
            ]
            if errors:
                raise FieldsError(errors)
            series = self._series.union(map(_series_of, values))
            self._check_limits(values, series)
            types = self._types_with(values)
            for value in values:
                attributes = value.pop("attributes", None)
                record_metric(**value, tags=attributes)
            self._series, self._types = series, types
        return [self._prometheus_name(value) for value in values]

    def _errors(self, value: object, prefix: str) -> list[FieldError]:
        if not isinstance(value, dict):
            return [wrong(prefix + "value", value, "an object with a name and a value")]
        errors = [*_shape_errors(value)]
        if not errors:
            errors = self._meaning_errors(value)
        return [FieldError(prefix + one.field, one.value, one.expected) for one in errors]

    def _meaning_errors(self, value: dict[str, Any]) -> list[FieldError]:
        kind = value.get("kind", "gauge")
        try:
            check_metric(value["name"], value["value"], unit=value.get("unit", ""), kind=kind)
            name = self._prometheus_name(value)
        except MetricError as error:
            return [wrong(error.field, value.get(error.field), str(error).partition(", expected ")[2])]
        except StoreError:
            return [wrong("name", value["name"], "a name that Prometheus can have")]
        known = self._metadata()
        if name in known and known[name].type not in (_type_of(value), "unknown"):
            return [wrong("kind", kind, f"{known[name].type!r}, which {name} is already")]
        base = _PART(name)
        if base is not None and base[1] in known and known[base[1]].type == "histogram":
            return [wrong("name", value["name"], f"another one: {name} is part of the histogram {base[1]}")]
        return []

    def _types_with(self, values: list[dict[str, Any]]) -> dict[str, str]:
        """Return the types of the names in Prometheus, of all requests; several names may become one there.

        Raises:
            FieldsError: One of them would have two types.
        """
        types = dict(self._types)
        for value in values:
            name, made = self._prometheus_name(value), _type_of(value)
            if types.setdefault(name, made) != made:
                raise FieldsError([wrong("kind", made, f"{types[name]!r}, which {name} is already")])
        return types

    def _prometheus_name(self, value: dict[str, Any]) -> str:
        kind = _KINDS[value.get("kind", "gauge")]
        return metric_name(value["name"], unit=value.get("unit", ""), kind=kind, strategy=self._strategy)

    def _check_limits(self, values: list[dict[str, Any]], series: set[Any]) -> None:
        if len(series) > self._max_series:
            expected = f"at most {self._max_series} metrics and sets of attributes in all requests"
            raise FieldsError([wrong("attributes", len(series), expected)])
        new = {value["name"] for value in values if not is_known_metric(value["name"])}
        if len(new) > room_for_metrics():
            expected = (
                f"{room_for_metrics()} new names at most: there are {MAX_METRICS} metrics, use attributes"
            )
            raise FieldsError([wrong("name", len(new), expected)])
        seen: dict[str, tuple[Any, ...]] = {}
        for value in values:
            made = (value["name"], value.get("kind", "gauge"), value.get("unit", ""))
            before = seen.setdefault(value["name"].lower(), made)
            if before != made:
                raise FieldsError(
                    [wrong("kind", made[1], f"name, kind and unit {before} as before in the list")]
                )


def _type_of(value: dict[str, Any]) -> str:
    kind: str = value.get("kind", "gauge")
    return "gauge" if kind == "up_down_counter" else kind


def _values(body: bytes) -> tuple[list[Any], str]:
    """Return the values, and how the fields of one are told from those of others."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise FieldsError([FieldError("body", "not JSON", "an object or a list of objects")]) from None
    if not isinstance(given, list):
        return [given], ""
    if not 1 <= len(given) <= MAX_VALUES:
        raise FieldsError([wrong("body", len(given), f"1 to {MAX_VALUES} values")])
    return given, "{at}."


def _shape_errors(value: dict[str, Any]) -> list[FieldError]:
    errors = [wrong(field, None, "to be given") for field in ("name", "value") if field not in value]
    for field, given in value.items():
        if field == "timestamp":
            errors.append(wrong(field, given, "none: values have the time at which they arrive"))
        elif field not in _FIELDS:
            errors.append(wrong(ascii(field[:50])[1:-1], given, f"one of {', '.join(_FIELDS)}"))
    kind = value.get("kind", "gauge")
    if not isinstance(kind, str) or kind not in _KINDS:
        errors.append(wrong("kind", kind, f"one of {', '.join(_KINDS)}"))
    description = value.get("description", "")
    if not _is_text(description, most=_MAX_DESCRIPTION):
        errors.append(wrong("description", description, f"a text of {_MAX_DESCRIPTION} characters at most"))
    return errors + _attribute_errors(value.get("attributes", {}))


def _attribute_errors(attributes: object) -> list[FieldError]:
    if not isinstance(attributes, dict) or len(attributes) > MAX_TAGS:
        return [wrong("attributes", attributes, f"an object with {MAX_TAGS} members at most")]
    expected = f"a number, a boolean or a text, {MAX_TAG_CHARS} characters at most"
    return [
        wrong(f"attributes.{ascii(key[:50])[1:-1]}", one, expected)
        for key, one in attributes.items()
        if not key or not _is_text(key, most=MAX_TAG_CHARS) or not _is_attribute(one)
    ]


def _is_attribute(value: object) -> bool:
    if isinstance(value, str):
        return _is_text(value, most=MAX_TAG_CHARS)
    if isinstance(value, int):
        return -_INT64 <= value < _INT64
    return isinstance(value, float) and math.isfinite(value)


def _is_text(value: object, *, most: int) -> bool:
    """Tell whether a value is a text that can be sent on: half of a surrogate pair cannot."""
    return isinstance(value, str) and len(value) <= most and not _HALF(value)


def _series_of(value: dict[str, Any]) -> tuple[str, frozenset[tuple[str, str]]]:
    attributes = cast("dict[str, Any]", value.get("attributes", {}))
    return value["name"], frozenset((key, label_value(one)) for key, one in attributes.items())
