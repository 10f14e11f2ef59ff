"""Generate the page of metrics: ``python -m tools.docs.metrics_table --write``.

A part describes what it emits in a tuple of ``MetricDescription`` under that name.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

from tools.docs.page import ROOT, code, run, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from otel_monitoring.model.metric import MetricDescription

PATH = "docs/reference/metrics.md"

_HEAD = """\
# Metrics

Every metric that `otel_monitoring` emits itself. Names under `otel_monitoring.` are its own, the others are
those of the OpenTelemetry semantic conventions; libraries that are instrumented bring their own besides.
This page is generated from the code.
"""
_HEADS = ("Metric", "Kind", "Unit", "Attributes", "Stability", "What it counts")
_DEFINES = re.compile(r"^METRICS\b", re.MULTILINE)


def page() -> str:
    """Return the page."""
    by_family: dict[str, list[MetricDescription]] = {}
    for metric in sorted(described(), key=lambda metric: metric.name):
        by_family.setdefault(_family(metric.name), []).append(metric)
    sections = (f"\n## {family}\n\n{table(_HEADS, map(_row, some))}" for family, some in by_family.items())
    return _HEAD + "".join(sections)


def described() -> set[MetricDescription]:
    """Return what every module of the package describes in its ``METRICS``."""
    return {metric for module in _modules() for metric in importlib.import_module(module).METRICS}


def _modules() -> Iterator[str]:
    for path in sorted((ROOT / "otel_monitoring").rglob("*.py")):
        if _DEFINES.search(path.read_text(encoding="utf-8")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _family(name: str) -> str:
    """Return the first word, and for our own names the first two."""
    words = name.split(".")
    return ".".join(words[: 2 if words[0] == "otel_monitoring" else 1])


def _row(metric: MetricDescription) -> Sequence[str]:
    return (
        code(metric.name),
        metric.kind,
        code(metric.unit),
        " ".join(code(attribute) for attribute in metric.attributes),
        metric.stability.replace("_", " "),
        metric.description,
    )


if __name__ == "__main__":
    run(page, PATH)
