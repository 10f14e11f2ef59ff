"""Names for scrapers that know the old alphabet only: how what does not fit into it is written instead.

The old alphabet is ``[a-zA-Z_:][a-zA-Z0-9_:]*``, for labels without the colon. A name is escaped without the
ends that OpenMetrics and histograms give it, which stay what they are.

Source: the escaping schemes of Prometheus's content negotiation.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from otel_monitoring.api.exposition.families import (
    Family,
    is_label_name,
    is_metric_name,
    ordered,
)
from otel_monitoring.model.labels import NAME, Labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Escaping = Literal["allow-utf-8", "underscores", "dots", "values"]
ESCAPINGS: frozenset[str] = frozenset(get_args(Escaping))

_NOT_FIRST = r"^[0-9]"
_NOT_IN_METRIC = re.compile(rf"{_NOT_FIRST}|[^a-zA-Z0-9_:]")
_NOT_IN_LABEL = re.compile(rf"{_NOT_FIRST}|[^a-zA-Z0-9_]")
_SURROGATES = range(0xD800, 0xE000)


def escaped_metric(name: str, escaping: Escaping) -> str:
    """Return the name of a metric in the old alphabet, or as it is where UTF-8 is allowed."""
    return _escaped(name, escaping, _NOT_IN_METRIC, fits=is_metric_name(name))


def escaped_label(name: str, escaping: Escaping) -> str:
    """Return the name of a label in the old alphabet, or as it is where UTF-8 is allowed."""
    return _escaped(name, escaping, _NOT_IN_LABEL, fits=is_label_name(name))


def escaped_families(
    families: Sequence[Family], escaping: Escaping, *, ends: Mapping[str, str]
) -> tuple[list[Family], dict[Labels, Labels]]:
    """Return families whose names are escaped, sorted by name, and which label set each of theirs was.

    Of label sets that become the same, the first is kept; of metrics of different types that become one, the
    first as well.

    Args:
        families: With the names of the store.
        escaping: How names are written.
        ends: What is no part of the name of a metric, by its type.
    """
    if escaping == "allow-utf-8" or (escaping == "underscores" and _is_plain(families)):
        return list(families), {labels: labels for family in families for labels in family.series}
    found: dict[str, Family] = {}
    origins: dict[Labels, Labels] = {}
    for family in families:
        end = ends.get(family.type, "")
        name = _with_end(family.name, end, escaping)
        before = found.get(name)
        if before is not None and before.type != family.type:
            continue
        series = before.series if before else ()
        new = _new_series(family, name, escaping, origins)
        if new:
            found[name] = replace(before or family, name=name, series=ordered((*series, *new), family.type))
    return [found[name] for name in sorted(found)], origins


def _is_plain(families: Sequence[Family]) -> bool:
    return all(
        is_metric_name(family.name)
        and all(is_label_name(key) for labels in family.series for key, _ in labels)
        for family in families
    )


def _with_end(name: str, end: str, escaping: Escaping) -> str:
    base = name.removesuffix(end) if end else name
    is_ended = bool(base) and base != name
    return escaped_metric(base, escaping) + end if is_ended else escaped_metric(name, escaping)


def _new_series(family: Family, name: str, escaping: Escaping, origins: dict[Labels, Labels]) -> list[Labels]:
    """Return the escaped label sets of a family that are not there yet, and note where they come from."""
    found = []
    for labels in family.series:
        part = labels.get(NAME).removeprefix(family.name)
        pairs = {NAME: name + part}
        for key, value in labels:
            if key != NAME:
                pairs.setdefault(_unreserved(escaped_label(key, escaping)), value)
        new = Labels.of(pairs)
        if new not in origins:
            origins[new] = labels
            found.append(new)
    return found


def _unreserved(label: str) -> str:
    """Return a label that does not begin as those that Prometheus keeps for itself."""
    return f"_{label.lstrip('_')}" if label.startswith("__") else label


def _escaped(name: str, escaping: Escaping, unfit: re.Pattern[str], *, fits: bool) -> str:
    if escaping == "allow-utf-8" or (fits and escaping != "dots"):
        return name
    if escaping == "underscores":
        return unfit.sub("_", name)
    if escaping == "dots":
        return unfit.sub(_dots, name.replace("_", "__"))
    return "U__" + unfit.sub(_code, name.replace("_", "__"))


def _dots(found: re.Match[str]) -> str:
    return "_dot_" if found[0] == "." else "__"


def _code(found: re.Match[str]) -> str:
    code = ord(found[0])
    return "_FFFD_" if code in _SURROGATES else f"_{code:x}_"
