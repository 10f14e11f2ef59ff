"""Exponential histograms as explicit buckets."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    Buckets,
    ExponentialHistogramDataPoint,
    InMemoryMetricReader,
)
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View

from otel_monitoring.ingest.exponential import DEFAULT_BOUNDS, bucket_counts


def counted(values: list[float], bounds: list[float]) -> list[int]:
    """Count ``values`` with the SDK's exponential histogram, then into ``bounds``."""
    reader = InMemoryMetricReader()
    view = View(instrument_name="h", aggregation=ExponentialBucketHistogramAggregation())
    provider = MeterProvider([reader], views=[view], shutdown_on_exit=False)
    histogram = provider.get_meter("m").create_histogram("h")
    for value in values:
        histogram.record(value)
    data = reader.get_metrics_data()
    provider.shutdown()
    assert data is not None
    (point,) = data.resource_metrics[0].scope_metrics[0].metrics[0].data.data_points
    return bucket_counts(point, bounds)


def test_the_bounds_ascend() -> None:
    assert all(low < high for low, high in pairwise(DEFAULT_BOUNDS))
    assert (DEFAULT_BOUNDS[0], DEFAULT_BOUNDS[-1]) == (0.001, 50_000.0)


def test_powers_of_two_fall_below_the_bound_of_the_same_value() -> None:
    assert counted([0.5, 1.0, 2.0, 4.0], [0.5, 1.0, 2.0]) == [1, 1, 1, 1]


def test_negative_values_are_counted_below_zero() -> None:
    """At scale 0 the bucket -1 holds magnitudes from 0.5 to 1, the bucket 1 those from 2 to 4."""
    point = ExponentialHistogramDataPoint(
        attributes={},
        start_time_unix_nano=0,
        time_unix_nano=0,
        count=7,
        sum=0.0,
        scale=0,
        zero_count=1,
        positive=Buckets(offset=1024, bucket_counts=[4]),
        negative=Buckets(offset=-1, bucket_counts=[1, 0, 1]),
        flags=0,
        min=-4.0,
        max=3.0,
    )

    assert bucket_counts(point, [-2.0, -0.5, 0.5, 4.0]) == [1, 1, 1, 0, 4]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40))
def test_no_value_is_lost_and_none_is_early(values: list[float]) -> None:
    bounds = list(DEFAULT_BOUNDS)

    counts = counted(values, bounds)

    assert sum(counts) == len(values)
    for at in range(len(bounds)):
        assert sum(counts[: at + 1]) <= sum(value <= bounds[at] * (1 + 1e-9) for value in values)
