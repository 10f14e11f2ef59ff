"""Names and labels, clause by clause of N1 to N4."""

from __future__ import annotations

import math
import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import StoreError
from otel_monitoring.ingest.names import (
    MetricKind,
    Strategy,
    label_name,
    label_value,
    labels_of,
    metric_name,
    unit_suffixes,
)

VALID_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
VALID_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@pytest.mark.parametrize(
    ("name", "unit", "kind", "expected"),
    [
        ("http.server.request.duration", "s", "histogram", "http_server_request_duration_seconds"),
        ("http.server.active_requests", "{request}", "updown", "http_server_active_requests"),
        ("process.cpu.time", "s", "counter", "process_cpu_time_seconds_total"),
        ("process.memory.usage", "By", "updown", "process_memory_usage_bytes"),
        ("system.cpu.utilization", "1", "gauge", "system_cpu_utilization_ratio"),
        ("requests", "1", "counter", "requests_total"),
        ("system.network.io", "By", "counter", "system_network_io_bytes_total"),
        ("throughput", "By/s", "gauge", "throughput_bytes_per_second"),
        ("requests", "1/s", "gauge", "requests_per_second"),
        ("http.total.requests", "", "counter", "http_requests_total"),
        ("123metric", "", "gauge", "_123metric"),
        ("..a..b__c..", "", "gauge", "a_b_c"),
        ("ns:level:total", "", "counter", "ns:level:total_total"),
        ("a.seconds.b", "s", "gauge", "a_seconds_b"),
        ("hit.ratio", "1", "gauge", "hit_ratio"),
        ("ratio.of.hits", "1", "gauge", "of_hits_ratio"),
        ("hits", "1", "updown", "hits"),
        ("hits", "1", "histogram", "hits"),
        ("speed", "{thing}/s", "gauge", "speed_per_second"),
        ("speed", "s/{thing}", "gauge", "speed_seconds"),
        ("speed.per.second", "1/s", "gauge", "speed_per_second_per_second"),
        ("weight", "custom unit", "gauge", "weight_custom_unit"),
        ("custom_unit", "custom unit", "gauge", "custom_unit_custom_unit"),
        ("load", "%", "gauge", "load_percent"),
        ("météo", "Cel", "gauge", "m_t_o_celsius"),
    ],
)
def test_default_strategy(name: str, unit: str, kind: MetricKind, expected: str) -> None:
    assert metric_name(name, unit=unit, kind=kind) == expected


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("", ("", "")),
        ("1", ("", "")),
        ("s", ("seconds", "")),
        ("KiBy", ("kibibytes", "")),
        ("TBy", ("terabytes", "")),
        ("m/s", ("meters", "per_second")),
        ("m/m", ("meters", "per_minute")),
        ("By/mo", ("bytes", "per_month")),
        ("/s", ("", "per_second")),
        ("s/", ("seconds", "")),
        ("a.b.", ("a_b_", "")),
        ("a.b./c!", ("a_b", "per_c")),
        (".x", ("x", "")),
        ("a/b/c", ("a", "per_b_c")),
    ],
)
def test_units(unit: str, expected: tuple[str, str]) -> None:
    assert unit_suffixes(unit) == expected


