"""``GET /metrics/query``: what somebody asks in words, as PromQL and with its answer."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast, get_args

from otel_monitoring.api.metrics.fields import FieldsError, wrong
from otel_monitoring.errors import RuleError
from otel_monitoring.ingest.names import DEFAULT_STRATEGY, label_name
from otel_monitoring.model.durations import parse_duration
from otel_monitoring.model.sample import Metadata
from otel_monitoring.promql.builder import Aggregation, Condition, Operator, Question
from otel_monitoring.promql.catalogue import called

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.ingest.names import Strategy

_AGGREGATIONS = get_args(Aggregation)
_CONDITION = re.compile(r"([^=!~]+)(=~|!~|!=|=)(.*)", re.DOTALL).fullmatch
_MAX_NAME = 255
_MAX_LABELS = 20
_LONGEST_MS = 10 * 365 * 86_400_000
_LAST_S = 253_402_300_799
_POINTS = 100
_LEAST_STEP_MS = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a request, as they are written."""

    metric: str
    aggregation: str = "avg"
    window: str = "5m"
    group_by: Sequence[str] = field(default=())
    where: Sequence[str] = field(default=())
    start: str | None = None
    end: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """When a question is asked: at one time, or at steps; Unix milliseconds."""

    start_ms: int
    end_ms: int | None = None
    step_ms: int | None = None


def question_of(asked: Asked, known: Metadata) -> Question:
    """Return the question about a metric.

    Raises:
        FieldsError: A parameter cannot be used.
    """
    if asked.aggregation not in _AGGREGATIONS:
        raise FieldsError([wrong("aggregation", asked.aggregation, f"one of {', '.join(_AGGREGATIONS)}")])
    return Question(
        metric=known.name,
        type=known.type,
        aggregation=cast("Aggregation", asked.aggregation),
        window_ms=_duration_ms("window", asked.window),
        group_by=_labels(asked.group_by),
        where=_conditions(asked.where),
    )


def times_of(asked: Asked, now_ms: int) -> Times:
    """Return when the question is asked: a range from ``start`` on, else at ``end``, else now.

    Raises:
        FieldsError: A parameter cannot be used.
    """
    end_ms = _time_ms("end", asked.end) if asked.end else now_ms
    if not asked.start:
        if asked.step:
            raise FieldsError([wrong("step", asked.step, "a start with it")])
        return Times(end_ms)
    start_ms = _time_ms("start", asked.start)
    if end_ms < start_ms:
        raise FieldsError([wrong("end", asked.end or end_ms / 1000, "a time that is not before start")])
    if asked.step:
        return Times(start_ms, end_ms, _duration_ms("step", asked.step))
    return Times(start_ms, end_ms, max((end_ms - start_ms) // _POINTS, _LEAST_STEP_MS))


def find(name: str, metadata: Mapping[str, Metadata], *, strategy: Strategy = DEFAULT_STRATEGY) -> Metadata:
    """Return the metric of a name, Prometheus's or OpenTelemetry's; of an unknown one what is asked for.

    Args:
        name: The name.
        metadata: What is known, by Prometheus name.
        strategy: How names are translated.

    Raises:
        FieldsError: This cannot be a name.
    """
    if not 0 < len(name) <= _MAX_NAME:
        raise FieldsError([wrong("metric", name, f"a name of {_MAX_NAME} characters at most")])
    return called(name, metadata, strategy=strategy) or Metadata(name, "unknown", "", "")


def _labels(given: Sequence[str]) -> tuple[str, ...]:
    names = [name.strip() for text in given for name in text.split(",")]
    if len(names) > _MAX_LABELS:
        raise FieldsError([wrong("group_by", len(names), f"{_MAX_LABELS} attributes at most")])
    return tuple(_label("group_by", name) for name in names if name)


def _conditions(given: Sequence[str]) -> tuple[Condition, ...]:
    if len(given) > _MAX_LABELS:
        raise FieldsError([wrong("where", len(given), f"{_MAX_LABELS} conditions at most")])
    return tuple(map(_condition, given))


def _condition(text: str) -> Condition:
    found = _CONDITION(text)
    if found is None:
        raise FieldsError([wrong("where", text, "an attribute, one of = != =~ !~, and a value")])
    key, operator, value = found.groups()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return Condition(_label("where", key.strip()), cast("Operator", operator), value)


def _label(parameter: str, key: str) -> str:
    label = label_name(key)
    if not label:
        raise FieldsError([wrong(parameter, key, "the name of an attribute")])
    return label


def _duration_ms(parameter: str, text: str) -> int:
    try:
        seconds = _number(text)
        duration_ms = parse_duration(text) if seconds is None else round(seconds * 1000)
    except (RuleError, OverflowError, ValueError):
        duration_ms = 0
    if not 0 < duration_ms <= _LONGEST_MS:
        raise FieldsError(
            [wrong(parameter, text, "a duration above 0 and up to 10 years, as 5m, or seconds")]
        )
    return duration_ms


def _time_ms(parameter: str, text: str) -> int:
    try:
        seconds = _number(text)
        if seconds is None:
            time = datetime.fromisoformat(text)
            seconds = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        seconds = math.nan
    if not 0 <= seconds <= _LAST_S:
        raise FieldsError([wrong(parameter, text, "a time as RFC 3339 has it, or Unix seconds")])
    return round(seconds * 1000)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
