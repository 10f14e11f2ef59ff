"""Series as the unit tests of Prometheus write them: ``up{job="a"}`` and ``0+10x5 _ stale`` (S10)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from otel_monitoring.errors import MonitoringError, RuleError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE
from otel_monitoring.promql.language.nodes import Selector
from otel_monitoring.promql.language.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Values: TypeAlias = list[float | None]

_MOST_VALUES = 1_000_000
_NUMBER = r"[+-]?(?i:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|nan)"
_ITEM = re.compile(
    rf"(?P<gap>_)(?:x(?P<gaps>\d+))?|(?P<stale>stale)"
    rf"|(?P<first>{_NUMBER})(?:(?P<step>(?=[+-]){_NUMBER})?x(?P<times>\d+))?",
)
_NATIVE = "{{"


class NativeHistogramError(RuleError):
    """The text describes a native histogram, which this engine does not have."""


def labels_of(text: str) -> Labels:
    """Return the label set that ``text`` describes: ``up``, ``up{job="a"}``, ``{job="a"}`` or ``{}``.

    Raises:
        RuleError: It is no series.
    """
    if re.fullmatch(r"\{\s*\}", text.strip()) or not text.strip():
        return Labels.of()
    try:
        node = parse(text)
    except MonitoringError as error:
        msg = f"series {text!r}: {error}"
        raise RuleError(msg) from error
    if not isinstance(node, Selector) or node.range_ms is not None:
        msg = f'series {text!r}: expected a metric name and labels, as in up{{job="a"}}'
        raise RuleError(msg)
    for matcher in node.matchers:
        if matcher.op != "=":
            msg = f"series {text!r}: label {matcher.name!r} has {matcher.op}, expected ="
            raise RuleError(msg)
    return Labels.of({matcher.name: matcher.value for matcher in node.matchers})


def values_of(text: str) -> Values:
    """Return the samples that ``text`` describes, one per interval; ``None`` where there is none.

    ``a+bxn`` is ``a`` and n more, each ``b`` larger; ``axn`` is ``a`` n + 1 times; ``_`` is no sample,
    ``_xn`` none n times; ``stale`` ends the series.

    Raises:
        NativeHistogramError: There is a native histogram among them.
        RuleError: The text is not of that form, or describes more than a million samples.
    """
    if _NATIVE in text:
        msg = f"values {text!r}: native histograms are not supported"
        raise NativeHistogramError(msg)
    values: Values = []
    for item in text.split():
        found = _ITEM.fullmatch(item)
        if found is None:
            msg = f"values {text!r}: {item!r} is not understood: expected such as 5, 0+10x5, _, _x3 or stale"
            raise RuleError(msg)
        if len(values) + int(found["times"] or found["gaps"] or 0) > _MOST_VALUES:
            msg = f"values {text[:40]!r}: more than {_MOST_VALUES:,} samples"
            raise RuleError(msg)
        values += _run(found)
    return values


def _run(found: re.Match[str]) -> Iterator[float | None]:
    if found["gap"]:
        yield from [None] * int(found["gaps"] or 1)
    elif found["stale"]:
        yield STALE
    else:
        first, step = float(found["first"]), float(found["step"] or 0)
        value = first
        for _ in range(int(found["times"] or 0) + 1):
            yield value
            value += step
