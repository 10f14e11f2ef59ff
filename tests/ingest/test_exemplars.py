"""Exemplars, from a measurement within a span to the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.trace import TracerProvider

from otel_monitoring.ingest.convert import Converter
from otel_monitoring.ingest.exemplars import ExemplarTap
from otel_monitoring.model.labels import Labels
from otel_monitoring.stores.exemplars import Exemplar, ExemplarStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOREVER_MS = 1 << 60


class Recorded:
    """A meter, a tracer and the way of their exemplars into a store."""

    def __init__(self, *, views: Sequence[View] = (), **options: Any) -> None:
        self.reader = InMemoryMetricReader()
        self.meter = MeterProvider([self.reader], views=views).get_meter("shop")
        self.tracer = TracerProvider().get_tracer("shop")
        self.store = ExemplarStore()
        tap = ExemplarTap(put=self.store.put, **options)
        self.converter = Converter(scope_labels=False, exemplars=tap)

    def collect(self) -> dict[Labels, list[Exemplar]]:
        """Return all exemplars after one collection, by series without job and instance."""
        self.converter.convert(self.reader.get_metrics_data(), 1)
        found = self.store.select([], 0, FOREVER_MS)
        return {labels.without("job", "instance"): held for labels, held in found}


def test_names_the_trace_and_span_of_a_count() -> None:
    """The exemplar of a counter belongs to its total."""
    recorded = Recorded()
    with recorded.tracer.start_as_current_span("pay") as span:
        recorded.meter.create_counter("orders").add(2)

    [(series, [exemplar])] = recorded.collect().items()

    context = span.get_span_context()
    assert series == Labels.of(__name__="orders_total")
    assert exemplar.value == 2.0
    assert exemplar.labels == Labels.of(
        trace_id=f"{context.trace_id:032x}", span_id=f"{context.span_id:016x}"
    )
    assert span.start_time is not None  # type: ignore[attr-defined]
    assert exemplar.time_ms >= span.start_time // 1_000_000  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("value", "le"), [(0.3, "0.5"), (0.5, "0.5"), (0.51, "1.0"), (7.0, "+Inf"), (0.0, "0.5")]
)
def test_belongs_to_the_bucket_that_it_fell_into(value: float, le: str) -> None:
    """Bounds are inclusive above; what is beyond all of them fell into the infinite one."""
    recorded = Recorded()
    histogram = recorded.meter.create_histogram("wait", explicit_bucket_boundaries_advisory=[0.5, 1.0])
    with recorded.tracer.start_as_current_span("pay"):
        histogram.record(value, {"queue": "q"})

    assert list(recorded.collect()) == [Labels.of(__name__="wait_bucket", le=le, queue="q")]


def test_finds_the_bucket_of_an_exponential_histogram() -> None:
    """It is counted into fixed bounds, and so are its exemplars."""
    recorded = Recorded(
        views=[View(instrument_name="wait", aggregation=ExponentialBucketHistogramAggregation())]
    )
    with recorded.tracer.start_as_current_span("pay"):
        recorded.meter.create_histogram("wait").record(0.3)

    [series] = recorded.collect()

    assert series.get("__name__") == "wait_bucket"
    assert float(series.get("le")) >= 0.3


def test_finds_the_series_among_several_points() -> None:
    """Every point has its own series."""
    recorded = Recorded()
    histogram = recorded.meter.create_histogram("wait", explicit_bucket_boundaries_advisory=[0.5])
    histogram.record(0.1, {"queue": "a"})
    with recorded.tracer.start_as_current_span("pay"):
        histogram.record(0.1, {"queue": "b"})

    assert list(recorded.collect()) == [Labels.of(__name__="wait_bucket", le="0.5", queue="b")]


def test_hears_nothing_outside_of_a_sampled_span() -> None:
    """An exemplar leads to a trace; where there is none, the SDK keeps none."""
    recorded = Recorded()
    recorded.meter.create_counter("orders").add(1)

    assert recorded.collect() == {}


def test_keeps_what_was_collected_once_once() -> None:
    """A second collection without measurements brings nothing new."""
    recorded = Recorded()
    with recorded.tracer.start_as_current_span("pay"):
        recorded.meter.create_counter("orders").add(1)

    first = recorded.collect()

    assert recorded.collect() == first
    assert recorded.store.stats()["added"] == 1


def test_redacts_the_attributes_that_a_view_took_out() -> None:
    """They are kept with the exemplar, as far as they may be."""

    def redact(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        return {key: "***" if key == "card" else value for key, value in attributes.items()}

    recorded = Recorded(
        views=[View(instrument_name="orders", attribute_keys={"shop"})],
        redact=redact,
    )
    with recorded.tracer.start_as_current_span("pay"):
        recorded.meter.create_counter("orders").add(1, {"shop": "s", "card": "4111", "user.tier": "gold"})

    [(series, [exemplar])] = recorded.collect().items()

    assert series == Labels.of(__name__="orders_total", shop="s")
    assert exemplar.labels.only("card", "user_tier") == Labels.of(card="***", user_tier="gold")
