"""Samples with their times as OpenMetrics text, which ``promtool tsdb create-blocks-from openmetrics`` reads.

Staleness markers have no form there and are left out.

Source: OpenMetrics 1.0, https://prometheus.io/docs/specs/om/open_metrics_spec/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.model.sample import Metadata
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.transfer.points import Points
from otel_monitoring.stores.block import is_stale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from otel_monitoring.model.sample import MetricType

_PLAIN = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
_SAMPLE = re.compile(
    r"""(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)? (?:\{(?P<labels>(?:[^"}]|"(?:\\.|[^"\\])*")*)\})?
    [ ] (?P<value>\S+) [ ] (?P<time>\S+) (?:[ ]\#.*)? \Z""",
    re.VERBOSE,
)
_LABEL = re.compile(
    r"""\s*(?:(?P<name>[a-zA-Z_][a-zA-Z0-9_]*|"(?:\\.|[^"\\])*")\s*=\s*)?"(?P<value>(?:\\.|[^"\\])*)"\s*(?:,|\Z)"""
)
_ESCAPE = {"\\": "\\\\", "\n": "\\n", '"': '\\"'}
_UNESCAPE = {"\\\\": "\\", "\\n": "\n", '\\"': '"'}
_SUFFIXES = ("_bucket", "_count", "_sum", "_total")
_TYPES: Mapping[str, MetricType] = {"counter": "counter", "gauge": "gauge", "histogram": "histogram"}


def written(
    names: Iterable[str], of: Callable[[str], Iterable[Points]], metadata: Mapping[str, Metadata]
) -> Iterator[str]:
    """Yield the lines of a document, each with its end.

    Args:
        names: The names of metrics.
        of: Gives the series of a metric.
        metadata: What is known of metrics, by the name of their family.
    """
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(_family(name, metadata), []).append(name)
    for family, members in families.items():
        yield from _head(family, metadata.get(family) or metadata.get(f"{family}_total"))
        for name in members:
            for points in of(name):
                yield from _lines(points)
    yield "# EOF\n"


def read(lines: Iterable[str]) -> Iterator[Points | Metadata]:
    """Yield series and what is known of metrics; a series may come in several pieces.

    Raises:
        StorageError: A line is no sample with a time; its number is given.
    """
    labels = ""
    times: list[int] = []
    values: list[float] = []
    known: dict[str, MetricType] = {}
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\n")
        if text.startswith("#"):
            yield from _described(text, known)
            continue
        if not text.strip():
            continue
        match = _SAMPLE.match(text)
        if match is None:
            msg = f'line {number}: {text[:80]!r} is no sample with a time, such as up{{job="a"}} 1 1700000000'
            raise StorageError(msg)
        key = f"{match['name'] or ''}{{{match['labels'] or ''}}}"
        if key != labels and times:
            yield _points(labels, times, values)
            times, values = [], []
        labels = key
        times.append(round(_number(match["time"], number) * 1000))
        values.append(_number(match["value"], number))
    if times:
        yield _points(labels, times, values)


def labels_text(labels: Labels) -> str:
    """Return a label set as a sample has it, the name in front."""
    name = labels.get(NAME)
    rest = [f'{_quoted_name(key)}="{_escaped(value)}"' for key, value in labels if key != NAME]
    if not _PLAIN.match(name):
        return "{" + ",".join([f'"{_escaped(name)}"', *rest]) + "}"
    return f"{name}{{{','.join(rest)}}}" if rest else name


def parsed_labels(text: str) -> Labels:
    """Return the label set that :func:`labels_text` wrote.

    Raises:
        StorageError: It is none.
    """
    name, brace, inside = text.partition("{")
    found = {NAME: name} if name else {}
    inside = inside.removesuffix("}")
    at = 0
    while brace and at < len(inside):
        match = _LABEL.match(inside, at)
        if match is None:
            msg = f'{text[:80]!r} is no label set, such as up{{job="a"}}'
            raise StorageError(msg)
        key = match["name"] or NAME
        key = _unescaped(key[1:-1]) if key.startswith('"') else key
        found[key] = _unescaped(match["value"])
        at = match.end()
    return Labels.of(found)


def _family(name: str, metadata: Mapping[str, Metadata]) -> str:
    for suffix in _SUFFIXES:
        family = name.removesuffix(suffix)
        known = metadata.get(family) or metadata.get(name)
        if family != name and known is not None and known.type in ("histogram", "counter"):
            return family
    return name


def _head(family: str, known: Metadata | None) -> Iterator[str]:
    if known is not None and _PLAIN.match(family):
        yield f"# TYPE {family} {known.type}\n"
        if known.help:
            yield f"# HELP {family} {_escaped(known.help)}\n"


def _lines(points: Points) -> Iterator[str]:
    prefix = labels_text(points.labels)
    real = ~is_stale(points.values)
    times, values = points.times_ms[real].tolist(), points.values[real].tolist()
    for time_ms, value in zip(times, values, strict=True):
        yield f"{prefix} {_shown(value)} {time_ms // 1000}.{time_ms % 1000:03d}\n"


def _described(text: str, known: dict[str, MetricType]) -> Iterator[Metadata]:
    parts = text.split(" ", 3)
    if len(parts) >= 4 and parts[1] == "TYPE":  # noqa: PLR2004 - hash, word, name and type
        kind = known[parts[2]] = _TYPES.get(parts[3], "unknown")
        yield Metadata(parts[2], kind, "", "")
    elif len(parts) >= 4 and parts[1] == "HELP":  # noqa: PLR2004
        yield Metadata(parts[2], known.get(parts[2], "unknown"), _unescaped(parts[3]), "")


def _points(labels: str, times: list[int], values: list[float]) -> Points:
    return Points(parsed_labels(labels), np.array(times, dtype=np.int64), np.array(values, dtype=np.float64))


def _number(text: str, line: int) -> float:
    try:
        return float(text)
    except ValueError:
        msg = f"line {line}: {text[:40]!r} is no number"
        raise StorageError(msg) from None


def _shown(value: float) -> str:
    if value != value:  # noqa: PLR0124 - NaN alone is not itself
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value)


def _quoted_name(name: str) -> str:
    return name if _PLAIN.match(name) else f'"{_escaped(name)}"'


def _escaped(text: str) -> str:
    return "".join(_ESCAPE.get(one, one) for one in text)


def _unescaped(text: str) -> str:
    return re.sub(r'\\[\\n"]', lambda match: _UNESCAPE[match[0]], text)
