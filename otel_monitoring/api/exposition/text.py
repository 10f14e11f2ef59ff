"""How Prometheus text 0.0.4 writes families: types, help, label sets, numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from otel_monitoring.api.exposition.families import is_label_name, is_metric_name
from otel_monitoring.model.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.api.exposition.families import Family
    from otel_monitoring.model.labels import Labels

_TYPES = {"unknown": "untyped", "info": "gauge"}

_HELP = str.maketrans({"\\": r"\\", "\n": r"\n", "\0": "\ufffd"})
_QUOTED = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\"", "\0": "\ufffd"})
# A parser takes NUL as the end of the text, and no escape stands for it.


def header(family: Family) -> str:
    """Return the lines before the samples of a family."""
    name = metric_name(family.name)
    lines = f"# HELP {name} {family.help.translate(_HELP)}\n" if family.help else ""
    return f"{lines}# TYPE {name} {_TYPES.get(family.type, family.type)}\n"


def prefix(labels: Labels) -> str:
    """Return what stands before the value of a sample: ``up{job="shop"} ``; other names are quoted."""
    name = labels.get(NAME)
    pairs = label_pairs((key, value) for key, value in labels if key != NAME)
    if not is_metric_name(name):
        return f"{{{quoted(name)}{',' if pairs else ''}{pairs}}} "
    return f"{name}{{{pairs}}} " if pairs else f"{name} "


def label_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Return labels as they stand between the braces."""
    return ",".join(f"{key if is_label_name(key) else quoted(key)}={quoted(value)}" for key, value in pairs)


def metric_name(name: str) -> str:
    """Return a name of a metric, in quotes where it needs them."""
    return name if is_metric_name(name) else quoted(name)


def quoted(text: str) -> str:
    """Return a text in quotes."""
    return f'"{text.translate(_QUOTED)}"'


def number(value: float) -> str:
    """Return a number in the digits that read back as the same; NaN and infinities as Go spells them."""
    if math.isfinite(value):
        return repr(value)
    if math.isnan(value):
        return "NaN"
    return "+Inf" if value > 0 else "-Inf"
