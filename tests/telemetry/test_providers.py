"""Whose providers are in force, with the process's own left as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from otel_monitoring.telemetry import existing, providers
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.telemetry.endpoint import Signal
    from otel_monitoring.telemetry.providers import Providers


class FakeVendorProvider:
    """A provider that speaks the API and lets nobody listen."""


def found_in_process(monkeypatch: pytest.MonkeyPatch, found: Mapping[Signal, Any]) -> None:
    """Let the process have set ``found``; what it has not is set for nobody but the test."""
    monkeypatch.setattr(existing, "current", found.get)
    for setter in ("trace.set_tracer_provider", "metrics.set_meter_provider", "_logs.set_logger_provider"):
        monkeypatch.setattr(f"opentelemetry.{setter}", lambda _provider: None)


def made(environ: Mapping[str, str] | None = None, **options: Any) -> Providers:
    return providers.providers(
        resource=Resource.create({}), clock=FakeClock(), environ=environ or {}, **options
    )


def test_ours_are_made_where_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    found_in_process(monkeypatch, {})

    result = made()

    assert type(result.tracer) is TracerProvider
    assert (result.joined, result.exported) == ({}, {})


def test_a_provider_that_is_there_is_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = TracerProvider(shutdown_on_exit=False)
    found_in_process(monkeypatch, {"traces": theirs})

    result = made()

    assert result.tracer is theirs
    assert result.joined == {"traces": "opentelemetry.sdk.trace.TracerProvider"}


@pytest.mark.parametrize(
    ("endpoint", "is_exported"), [("http://collector.test:4318", True), ("http://other.test:4318", False)]
)
def test_a_signal_counts_as_exported_where_it_goes_to_our_endpoint(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, is_exported: bool
) -> None:
    theirs = TracerProvider(shutdown_on_exit=False)
    theirs.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter("http://collector.test:4318/v1/traces")))
    found_in_process(monkeypatch, {"traces": theirs})

    result = made({"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"})

    assert ("traces" in result.exported) is is_exported


def test_ours_goes_beside_a_provider_that_lets_nobody_listen(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found_in_process(monkeypatch, {"traces": FakeVendorProvider()})

    result = made()

    assert type(result.tracer) is TracerProvider
    assert result.joined == {}
    assert "FakeVendorProvider" in caplog.text


def test_limits_that_the_environment_sets_win(monkeypatch: pytest.MonkeyPatch) -> None:
    found_in_process(monkeypatch, {})
    monkeypatch.setenv("OTEL_ATTRIBUTE_COUNT_LIMIT", "7")

    result = made(
        {"OTEL_ATTRIBUTE_COUNT_LIMIT": "7"}, attribute_chars=11, attributes_per_span=13, stacktrace_chars=12
    )

    limits = result.tracer._span_limits
    assert (limits.max_span_attributes, limits.max_span_attribute_length) == (7, 11)
    assert limits.max_attribute_length == 12
