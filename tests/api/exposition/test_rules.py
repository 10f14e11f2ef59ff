"""What OpenMetrics asks of values, and that what breaks it is written as unknown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.api.exposition.escaping import ESCAPINGS, Escaping
from otel_monitoring.api.exposition.negotiate import Form
from otel_monitoring.api.exposition.page import Pages
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE, Batch, Metadata
from otel_monitoring.stores.exemplars import Exemplar, ExemplarStore
from otel_monitoring.testing import FakeClock
from tests.api.exposition.parsers import parse_openmetrics, parse_text
from tests.api.exposition.test_page import (
    FAMILIES,
    HISTOGRAM,
    OPENMETRICS,
    REQUESTS,
    T_MS,
    UP,
    page,
    store_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.model.sample import MetricType

LE5 = Labels.of(__name__="latency_seconds_bucket", le="5.0")
SUM = Labels.of(__name__="latency_seconds_sum")
COUNT = Labels.of(__name__="latency_seconds_count")


def types(samples: Mapping[Labels, float]) -> dict[str, str]:
    text = page(store_of(samples))
    return {family.name: family.type for family in parse_openmetrics(text)}


@pytest.mark.parametrize("value", [-1.0, math.nan, -math.inf])
def test_a_counter_below_zero_is_of_unknown_type(value: float) -> None:
    assert types({REQUESTS: value}) == {"requests_total": "unknown"}


@pytest.mark.parametrize(
    "change",
    [
        {LE5: 0.0},
        {LE5: 2.5},
        {LE5: math.nan},
        {LE5: -1.0},
        {COUNT: 5.0},
        {COUNT: math.inf},
        {SUM: math.nan},
        {SUM: -3.0},
    ],
)
def test_a_histogram_that_does_not_add_up_is_of_unknown_type(change: dict[Labels, float]) -> None:
    found = types({**HISTOGRAM, **change})

    assert found == dict.fromkeys(
        ["latency_seconds_bucket", "latency_seconds_count", "latency_seconds_sum"], "unknown"
    )


def test_values_that_fulfil_the_rules_keep_their_types() -> None:
    assert types({REQUESTS: 0.0, UP: -1.0, **HISTOGRAM, SUM: 0.0}) == {
        "requests": "counter",
        "up": "unknown",
        "latency_seconds": "histogram",
    }


def test_a_histogram_of_which_a_part_ended_is_of_unknown_type() -> None:
    store = store_of(HISTOGRAM)
    store.append(Batch("self", T_MS + 1, tuple(HISTOGRAM), [STALE, *list(HISTOGRAM.values())[1:]]))

    found = parse_openmetrics(page(store, now_ms=T_MS + 1))

    assert {family.type for family in found} == {"unknown"}
    assert sum(len(family.samples) for family in found) == len(HISTOGRAM) - 1


def test_a_target_whose_info_is_not_one_is_of_unknown_type() -> None:
    assert types({Labels.of(__name__="target_info", job="a"): 2.0}) == {"target_info": "unknown"}


def test_bounds_that_are_the_same_number_are_no_histogram() -> None:
    again = Labels.of(__name__="latency_seconds_bucket", le="5")

    assert "unknown" in types({**HISTOGRAM, again: 3.0}).values()


def test_a_family_that_broke_a_rule_is_written_from_then_on() -> None:
    """The layout is kept, and the old text knows no such rules."""
    store = store_of({REQUESTS: -1.0, UP: 1.0})
    pages = Pages(store=store, clock=FakeClock(T_MS + 1))
    first = pages.write(OPENMETRICS).body
    store.append(Batch("self", T_MS + 1, (REQUESTS, UP), [5.0, 1.0], FAMILIES))

    second = pages.write(OPENMETRICS).body

    assert b"# TYPE requests_total unknown" in first
    assert b'requests_total{route="/cart"} 5.0' in second
    assert b"# TYPE requests_total counter" in pages.write(Form(openmetrics=False)).body


@pytest.mark.parametrize(
    ("other", "kind"),
    [("requests_created", "gauge"), ("requests", "gauge"), ("requests_created", "unknown")],
)
def test_a_counter_whose_names_another_has_is_of_unknown_type(other: str, kind: MetricType) -> None:
    metadata = [*FAMILIES, Metadata(other, kind, "", "")]
    store = store_of({REQUESTS: 1.0, Labels.of(__name__=other): 2.0}, metadata=metadata)

    found = parse_openmetrics(page(store))

    assert {family.name: family.type for family in found} == {"requests_total": "unknown", other: kind}


def test_an_exemplar_is_left_out_with_the_type() -> None:
    exemplars = ExemplarStore()
    exemplars.put(REQUESTS, Exemplar(Labels.of(trace_id="a" * 32), 1.0, T_MS))

    good = page(store_of({REQUESTS: 1.0}), exemplars=exemplars)
    bad = page(store_of({REQUESTS: -1.0}), exemplars=exemplars)

    assert "trace_id" in good
    assert "trace_id" not in bad


NAMES = st.sampled_from(
    [
        "a",
        "a_total",
        "a_created",
        "a_info",
        "a.b",
        "a_b",
        "a.b_total",
        "a_count",
        "a_sum",
        "a_bucket",
        "é",
        "target_info",
    ]
)
TYPES = st.sampled_from(["counter", "gauge", "histogram", "unknown"])
KEYS = st.sampled_from(["k", "k.l", "k_l", "le", "9"])
VALUES = st.floats() | st.integers(-2, 5).map(float)
METRICS = st.dictionaries(NAMES, st.tuples(TYPES, st.sampled_from(["", "s", "{x}", "1"])), max_size=6)
POINTS = st.lists(
    st.tuples(NAMES, st.dictionaries(KEYS, st.sampled_from(["", "1", "x"]), max_size=2), VALUES), max_size=6
)

PARTS: list[tuple[str, dict[str, str]]] = [
    ("_bucket", {"le": "1.0"}),
    ("_bucket", {"le": "+Inf"}),
    ("_sum", {}),
    ("_count", {}),
]


def content(
    metrics: Mapping[str, tuple[MetricType, str]], points: list[tuple[str, dict[str, str], float]]
) -> tuple[dict[Labels, float], list[Metadata]]:
    """Return samples and metadata; a histogram has two buckets, a sum and a count for each label set."""
    samples: dict[Labels, float] = {}
    for name, labels, value in points:
        if name in metrics and metrics[name][0] == "histogram":
            for part, more in (
                ("_bucket", {"le": "1.0"}),
                ("_bucket", {"le": "+Inf"}),
                ("_sum", {}),
                ("_count", {}),
            ):
                samples[Labels.of({**labels, **more, "__name__": name + part})] = value
        else:
            samples[Labels.of({**labels, "__name__": name})] = value
    return samples, [Metadata(name, kind, "Help.", unit) for name, (kind, unit) in metrics.items()]


@given(METRICS, POINTS, st.sampled_from(sorted(ESCAPINGS)))
def test_whatever_there_is_openmetrics_is_strictly_written(
    metrics: dict[str, tuple[MetricType, str]],
    points: list[tuple[str, dict[str, str], float]],
    escaping: Escaping,
) -> None:
    """The parser accepts it, and as many samples come out as went in, but for those that became the same."""
    samples, metadata = content(metrics, points)
    store = store_of(samples or {UP: 1.0}, metadata=metadata)

    found = parse_openmetrics(page(store, Form(openmetrics=True, escaping=escaping)))

    many = sum(len(family.samples) for family in found)
    assert many <= len(samples or {UP: 1.0})
    if escaping == "allow-utf-8":
        assert many == len(samples or {UP: 1.0})


@given(METRICS, POINTS, st.sampled_from(sorted(ESCAPINGS)))
def test_whatever_there_is_text_is_read(
    metrics: dict[str, tuple[MetricType, str]],
    points: list[tuple[str, dict[str, str], float]],
    escaping: Escaping,
) -> None:
    samples, metadata = content(metrics, points)
    store = store_of(samples or {UP: 1.0}, metadata=metadata)
    text = page(store, Form(openmetrics=False, escaping=escaping))

    many = sum(len(family.samples) for family in parse_text(text))

    assert many == len([line for line in text.splitlines() if not line.startswith("#")])
