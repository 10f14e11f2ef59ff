"""Metrics by hand, good and bad ones."""

from __future__ import annotations

import logging
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Never

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import MonitoringError
from otel_monitoring.measure import metrics
from otel_monitoring.measure.metrics import (
    MAX_METRICS,
    MAX_TAG_CHARS,
    MAX_TAGS,
    MetricError,
    check_metric,
    record_metric,
    rejected,
)
from otel_monitoring.measure.providers import instruments

if TYPE_CHECKING:
    from tests.measure.conftest import Recorded

BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "1st"}, "name"),
    ({"name": "a b"}, "name"),
    ({"name": "a\nb"}, "name"),
    ({"name": "é"}, "name"),
    ({"name": "a" * 256}, "name"),
    ({"name": None}, "name"),
    ({"name": ["a"]}, "name"),
    ({"value": math.nan}, "value"),
    ({"value": math.inf}, "value"),
    ({"value": -math.inf}, "value"),
    ({"value": "7"}, "value"),
    ({"value": None}, "value"),
    ({"value": True}, "value"),
    ({"value": 2**63}, "value"),
    ({"value": Decimal("NaN")}, "value"),
    ({"value": -1, "kind": "counter"}, "value"),
    ({"value": -0.5, "kind": "counter"}, "value"),
    ({"unit": "µs"}, "unit"),
    ({"unit": "s" * 64}, "unit"),
    ({"unit": "a b"}, "unit"),
    ({"unit": None}, "unit"),
    ({"kind": "summary"}, "kind"),
    ({"kind": None}, "kind"),
    ({"tags": ["a"]}, "tags"),
    ({"tags": {"": "x"}}, "tags"),
    ({"tags": {7: "x"}}, "tags"),
    ({"tags": {f"t{n}": n for n in range(MAX_TAGS + 1)}}, "tags"),
]


@pytest.fixture(autouse=True)
def _nothing_logged_yet(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_logged", set())
    monkeypatch.setattr(metrics, "_rejected", {})


def test_a_gauge_keeps_the_newest_value(recorded: Recorded) -> None:
    record_metric("queue.length", 7)
    record_metric("queue.length", 3)

    assert recorded.point("queue.length").value == 3


def test_a_counter_adds(recorded: Recorded) -> None:
    record_metric("orders", 1, kind="counter", unit="{order}", tags={"plan": "pro"})
    record_metric("orders", 2, kind="counter", unit="{order}", tags={"plan": "pro"})

    point = recorded.point("orders")
    assert point.value == 3
    assert dict(point.attributes) == {"plan": "pro"}


def test_an_up_down_counter_goes_both_ways(recorded: Recorded) -> None:
    record_metric("carts", 5, kind="up_down_counter")
    record_metric("carts", -2, kind="up_down_counter")

    assert recorded.point("carts").value == 3


def test_a_histogram_counts_how_values_are_distributed(recorded: Recorded) -> None:
    for value in (1, 2.5):
        record_metric("basket", value, kind="histogram", unit="EUR", description="Value of a basket.")

    point = recorded.point("basket")
    assert (point.count, point.sum) == (2, 3.5)


def test_tags_tell_series_apart(recorded: Recorded) -> None:
    for plan in ("pro", "free", "pro"):
        record_metric("orders", 1, kind="counter", tags={"plan": plan})

    assert {point.attributes["plan"]: point.value for point in recorded.points("orders")} == {
        "pro": 2,
        "free": 1,
    }


@pytest.mark.parametrize(
    ("value", "seen"),
    [(np.float64(1.5), 1.5), (np.int64(3), 3), (Decimal("0.25"), 0.25), (2**63 - 1, 2**63 - 1)],
)
def test_numbers_of_other_kinds_are_taken(recorded: Recorded, value: Any, seen: float) -> None:
    record_metric("m", value)

    assert recorded.point("m").value == seen


def test_tags_of_odd_types_become_bounded_text(recorded: Recorded) -> None:
    record_metric("m", 1, tags={"list": [1], "long": "x" * 10_000, "flag": True, "n": 3})  # type: ignore[dict-item]

    assert dict(recorded.point("m").attributes) == {
        "list": "[1]",
        "long": "x" * MAX_TAG_CHARS,
        "flag": True,
        "n": 3,
    }


def test_tags_may_be_changed_afterwards(recorded: Recorded) -> None:
    tags = {"plan": "pro"}
    record_metric("m", 1, tags=tags)
    tags["plan"] = "free"

    assert dict(recorded.point("m").attributes) == {"plan": "pro"}


@pytest.mark.parametrize(("given", "field"), BAD)
def test_what_cannot_be_recorded_is_dropped_and_counted(
    recorded: Recorded, given: dict[str, Any], field: str
) -> None:
    arguments = {"name": "bad", "value": 1, **given}
    record_metric(**arguments)

    assert rejected() == {field: 1}
    assert recorded.points("bad") == []


@pytest.mark.parametrize(("given", "field"), BAD)
def test_the_check_raises_what_the_record_drops(given: dict[str, Any], field: str) -> None:
    with pytest.raises(MetricError, match=f"{field} is .*expected") as caught:
        check_metric(**{"name": "bad", "value": 1, **given})

    assert caught.value.field == field
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, MonitoringError)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("second", "field"),
    [({"kind": "gauge"}, "kind"), ({"kind": "counter", "unit": "By"}, "unit")],
)
def test_a_metric_stays_what_it_was_at_first(recorded: Recorded, second: dict[str, Any], field: str) -> None:
    record_metric("orders", 1, kind="counter")

    record_metric("orders", 5, **second)

    assert recorded.point("orders").value == 1
    assert rejected() == {field: 1}
    with pytest.raises(MetricError, match="as before"):
        check_metric("orders", 5, **second)


