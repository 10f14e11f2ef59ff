"""Series put together to the metrics that they belong to, in the order in which they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from otel_monitoring.model.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Metadata

FamilyType = Literal["counter", "gauge", "histogram", "info", "unknown"]

TARGET_INFO = "target_info"
LE = "le"
PARTS = ("_bucket", "_sum", "_count")
"""What the names of the series of a histogram end with, in the order in which they are written."""

_TARGET_HELP = "Attributes of the resource, as OpenTelemetry has them."
_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Family:
    """One metric and its series.

    Attributes:
        name: Its name in the store: that of its series, without the end for a histogram.
        type: What it measures.
        help: Its description, may be empty.
        unit: Its unit in UCUM, may be empty.
        series: Its label sets, in the order in which they are written.
    """

    name: str
    type: FamilyType
    help: str
    unit: str
    series: tuple[Labels, ...]


def families_of(labels: Iterable[Labels], metadata: Mapping[str, Metadata]) -> list[Family]:
    """Return the families that series belong to, sorted by name; series without a name are left out."""
    members: dict[str, list[Labels]] = {}
    for one in labels:
        name = one.get(NAME)
        if name:
            members.setdefault(_family_name(name, metadata), []).append(one)
    return [_family(name, series, metadata.get(name)) for name, series in sorted(members.items())]


def is_metric_name(name: str) -> bool:
    """Tell whether a name of a metric needs no quotes."""
    return _METRIC_NAME.fullmatch(name) is not None


def is_label_name(name: str) -> bool:
    """Tell whether a name of a label needs no quotes."""
    return _LABEL_NAME.fullmatch(name) is not None


def ordered(series: Iterable[Labels], kind: FamilyType) -> tuple[Labels, ...]:
    """Return the label sets of a family in the order in which they are written."""
    return tuple(sorted(series, key=_histogram_order if kind == "histogram" else _pairs))


def _family_name(name: str, metadata: Mapping[str, Metadata]) -> str:
    if name in metadata:
        return name
    for part in PARTS:
        base = name.removesuffix(part)
        if base != name:
            known = metadata.get(base)
            return base if known is not None and known.type == "histogram" else name
    return name


def _family(name: str, series: list[Labels], metadata: Metadata | None) -> Family:
    if metadata is not None:
        kind = metadata.type
        return Family(name, kind, metadata.help, metadata.unit, ordered(series, kind))
    if name == TARGET_INFO:
        return Family(name, "info", _TARGET_HELP, "", ordered(series, "info"))
    return Family(name, "unknown", "", "", ordered(series, "unknown"))


def _pairs(labels: Labels) -> tuple[tuple[str, str], ...]:
    return labels.pairs


def _histogram_order(labels: Labels) -> tuple[object, ...]:
    """Order by label set, then buckets by bound, sum and count."""
    name = labels.get(NAME)
    part = next((at for at, end in enumerate(PARTS) if name.endswith(end)), len(PARTS))
    own = tuple(pair for pair in labels.pairs if pair[0] not in (NAME, LE))
    return own, part, bound_of(labels)


def bound_of(labels: Labels) -> float:
    """Return the upper bound of a bucket, infinite where it is missing or no number."""
    try:
        return float(labels.get(LE, "+Inf"))
    except ValueError:
        return float("inf")
