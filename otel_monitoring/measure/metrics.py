"""Metrics by hand, in one call.

``record_metric`` never raises into the program: what it cannot record is dropped, counted by reason and
logged once per name and reason. ``check_metric`` is the same judgement as an error, for whoever wants to
hear it.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Literal, get_args

from otel_monitoring.context.headers import printable_ascii
from otel_monitoring.errors import MonitoringError
from otel_monitoring.guard import Guard
from otel_monitoring.measure.providers import Instruments, instruments

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.metrics import Meter

MetricKind = Literal["gauge", "counter", "histogram", "up_down_counter"]
Tags = Mapping[str, str | bool | int | float]

MAX_METRICS = 1000
"""Metrics that one process may have; what comes after is dropped."""

MAX_TAGS = 32
MAX_TAG_CHARS = 256
"""Characters kept of a tag's value."""

_MAX_LOGGED = 100
_MAX_SHOWN = 100
_INT64 = 2**63
_KINDS = get_args(MetricKind)
_NAME = re.compile(r"[A-Za-z][-_./A-Za-z0-9]{0,254}").fullmatch
_UNIT = re.compile(r"[\x21-\x7e]{0,63}").fullmatch
_log = logging.getLogger(__name__)
_guard = Guard("measure.metrics")


class MetricError(MonitoringError, ValueError):
    """A metric cannot be recorded; the message names the field, the value and what was expected.

    Args:
        field: The argument that is wrong.
        given: What it is, short and harmless.
        expected: What it should be.
    """

    def __init__(self, *, field: str, given: str, expected: str) -> None:
        super().__init__(f"{field} is {given}, expected {expected}")
        self.field = field


@dataclass(frozen=True, slots=True)
class _Metric:
    """A metric that exists: what it was created with, and how a value is written."""

    kind: MetricKind
    unit: str
    write: Callable[[float, Tags | None], None]


class _Registry:
    """The metrics made so far, for one set of instruments."""

    __slots__ = ("metrics", "names", "owner")

    def __init__(self, owner: Instruments) -> None:
        self.owner = owner
        self.metrics: dict[str, _Metric] = {}
        self.names: dict[str, str] = {}


_registry: _Registry | None = None
_rejected: dict[str, int] = {}
_logged: set[tuple[str, str]] = set()


def record_metric(
    name: str,
    value: float,
    *,
    unit: str = "",
    tags: Tags | None = None,
    kind: MetricKind = "gauge",
    description: str = "",
) -> None:
    """Record one value of a metric.

    Args:
        name: A letter, then letters, digits, ``_``, ``-``, ``.`` and ``/``; 255 characters at most.
        value: A finite number; of a counter what is added, not negative.
        unit: UCUM, such as ``s``, ``By`` or ``{order}``.
        tags: What tells series apart: few distinct values each, no user ids.
        kind: ``gauge`` keeps the newest value, ``counter`` and ``up_down_counter`` add, ``histogram``
            counts how values are distributed.
        description: What is measured; the first one that is given stays.
    """
    with _guard:
        try:
            number, metric = _checked(name, value, unit, kind)
            cleaned = _cleaned(tags)
            if metric is None:
                metric = _create(name, unit=unit, kind=kind, description=description)
        except MetricError as error:
            _reject(name, error)
        else:
            metric.write(number, cleaned)


def check_metric(
    name: str, value: float, *, unit: str = "", tags: Tags | None = None, kind: MetricKind = "gauge"
) -> None:
    """Raise what is wrong with a metric that :func:`record_metric` would drop.

    Raises:
        MetricError: A field cannot be used, or the name is in use with another kind or unit.
    """
    _checked(name, value, unit, kind)
    _cleaned(tags)


def room_for_metrics() -> int:
    """Return how many metrics may still be made."""
    return MAX_METRICS - len(_current().metrics)


def is_known_metric(name: str) -> bool:
    """Tell whether a metric was made already."""
    return name in _current().metrics


def rejected() -> dict[str, int]:
    """Return how many values were dropped so far, by the field that was wrong."""
    return dict(_rejected)


def _checked(name: str, value: float, unit: str, kind: MetricKind) -> tuple[float, _Metric | None]:
    """Return the value as a number, and the metric if it exists.

    Raises:
        MetricError: Something about it cannot be used.
    """
    registry = _current()
    metric = registry.metrics.get(name) if isinstance(name, str) else None
    if metric is None:
        _check_new(registry, name, unit, kind)
    elif metric.kind != kind or metric.unit != unit:
        _check_same(metric, unit, kind)
    number = value if type(value) is float else _number(value)
    if not -math.inf < number < math.inf:
        raise MetricError(field="value", given=str(number), expected="a finite number")
    if kind == "counter" and number < 0:
        raise MetricError(field="value", given=str(number), expected="0 or more, since a counter only grows")
    return number, metric