@pytest.mark.parametrize(
    ("strategy", "name", "unit", "kind", "expected"),
    [
        ("UnderscoreEscapingWithoutSuffixes", "a.b__c", "s", "counter", "a_b__c"),
        ("UnderscoreEscapingWithoutSuffixes", "1a", "s", "counter", "_1a"),
        ("NoUTF8EscapingWithSuffixes", "a.b", "s", "histogram", "a.b_seconds"),
        ("NoUTF8EscapingWithSuffixes", "a.b_seconds", "s", "histogram", "a.b_seconds"),
        ("NoUTF8EscapingWithSuffixes", "a.b.total", "By", "counter", "a.b_bytes_total"),
        ("NoUTF8EscapingWithSuffixes", "subtotal", "", "counter", "subtotal_total"),
        ("NoUTF8EscapingWithSuffixes", "io", "By/s", "gauge", "io_bytes_per_second"),
        ("NoUTF8EscapingWithSuffixes", "cpu_ratio", "1", "gauge", "cpu_ratio"),
        ("NoUTF8EscapingWithSuffixes", "bends", "custom unit/d", "gauge", "bends_custom unit_per_day"),
        ("NoTranslation", "a.b", "s", "counter", "a.b"),
    ],
)
def test_other_strategies(strategy: Strategy, name: str, unit: str, kind: MetricKind, expected: str) -> None:
    assert metric_name(name, unit=unit, kind=kind, strategy=strategy) == expected


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("UnderscoreEscapingWithSuffixes", "shop_1a"),
        ("UnderscoreEscapingWithoutSuffixes", "shop_1a"),
        ("NoUTF8EscapingWithSuffixes", "shop_1a"),
        ("NoTranslation", "shop_1a"),
    ],
)
def test_a_namespace_goes_in_front(strategy: Strategy, expected: str) -> None:
    assert metric_name("1a", unit="", kind="gauge", strategy=strategy, namespace="shop") == expected


@pytest.mark.parametrize("name", ["", "...", "é"])
def test_a_name_of_which_nothing_is_left_is_an_error(name: str) -> None:
    with pytest.raises(StoreError, match="is empty as a Prometheus name"):
        metric_name(name, unit="", kind="gauge")


@given(st.text(min_size=1), st.text(max_size=8), st.sampled_from(get_args(MetricKind)))
def test_an_escaped_name_is_always_valid(name: str, unit: str, kind: MetricKind) -> None:
    try:
        translated = metric_name(name, unit=unit, kind=kind)
    except StoreError:
        assert not re.search("[A-Za-z0-9:]", name)
    else:
        assert VALID_NAME.fullmatch(translated)


@given(st.text("ab.", min_size=1).filter(lambda name: name.strip(".")))
def test_a_counter_ends_in_total_once(name: str) -> None:
    translated = metric_name(f"{name}.total", unit="", kind="counter")

    assert translated.endswith("_total")
    assert metric_name(translated, unit="", kind="counter") == translated


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("http.route", "http_route"),
        ("a..b__c", "a__b__c"),
        ("1x", "key_1x"),
        ("__reserved__", "__reserved__"),
        ("_x", "_x"),
        ("a:b", "a_b"),
        ("...", ""),
    ],
)
def test_label_names(key: str, expected: str) -> None:
    assert label_name(key) == expected


def test_label_names_stay_where_nothing_is_escaped() -> None:
    assert label_name("http.route", strategy="NoTranslation") == "http.route"


@given(st.text(min_size=1))
def test_a_label_name_is_valid_or_empty(key: str) -> None:
    name = label_name(key)

    assert not name or VALID_LABEL.fullmatch(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        (True, "true"),
        (False, "false"),
        (200, "200"),
        (1.0, "1"),
        (0.25, "0.25"),
        (1e-07, "1e-7"),
        (0.00001, "0.00001"),
        (1e21, "1e+21"),
        (math.nan, "NaN"),
        (-math.inf, "-Inf"),
        (("a", 1, True), '["a",1,true]'),
        ({"k": [b"\x00", "é"]}, '{"k":["AA==","é"]}'),
        (b"hi", "aGk="),
        (None, ""),
    ],
)
def test_label_values(value: Any, expected: str) -> None:
    assert label_value(value) == expected


def test_attributes_that_end_in_one_name_are_joined_in_the_order_of_their_keys() -> None:
    assert labels_of([("a_b", "2"), ("a.b", "1")]) == {"a_b": "1;2"}


def test_empty_values_and_the_name_of_the_metric_are_no_labels() -> None:
    assert labels_of([("a", ""), ("__name__", "x"), ("!", "y")]) == {}
