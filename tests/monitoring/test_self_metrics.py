"""What the toolkit says of itself, under which names."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.semconv._incubating.attributes import otel_attributes
from opentelemetry.semconv._incubating.metrics import otel_metrics

from otel_monitoring.guard import Guard
from otel_monitoring.monitoring.export import Exports
from otel_monitoring.monitoring.loop import Loop
from otel_monitoring.monitoring.self_metrics import METRICS, SelfMetrics
from otel_monitoring.telemetry.circuit import Circuit
from otel_monitoring.telemetry.pipeline import ExportError, Pipeline
from otel_monitoring.testing import FakeClock

_RESERVED = {"job", "instance", "le", "quantile", "__name__"}


class Refusing:
    """An exporter whose destination takes nothing."""

    def prepare(self) -> None:
        """Nothing to prepare."""

    def export(self, batch: Any, timeout_s: float) -> int:
        reason = "http_400"
        raise ExportError(reason, "no", retry=False)

    def close(self) -> None:
        """Nothing to close."""


class Rig:
    """Self metrics over a real meter."""

    def __init__(self) -> None:
        self.reader = InMemoryMetricReader()
        self.provider = MeterProvider([self.reader], shutdown_on_exit=False)
        self.metrics = SelfMetrics(self.provider.get_meter("otel_monitoring"))

    def points(self) -> dict[str, list[tuple[float, dict[str, Any]]]]:
        data: Any = self.reader.get_metrics_data()
        return {
            metric.name: [(point.value, dict(point.attributes)) for point in metric.data.data_points]
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.mark.parametrize("metric", METRICS, ids=[metric.name for metric in METRICS])
def test_every_name_is_ours_or_one_of_the_conventions(metric: Any) -> None:
    conventional = {value for name, value in vars(otel_metrics).items() if name.startswith("OTEL_")}

    assert metric.name.startswith("otel_monitoring.") or metric.name in conventional
    assert metric.description.endswith(".")
    assert metric.unit


@pytest.mark.parametrize("metric", METRICS, ids=[metric.name for metric in METRICS])
def test_attributes_are_no_reserved_labels_and_conventional_where_they_say_so(metric: Any) -> None:
    """An attribute called ``job`` would make the Collector's exporter drop the metric."""
    conventional = {value for name, value in vars(otel_attributes).items() if name.startswith("OTEL_")}
    attributes = set(metric.attributes)

    assert not attributes & _RESERVED
    assert {name for name in attributes if name.startswith("otel.")} <= conventional


def test_pipelines_tell_what_waits_arrives_and_is_lost() -> None:
    rig, clock = Rig(), FakeClock()
    pipeline: Pipeline[str] = Pipeline(
        "traces",
        make_exporter=Refusing,
        clock=clock,
        guard=Guard("export.traces"),
        circuit=Circuit(clock=clock),
        shield=nullcontext,
        capacity=7,
    )
    rig.metrics.watch_exports(Exports({"traces": [pipeline], "logs": []}))
    pipeline.put("lost")
    pipeline.flush(10)

    points = rig.points()

    attributes = {"otel.component.name": "traces", "otel.component.type": "otel_monitoring_queue"}
    assert points["otel.sdk.processor.span.queue.size"] == [(0, attributes)]
    assert points["otel.sdk.processor.span.queue.capacity"] == [(7, attributes)]
    assert points["otel_monitoring.export.dropped"] == [(1, {"signal": "traces", "reason": "http_400"})]
    assert points["otel_monitoring.export.exported"] == [(0, {"signal": "traces"})]
    assert points["otel_monitoring.export.circuit.open"] == [(0, {"signal": "traces"})]
    pipeline.close(pipeline.begin_flush(1))


def test_jobs_tell_how_often_and_how_long_they_ran() -> None:
    rig, clock = Rig(), FakeClock()
    loop = Loop(clock=clock, shield=nullcontext)
    loop.add("collect", 15.0, lambda _now_ms: clock.advance(2.0))
    rig.metrics.watch_loop(loop)

    loop.tick(0)

    points = rig.points()
    assert points["otel_monitoring.job.runs"] == [(1, {"job.name": "collect"})]
    assert points["otel_monitoring.job.duration"] == [(2.0, {"job.name": "collect"})]


def test_errors_are_counted_by_place_and_type_over_all_guards_of_a_place() -> None:
    rig = Rig()
    guards = [Guard("tap.tests"), Guard("tap.tests"), Guard("job.tests")]
    rig.metrics.watch_guards(lambda: guards)
    for guard in guards:
        guard.caught(ValueError("x"))

    found = sorted(
        (attributes["place"], count) for count, attributes in rig.points()["otel_monitoring.errors"]
    )

    assert found == [("job.tests", 1), ("tap.tests", 2)]


def test_a_name_that_is_not_in_the_table_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Rig().metrics.observe("otel_monitoring.unheard", list)
