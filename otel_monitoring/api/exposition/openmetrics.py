"""How OpenMetrics 1.0.0 writes families.

It is stricter than the text that came before: the samples of a counter end with ``_total``, which is no part
of the family's name; a histogram has all its buckets; a unit is the end of the name; no two families share a
name. A family that does not fulfil what its type asks for is written as families of unknown type, so that no
series is lost.

Source: the OpenMetrics specification, version 1.0.0.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from otel_monitoring.api.exposition.families import LE, PARTS, Family, bound_of, ordered
from otel_monitoring.api.exposition.text import label_pairs, metric_name, number, quoted
from otel_monitoring.ingest.names import unit_suffixes
from otel_monitoring.model.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.stores.exemplars import Exemplar

END = "# EOF\n"

_TOTAL, _INFO, _BUCKET = "_total", "_info", "_bucket"
ENDS: dict[str, str] = {"counter": _TOTAL, "info": _INFO}
"""What is no part of the name of a family, by its type."""

_CREATED = "_created"
_CLAIMS = {"counter": ("", _TOTAL, _CREATED), "info": ("", _INFO), "histogram": ("", *PARTS, _CREATED)}
"""The names that a family of a type takes, as ends of its own."""


def adapted(families: Sequence[Family], *, unfit: Collection[str] = ()) -> list[Family]:
    """Return families as OpenMetrics has them, each under the name that it has there, sorted by name.

    Args:
        families: Under the names of the store.
        unfit: Those, by the name that they have in OpenMetrics, that cannot be what they are.
    """
    strict: list[tuple[Family, Family]] = []
    loose: list[tuple[Family, Family]] = []
    for family in families:
        end = ENDS.get(family.type, "")
        name = family.name.removesuffix(end) if end else family.name
        is_ended = not end or (bool(name) and name != family.name)
        is_fit = is_ended and name not in unfit and _is_whole(family)
        (strict if is_fit else loose).append((replace(family, name=name), family))
    claims = Counter(_claims(strict))
    claims.update({one.name for _, family in loose for one in _unknown(family)})
    found = []
    for family, before in strict:
        is_alone = all(claims[name] == 1 for name in _claims([(family, before)]))
        if is_alone or family.type not in _CLAIMS:
            found.append(family)
        else:
            loose.append((family, before))
    return sorted([*found, *_together(loose)], key=lambda family: family.name)


def _claims(families: Iterable[tuple[Family, Family]]) -> Iterator[str]:
    for family, _ in families:
        for end in _CLAIMS.get(family.type, ("",)):
            yield family.name + end


def _together(families: Iterable[tuple[Family, Family]]) -> list[Family]:
    """Return what becomes of families that cannot be what they are; two may share a name."""
    found: dict[str, Family] = {}
    for _, before in families:
        for one in _unknown(before):
            known = found.get(one.name)
            series = ordered((*known.series, *one.series), "unknown") if known else one.series
            found[one.name] = replace(one, series=series)
    return list(found.values())


def header(family: Family) -> str:
    """Return the lines before the samples of a family."""
    name = metric_name(family.name)
    lines = f"# TYPE {name} {family.type}\n"
    unit = _unit(family)
    if unit:
        lines += f"# UNIT {name} {unit}\n"
    if family.help:
        lines += f"# HELP {name} {quoted(family.help)[1:-1]}\n"
    return lines


def takes_exemplars(family: Family, labels: Labels) -> bool:
    """Tell whether a sample may carry an exemplar: totals of counters and buckets of histograms may."""
    return family.type == "counter" or (family.type == "histogram" and labels.get(NAME).endswith(_BUCKET))


def exemplar_text(exemplar: Exemplar) -> str:
    """Return what stands after the value of a sample."""
    return f" # {{{label_pairs(exemplar.labels)}}} {number(exemplar.value)} {exemplar.time_ms / 1000:.3f}"


def _unit(family: Family) -> str:
    if family.type in ("info", "unknown") or not family.unit:
        return ""
    unit = "_".join(part for part in unit_suffixes(family.unit) if part) or family.unit
    return unit if family.name.endswith(f"_{unit}") else ""


def _is_whole(family: Family) -> bool:
    """Tell whether each label set of a histogram has ascending bounds up to infinity, a sum and a count."""
    if family.type != "histogram":
        return True
    return all(_is_whole_group(tuple(series)) for _, series in groupby(family.series, key=_without_bound))


def _is_whole_group(series: Sequence[Labels]) -> bool:
    if len(series) < len(PARTS):
        return False
    *buckets, total, count = (labels.get(NAME) for labels in series)
    bounds = [labels.get(LE) for labels in series[:-2]]
    return (
        (total.endswith("_sum") and count.endswith("_count"))
        and all(name.endswith(_BUCKET) for name in buckets)
        and all(bounds)
        and not any(labels.get(LE) for labels in series[-2:])
        and bounds[-1] == "+Inf"
        and all(bound_of(labels) >= 0 for labels in series)
        and all(low < high for low, high in pairwise(map(bound_of, series[:-2])))
    )


def _without_bound(labels: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in labels.pairs if pair[0] not in (NAME, LE))


def _unknown(family: Family) -> Iterator[Family]:
    names: dict[str, list[Labels]] = {}
    for labels in family.series:
        names.setdefault(labels.get(NAME), []).append(labels)
    for name, series in names.items():
        yield Family(name, "unknown", family.help, "", tuple(series))
