"""The correlation on spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from otel_monitoring.context import correlation
from otel_monitoring.context.correlation import Correlation, bind, in_context
from otel_monitoring.context.spans import CorrelationSpanProcessor

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer
    from opentelemetry.util.types import AnyValue


class Telemetry:
    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(CorrelationSpanProcessor())
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer: Tracer = provider.get_tracer("tests")

    def attributes(self, name: str) -> dict[str, AnyValue]:
        (found,) = (span for span in self.exporter.get_finished_spans() if span.name == name)
        return dict(found.attributes or {})


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


def test_every_span_of_a_request_bears_its_id(telemetry: Telemetry) -> None:
    with (
        bind(request_id="r1"),
        telemetry.tracer.start_as_current_span("outer"),
        telemetry.tracer.start_as_current_span("inner"),
    ):
        pass

    assert telemetry.attributes("outer") == {"otel_monitoring.request.id": "r1"}
    assert telemetry.attributes("inner") == {"otel_monitoring.request.id": "r1"}


def test_a_span_outside_of_a_request_bears_nothing(telemetry: Telemetry) -> None:
    telemetry.tracer.start_span("alone").end()

    assert telemetry.attributes("alone") == {}


def test_the_parent_context_counts_rather_than_the_current_one(telemetry: Telemetry) -> None:
    with bind(request_id="current"):
        telemetry.tracer.start_span("there", context=in_context(Correlation("given"), Context())).end()
        telemetry.tracer.start_span("nowhere", context=Context()).end()

    assert telemetry.attributes("there") == {"otel_monitoring.request.id": "given"}
    assert telemetry.attributes("nowhere") == {}


def test_a_user_named_late_is_on_the_server_span_the_current_and_the_following(telemetry: Telemetry) -> None:
    with bind(request_id="r1") as mine, telemetry.tracer.start_as_current_span("server"):
        with telemetry.tracer.start_as_current_span("handler"):
            correlation.set_user("ada", tenant_id="acme")
        telemetry.tracer.start_span("after").end()

    expected = {
        "otel_monitoring.request.id": "r1",
        "user.hash": mine.user_hash,
        "otel_monitoring.tenant.id": "acme",
    }
    assert telemetry.attributes("server") == expected
    assert telemetry.attributes("handler") == expected
    assert telemetry.attributes("after") == expected


def test_a_server_span_that_bears_the_id_already_is_left_as_it_is(telemetry: Telemetry) -> None:
    own = {"otel_monitoring.request.id": "written by the middleware"}

    with bind(request_id="r1") as mine:
        span = telemetry.tracer.start_span("server", attributes=own)
        telemetry.tracer.start_span("child").end()
        span.end()

    assert mine.span is span
    assert telemetry.attributes("server") == own
    assert telemetry.attributes("child") == {"otel_monitoring.request.id": "r1"}


def test_an_unsampled_request_costs_no_span() -> None:
    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    provider.add_span_processor(CorrelationSpanProcessor())

    with bind() as mine, provider.get_tracer("tests").start_as_current_span("dropped"):
        correlation.set_user("ada")

    assert mine.span is None
    assert mine.user_hash is not None