def _check_new(registry: _Registry, name: str, unit: str, kind: MetricKind) -> None:
    if not isinstance(name, str) or _NAME(name) is None:
        expected = "a letter, then letters, digits, '_', '-', '.' and '/', 255 characters at most"
        raise MetricError(field="name", given=_shown(name), expected=expected)
    if not isinstance(unit, str) or _UNIT(unit) is None:
        expected = "UCUM in 63 ASCII characters at most, such as 's'"
        raise MetricError(field="unit", given=_shown(unit), expected=expected)
    if kind not in _KINDS:
        raise MetricError(field="kind", given=_shown(kind), expected=f"one of {', '.join(_KINDS)}")
    before = registry.names.get(name.lower())
    if before is not None:
        raise MetricError(field="name", given=_shown(name), expected=f"{before!r} as before")
    if len(registry.metrics) >= MAX_METRICS:
        raise MetricError(field="name", given=f"one of more than {MAX_METRICS}", expected="fewer; use tags")


def _check_same(metric: _Metric, unit: str, kind: MetricKind) -> None:
    if metric.kind != kind:
        raise MetricError(field="kind", given=_shown(kind), expected=f"{metric.kind!r} as before")
    raise MetricError(field="unit", given=_shown(unit), expected=f"{metric.unit!r} as before")


def _number(value: object) -> float:
    """Return ``value`` as a number that every exporter can encode."""
    if isinstance(value, bool):
        raise MetricError(field="value", given=str(value), expected="a number")
    if isinstance(value, int):
        if not -_INT64 <= value < _INT64:
            raise MetricError(field="value", given="a huge integer", expected="one of 64 bits at most")
        return value
    if isinstance(value, Real | Decimal):
        return float(value)
    raise MetricError(field="value", given=_shown(value), expected="a number")


def _cleaned(tags: Tags | None) -> dict[str, str | bool | int | float] | None:
    """Return ``tags`` with values that an exporter can encode, long texts cut."""
    if not tags:
        return None
    if not isinstance(tags, Mapping) or len(tags) > MAX_TAGS:
        raise MetricError(field="tags", given=_shown(tags), expected=f"a mapping of {MAX_TAGS} names at most")
    cleaned: dict[str, str | bool | int | float] = {}
    for name, value in tags.items():
        if not isinstance(name, str) or not name:
            raise MetricError(field="tags", given=f"a mapping with {_shown(name)}", expected="text as names")
        known = value if isinstance(value, str | int | float) else str(value)
        cleaned[name] = known[:MAX_TAG_CHARS] if isinstance(known, str) else known
    return cleaned


def _create(name: str, *, unit: str, kind: MetricKind, description: str) -> _Metric:
    registry = _current()
    write = _writer(registry.owner.meter, name, unit, kind, description)
    registry.names[name.lower()] = name
    # Two threads that come here together get the same instrument from the SDK.
    return registry.metrics.setdefault(name, _Metric(kind=kind, unit=unit, write=write))


def _writer(
    meter: Meter, name: str, unit: str, kind: MetricKind, description: str
) -> Callable[[float, Tags | None], None]:
    if kind == "gauge":
        return meter.create_gauge(name, unit, description).set
    if kind == "counter":
        return meter.create_counter(name, unit, description).add
    if kind == "histogram":
        return meter.create_histogram(name, unit, description).record
    return meter.create_up_down_counter(name, unit, description).add


def _current() -> _Registry:
    """Return the metrics of the instruments in use; other providers begin with none."""
    global _registry  # noqa: PLW0603 - follows the one destination of the process
    owner = instruments()
    if _registry is None or _registry.owner is not owner:
        _registry = _Registry(owner)
    return _registry


def _reject(name: object, error: MetricError) -> None:
    _rejected[error.field] = _rejected.get(error.field, 0) + 1
    key = (_shown(name), error.field)
    if key not in _logged and len(_logged) < _MAX_LOGGED:
        _logged.add(key)
        _log.warning("metric %s is dropped: %s", key[0], error)


def _shown(value: object) -> str:
    """Return ``value`` as it may stand in a message: short, on one line, without control characters."""
    if isinstance(value, str | int | float | None):
        return printable_ascii(repr(value), max_length=_MAX_SHOWN)
    return f"a {type(value).__name__}"
