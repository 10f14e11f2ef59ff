"""Limits on the attribute sets of instruments, through the SDK's own API, and the fresh start of a child."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from otel_monitoring.ingest.aggregations import Aggregations

LIMIT, CHARS, ATTRIBUTES = 5, 100, 8


class Rig:
    """A provider of the SDK with our limits on it."""

    def __init__(self) -> None:
        self.reader = InMemoryMetricReader()
        self.provider = MeterProvider([self.reader], shutdown_on_exit=False)
        self.aggregations = Aggregations(limit=LIMIT, attribute_chars=CHARS, attributes=ATTRIBUTES)
        self.installed = self.aggregations.install(self.reader)
        meter = self.provider.get_meter("test")
        self.counter = meter.create_counter("logins")
        self.histogram = meter.create_histogram("seconds")

    def points(self, name: str) -> list[Any]:
        data: Any = self.reader.get_metrics_data()
        return [
            point
            for scope in (data.resource_metrics[0].scope_metrics if data else ())
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_what_comes_beyond_the_limit_is_one_point_and_the_total_stays_right(rig: Rig) -> None:
    for number in range(100):
        rig.counter.add(2, {"user": str(number)})

    points = rig.points("logins")

    assert rig.installed
    assert sum(point.value for point in points) == 200
    assert len(points) == LIMIT + 1
    assert [point.value for point in points if "otel.metric.overflow" in point.attributes] == [190]


def test_a_histogram_overflows_into_a_histogram(rig: Rig) -> None:
    for number in range(100):
        rig.histogram.record(0.5, {"user": str(number)})

    points = rig.points("seconds")

    assert sum(point.count for point in points) == 100
    assert len(points) == LIMIT + 1


def test_a_set_that_was_there_before_the_limit_keeps_its_point(rig: Rig) -> None:
    for number in range(20):
        rig.counter.add(1, {"user": str(number)})
    rig.counter.add(10, {"user": "0"})

    assert {point.attributes.get("user"): point.value for point in rig.points("logins")}["0"] == 11


def test_the_attribute_to_blame_is_named_once(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(20):
        rig.counter.add(1, {"user": str(number), "kind": "ab"[number % 2]})

    first, second = rig.aggregations.overflowing(), rig.aggregations.overflowing()

    assert first == second == {"logins": "user"}
    assert caplog.text.count("attribute 'user' has the most values") == 1


def test_long_values_are_cut_and_still_told_apart(rig: Rig) -> None:
    for end in "aab":
        rig.counter.add(1, {"text": "x" * 10_000 + end})

    points = rig.points("logins")

    assert sorted(point.value for point in points) == [1, 2]
    assert {len(point.attributes["text"]) for point in points} == {CHARS}
    assert len({point.attributes["text"] for point in points}) == 2


def test_too_many_attributes_are_left_out(rig: Rig) -> None:
    many = {f"a{number}": number for number in range(1000)}
    rig.counter.add(1, many)
    rig.counter.add(1, many)

    (point,) = rig.points("logins")

    assert (len(point.attributes), point.value) == (ATTRIBUTES, 2)


@pytest.mark.parametrize("value", [["y" * 1000], ["z"] * 1000, [1] * 1000, b"b" * 1000, {"a": "m" * 1000}])
def test_long_values_of_every_kind_are_bounded(rig: Rig, value: Any) -> None:
    rig.histogram.record(1.0, {"value": value})
    rig.histogram.record(1.0, {"value": value})

    (point,) = rig.points("seconds")

    assert point.count == 2
    assert len(str(point.attributes["value"])) < 3 * CHARS


def test_long_values_that_overflow_are_named_too(rig: Rig) -> None:
    for number in range(20):
        rig.counter.add(1, {"text": "x" * 10_000 + str(number)})

    assert rig.aggregations.overflowing() == {"logins": "text"}
    assert sum(point.value for point in rig.points("logins")) == 20


def test_a_forked_child_counts_from_zero(rig: Rig) -> None:
    rig.counter.add(100, {"user": "a"})

    rig.aggregations.after_fork()
    rig.counter.add(1, {"user": "a"})

    assert [point.value for point in rig.points("logins")] == [1]
