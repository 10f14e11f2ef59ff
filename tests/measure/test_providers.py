"""Where hand-made telemetry goes."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

from otel_monitoring.measure.providers import HistogramDefinition, configure, instruments
from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from tests.measure.conftest import Recorded

DEFINITION = HistogramDefinition(
    metric=MetricDescription(name="d", unit="s", kind="histogram", description="Any."), boundaries=(1, 2)
)


def in_a_new_process(script: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    ).stdout


def test_a_histogram_is_made_once(recorded: Recorded) -> None:
    first = instruments().histogram(DEFINITION)

    assert instruments().histogram(DEFINITION) is first


def test_a_histogram_has_the_buckets_of_its_definition(recorded: Recorded) -> None:
    instruments().histogram(DEFINITION).record(1.5)

    assert recorded.point("d").explicit_bounds == (1, 2)


def test_configuring_again_starts_with_new_instruments(recorded: Recorded) -> None:
    before = instruments()

    configure()

    assert instruments() is not before


def test_before_set_up_everything_works_and_records_nothing() -> None:
    printed = in_a_new_process("""
        from otel_monitoring.measure.metrics import record_metric
        from otel_monitoring.measure.spans import span
        from otel_monitoring.measure.timers import monitor_performance, time_computation

        @monitor_performance("f")
        def f():
            return 7

        with span("s") as one, time_computation("c", input_size=3):
            record_metric("orders", 1, kind="counter")
            print(f(), one.is_recording())
    """)

    assert printed == "7 False\n"


def test_what_was_made_before_set_up_records_after_it() -> None:
    printed = in_a_new_process("""
        from opentelemetry import metrics, trace
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader
        from opentelemetry.sdk.trace import TracerProvider
        from otel_monitoring.measure.metrics import record_metric
        from otel_monitoring.measure.timers import monitor_performance

        @monitor_performance("f")
        def f():
            return trace.get_current_span().is_recording()

        print(f())
        record_metric("orders", 1, kind="counter")
        reader = InMemoryMetricReader()
        metrics.set_meter_provider(MeterProvider([reader]))
        trace.set_tracer_provider(TracerProvider())
        print(f())
        record_metric("orders", 2, kind="counter")
        (resource,) = reader.get_metrics_data().resource_metrics
        (scope,) = resource.scope_metrics
        for metric in sorted(scope.metrics, key=lambda metric: metric.name):
            (point,) = metric.data.data_points
            print(metric.name, getattr(point, "value", None) or point.count)
    """)

    assert printed.splitlines() == ["False", "True", "orders 2", "otel_monitoring.operation.duration 1"]
