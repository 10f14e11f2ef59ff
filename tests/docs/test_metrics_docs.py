"""The page of metrics, and the names on it."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from opentelemetry import semconv
from opentelemetry.semconv import _incubating

from tools.docs import metrics_table
from tools.docs.page import ROOT

if TYPE_CHECKING:
    from otel_monitoring.model.metric import MetricDescription


def conventional(package: str) -> set[str]:
    """Return the names of metrics that the modules of a package define."""
    modules = pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}.")
    return {
        value
        for module in modules
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, str) and "." in value and " " not in value
    }


STABLE = conventional(f"{semconv.__name__}.metrics")
ALL = STABLE | conventional(f"{_incubating.__name__}.metrics")


def described() -> list[MetricDescription]:
    return sorted(metrics_table.described(), key=lambda metric: metric.name)


def test_no_name_is_described_twice() -> None:
    counts = Counter(metric.name for metric in described())

    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("metric", described(), ids=lambda metric: metric.name)
def test_a_name_is_the_conventions_or_our_own(metric: MetricDescription) -> None:
    is_ours = metric.name.startswith("otel_monitoring.")

    assert is_ours or metric.name in ALL
    assert (metric.stability == "stable") == (metric.name in STABLE)


@pytest.mark.parametrize("metric", described(), ids=lambda metric: metric.name)
def test_a_metric_is_on_the_page_in_one_sentence(metric: MetricDescription) -> None:
    (row,) = [line for line in metrics_table.page().splitlines() if line.startswith(f"| `{metric.name}` |")]

    assert metric.description.endswith(".")
    assert metric.description.replace("|", "\\|") in row


def test_the_page_is_what_the_generator_prints() -> None:
    """Where it fails: ``python -m tools.docs.metrics_table --write``."""
    assert (ROOT / metrics_table.PATH).read_text(encoding="utf-8") == metrics_table.page()
