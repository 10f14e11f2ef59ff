"""From the SDK's metrics to batches; the SDK is real, its reader is in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.metrics.view import (
    ExplicitBucketHistogramAggregation,
    ExponentialBucketHistogramAggregation,
    View,
)
from opentelemetry.sdk.resources import Resource

from otel_monitoring.ingest.convert import Converter, target_info
from otel_monitoring.ingest.plans import le_text
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opentelemetry.metrics import Meter

    from otel_monitoring.model.sample import Batch

RESOURCE = Resource({"service.name": "shop", "service.namespace": "eu", "service.instance.id": "i-1"})
IDENTITY = {"job": "eu/shop", "instance": "i-1"}


class Sdk:
    """A meter and what its reader collects."""

    def __init__(self, *views: View, resource: Resource = RESOURCE) -> None:
        self._reader = InMemoryMetricReader()
        self.provider = MeterProvider([self._reader], resource=resource, views=views, shutdown_on_exit=False)
        self.meter: Meter = self.provider.get_meter("lib", "1.2", "https://schema", {"team": "a"})

    def collect(self, converter: Converter, *, time_ms: int = 1000) -> Batch:
        return converter.convert(self._reader.get_metrics_data(), time_ms)


def as_dict(batch: Batch) -> dict[Labels, float]:
    return dict(zip(batch.labels, [float(value) for value in batch.values], strict=True))


def named(batch: Batch, name: str) -> dict[Labels, float]:
    return {labels: value for labels, value in as_dict(batch).items() if labels.get(NAME) == name}


def bare() -> Converter:
    return Converter(scope_labels=False)


@pytest.fixture
def sdk() -> Iterator[Sdk]:
    made = Sdk()
    yield made
    made.provider.shutdown()


def test_a_counter_becomes_one_series_per_attribute_set(sdk: Sdk) -> None:
    requests = sdk.meter.create_counter("http.requests", unit="{request}")
    requests.add(2, {"http.route": "/a", "ok": True})
    requests.add(3, {"http.route": "/b", "ok": False})

    batch = sdk.collect(bare(), time_ms=1234)

    assert batch.time_ms == 1234
    assert batch.source == "self"
    assert named(batch, "http_requests_total") == {
        Labels.of({NAME: "http_requests_total", "http_route": "/a", "ok": "true", **IDENTITY}): 2.0,
        Labels.of({NAME: "http_requests_total", "http_route": "/b", "ok": "false", **IDENTITY}): 3.0,
    }


def test_gauges_and_up_down_counters_are_gauges(sdk: Sdk) -> None:
    sdk.meter.create_gauge("cpu", unit="1").set(0.5)
    sdk.meter.create_up_down_counter("queue.size").add(-2)

    batch = sdk.collect(bare())

    assert named(batch, "cpu_ratio") == {Labels.of({NAME: "cpu_ratio", **IDENTITY}): 0.5}
    assert named(batch, "queue_size") == {Labels.of({NAME: "queue_size", **IDENTITY}): -2.0}
    assert {metadata.name: metadata.type for metadata in batch.metadata} == {
        "cpu_ratio": "gauge",
        "queue_size": "gauge",
    }


def test_a_histogram_becomes_cumulative_buckets_sum_and_count() -> None:
    sdk = Sdk(View(instrument_name="*", aggregation=ExplicitBucketHistogramAggregation([0.1, 5])))
    duration = sdk.meter.create_histogram("duration", unit="s")
    for value in (0.0625, 0.5, 1.0, 7.0):
        duration.record(value, {"route": "/a", "le": "mine"})

    batch = sdk.collect(bare())

    base = {"route": "/a", **IDENTITY}
    assert as_dict(batch) == {
        Labels.of({NAME: "duration_seconds_bucket", "le": "0.1", **base}): 1.0,
        Labels.of({NAME: "duration_seconds_bucket", "le": "5.0", **base}): 3.0,
        Labels.of({NAME: "duration_seconds_bucket", "le": "+Inf", **base}): 4.0,
        Labels.of({NAME: "duration_seconds_sum", **base}): 8.5625,
        Labels.of({NAME: "duration_seconds_count", **base}): 4.0,
    }


def test_an_exponential_histogram_is_counted_into_explicit_buckets() -> None:
    sdk = Sdk(View(instrument_name="*", aggregation=ExponentialBucketHistogramAggregation()))
    duration = sdk.meter.create_histogram("duration")
    for value in (0.0, 0.4, 0.9, 3.0):
        duration.record(value)

    batch = sdk.collect(Converter(scope_labels=False, exponential_bounds=(0.5, 1.0, 2.0)))

    buckets = {labels.get("le"): value for labels, value in named(batch, "duration_bucket").items()}
    assert buckets == {"0.5": 2.0, "1.0": 3.0, "2.0": 3.0, "+Inf": 4.0}


def test_scope_labels_are_on_every_series_unless_switched_off(sdk: Sdk) -> None:
    sdk.meter.create_counter("a").add(1)

    (on,) = named(sdk.collect(Converter()), "a_total")
    (off,) = named(sdk.collect(bare()), "a_total")

    assert on.without(NAME, *IDENTITY).as_dict() == {
        "otel_scope_name": "lib",
        "otel_scope_version": "1.2",
        "otel_scope_schema_url": "https://schema",
        "otel_scope_team": "a",
    }
    assert off == Labels.of({NAME: "a_total", **IDENTITY})


def test_the_identity_wins_over_attributes_of_the_same_name(sdk: Sdk) -> None:
    sdk.meter.create_counter("a").add(1, {"job": "mine"})

    (labels,) = named(sdk.collect(bare()), "a_total")

    assert labels.get("job") == "eu/shop"


def test_target_info_holds_the_rest_of_the_resource() -> None:
    info = target_info({**RESOURCE.attributes, "host.name": "h1"})

    assert info == Labels.of({NAME: "target_info", "host_name": "h1", **IDENTITY})
    assert target_info({"service.name": "shop"}) is None


def test_promoted_resource_attributes_are_on_every_series() -> None:
    sdk = Sdk(resource=Resource({"service.name": "shop", "host.name": "h1"}))
    sdk.meter.create_counter("a").add(1)

    batch = sdk.collect(Converter(scope_labels=False, promote=["host.name", "nobody"]))

    assert [labels.get("host_name") for labels in batch.labels] == ["h1", "h1"]


def test_several_resources_are_told_apart_and_old_ones_forgotten() -> None:
    converter = Converter(scope_labels=False)
    jobs = []
    for name in ("one", "two", "three", "four", "one"):
        sdk = Sdk(resource=Resource({"service.name": name}))
        sdk.meter.create_counter("a").add(1)
        jobs.append([labels.get("job") for labels in sdk.collect(converter).labels])

    assert jobs == [["one"], ["two"], ["three"], ["four"], ["one"]]
    assert len(converter._infos) <= 3


def test_a_point_of_the_overflow_keeps_its_mark(sdk: Sdk) -> None:
    sdk.meter.create_counter("a").add(1, {"otel.metric.overflow": True})

    (labels,) = named(sdk.collect(bare()), "a_total")

    assert labels.get("otel_metric_overflow") == "true"


def test_two_metrics_that_end_in_one_series_are_counted_and_the_first_is_kept(sdk: Sdk) -> None:
    sdk.meter.create_counter("a.b").add(1)
    sdk.meter.create_counter("a_b").add(5)
    converter = bare()

    batch = sdk.collect(converter)

    assert list(named(batch, "a_b_total").values()) == [1.0]
    assert converter.stats()["duplicates"] == 1


def test_a_metric_without_a_usable_name_is_refused_once(caplog: pytest.LogCaptureFixture) -> None:
    sdk = Sdk(View(instrument_name="a", name="..."))
    sdk.meter.create_gauge("a").set(1)
    converter = bare()

    first, second = sdk.collect(converter), sdk.collect(converter)

    names = {labels.get(NAME) for batch in (first, second) for labels in batch.labels}
    assert names <= {"target_info"}
    assert converter.stats()["metrics_refused"] == 1
    assert caplog.text.count("is empty as a Prometheus name") == 1


def test_nothing_collected_is_an_empty_batch() -> None:
    batch = Converter().convert(None, 5)

    assert (list(batch.labels), len(batch.values), batch.time_ms) == ([], 0, 5)


def test_the_same_points_give_the_same_tuple_of_labels(sdk: Sdk) -> None:
    counter, converter = sdk.meter.create_counter("a"), Converter()
    counter.add(1, {"n": 1})
    first = sdk.collect(converter)

    counter.add(1, {"n": 1})
    second = sdk.collect(converter)
    counter.add(1, {"n": 2})
    third = sdk.collect(converter)

    assert second.labels is first.labels
    assert len(third.labels) == len(first.labels) + 1


def changing(sets: list[list[dict[str, int]]]) -> Callable[[CallbackOptions], list[Observation]]:
    """Return a callback that reports the next list of attribute sets at each collection."""
    left = iter(sets)
    return lambda _: [Observation(attributes["n"] * 10, attributes) for attributes in next(left)]


def test_values_follow_their_labels_when_points_come_and_go(sdk: Sdk) -> None:
    sets = [[{"n": 1}, {"n": 2}], [{"n": 2}], [{"n": 3}, {"n": 2}, {"n": 1}], []]
    sdk.meter.create_observable_gauge("g", [changing(sets)])
    converter = bare()

    seen = [named(sdk.collect(converter), "g") for _ in sets]

    assert [{labels.get("n"): value for labels, value in part.items()} for part in seen] == [
        {str(attributes["n"]): attributes["n"] * 10.0 for attributes in part} for part in sets
    ]


def test_what_is_remembered_of_points_that_are_gone_is_dropped(sdk: Sdk) -> None:
    sets = [[{"n": number}] for number in range(20)]
    sdk.meter.create_observable_gauge("g", [changing(sets)])
    converter = bare()

    for _ in sets:
        sdk.collect(converter)

    (plan,) = converter._plans.values()
    assert len(plan._known) < 6


def test_a_batch_goes_into_the_store_as_it_is(sdk: Sdk) -> None:
    sdk.meter.create_histogram("d", unit="s").record(1.0)
    store, converter = SeriesStore(), Converter()

    assert store.append(sdk.collect(converter, time_ms=1000))
    assert store.append(sdk.collect(converter, time_ms=2000))
    assert store.stats()["stale_markers"] == 0
    assert store.metadata()["d_seconds"].unit == "s"


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        (5, "5.0"),
        (0.005, "0.005"),
        (0, "0.0"),
        (float("inf"), "+Inf"),
        (2.5, "2.5"),
        (100_000, "100000.0"),
        (1_000_000, "1e+06"),
        (1_048_576, "1.048576e+06"),
        (-2.5e7, "-2.5e+07"),
        (0.0001, "0.0001"),
        (2.5e-5, "2.5e-05"),
        (1e100, "1e+100"),
    ],
)
def test_bounds_are_written_as_the_collector_writes_them(bound: float, text: str) -> None:
    assert le_text(bound) == text