def test_names_that_differ_in_case_alone_are_one(recorded: Recorded) -> None:
    record_metric("Orders", 1)
    record_metric("orders", 2)

    assert recorded.point("orders").value == 1
    with pytest.raises(MetricError, match="expected 'Orders'"):
        check_metric("orders", 2)


def test_checking_creates_nothing(recorded: Recorded) -> None:
    check_metric("m", 1, unit="s", tags={"a": "b"}, kind="histogram")
    check_metric("m", 1, kind="gauge")

    assert recorded.points("m") == []


def test_a_bad_metric_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(100):
        record_metric("orders", -1, kind="counter")

    assert [record.message for record in caplog.records] == [
        "metric 'orders' is dropped: value is -1, expected 0 or more, since a counter only grows"
    ]
    assert rejected() == {"value": 100}


def test_bad_names_without_end_are_logged_with_an_end(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(1000):
        record_metric(f"user {number}", 1)

    assert len(caplog.records) == 100
    assert rejected() == {"name": 1000}


def test_a_hostile_name_reaches_the_log_harmless(caplog: pytest.LogCaptureFixture) -> None:
    record_metric("a\r\nERROR forged\x1b[31m" + "x" * 10_000, 1)

    (record,) = caplog.records
    assert record.message.isprintable()
    assert len(record.message) < 500


def test_names_without_end_make_metrics_with_an_end(recorded: Recorded) -> None:
    for number in range(MAX_METRICS + 50):
        record_metric(f"m{number}", 1)
    record_metric("m0", 2)

    assert rejected() == {"name": 50}
    assert recorded.point("m0").value == 2
    assert recorded.points(f"m{MAX_METRICS}") == []


@given(
    name=st.one_of(st.text(max_size=20), st.none(), st.integers()),
    value=st.one_of(st.floats(), st.integers(), st.text(), st.none(), st.binary()),
    unit=st.one_of(st.text(max_size=5), st.none()),
    kind=st.one_of(st.sampled_from(["gauge", "counter", "histogram", "up_down_counter"]), st.text()),
    tags=st.one_of(st.none(), st.dictionaries(st.text(), st.one_of(st.text(), st.floats(), st.binary()))),
)
def test_no_arguments_make_it_raise(name: Any, value: Any, unit: Any, kind: Any, tags: Any) -> None:
    returned: object = record_metric(name, value, unit=unit, kind=kind, tags=tags)  # type: ignore[func-returns-value]

    assert returned is None


def test_a_meter_that_fails_costs_the_value_only(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object, **__: object) -> Never:
        raise LookupError

    with monkeypatch.context() as patch:
        patch.setattr(instruments().meter, "create_gauge", fails)
        record_metric("m", 1)
    record_metric("m", 2)

    assert recorded.point("m").value == 2
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
