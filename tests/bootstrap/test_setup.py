"""One call sets up; further calls join; an end leaves the process quiet."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from opentelemetry import metrics, trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry
from otel_monitoring.errors import SettingsError
from tests.telemetry.receivers import http_receiver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.telemetry.receivers import Receiver

pytestmark = pytest.mark.usefixtures("fresh_process")

QUIET: dict[str, Any] = {
    "system": {"enabled": False},
    "instrumentation": {"libraries": False, "threads": False},
}
SECRET = "hunter2-Tr0ub4dor"


def an_app() -> Starlette:
    return Starlette(routes=[Route("/hello", lambda _request: PlainTextResponse("hello"))])


def span_names(receiver: Receiver) -> list[str]:
    requests = [
        ExportTraceServiceRequest.FromString(one.body) for one in receiver.received if "traces" in one.path
    ]
    return [
        span.name
        for request in requests
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_a_second_call_with_the_same_settings_changes_and_says_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = setup_telemetry(service_name="shop", **QUIET)
    caplog.clear()

    second = setup_telemetry(service_name="shop", **QUIET)

    assert second is first
    assert caplog.text == ""


def test_a_second_call_with_other_settings_says_what_differs(caplog: pytest.LogCaptureFixture) -> None:
    first = setup_telemetry(service_name="shop", **QUIET)

    second = setup_telemetry(service_name="till", alerts={"interval_s": 5}, **QUIET)

    assert second is first
    (record,) = [one for one in caplog.records if "called again" in one.getMessage()]
    text = record.getMessage()
    assert all(word in text for word in ("service_name", "shop", "till", "alerts.interval_s", "15", "5"))
    assert "alerts.enabled" not in text


@pytest.mark.parametrize(
    "options",
    [
        {"api": {"token": SECRET}},
        {"notify": {"channels": [f"https://hooks.example.org/x?token={SECRET}"]}},
        {"notify": {"webhook_headers": {"Authorization": SECRET}}},
        {"jwt": {"key": SECRET, "algorithms": ["HS256"]}},
        {"correlation": {"user_hash_key": SECRET}},
    ],
)
def test_the_difference_shows_no_secret(options: Mapping[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    setup_telemetry(**QUIET)

    setup_telemetry(**QUIET, **options)

    ((group, fields),) = options.items()
    assert f"{group}.{next(iter(fields))}" in caplog.text
    assert SECRET not in caplog.text


def test_a_second_application_is_instrumented_and_the_first_not_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two = an_app(), an_app()
    with http_receiver() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        monitoring = setup_telemetry(one, **QUIET)
        setup_telemetry(one, **QUIET)
        setup_telemetry(two, **QUIET)
        for app in (one, two):
            assert TestClient(app).get("/hello").text == "hello"
        monitoring.shutdown(10)

    assert span_names(receiver) == ["GET /hello", "GET /hello"]


def test_after_a_shutdown_another_call_starts_anew_and_each_span_arrives_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with http_receiver() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        instances = []
        for number in range(3):
            instances.append(setup_telemetry(**QUIET))
            trace.get_tracer("tests").start_span(f"span {number}").end()
            instances[-1].shutdown(10)

    assert len({id(one) for one in instances}) == 3
    assert span_names(receiver) == ["span 0", "span 1", "span 2"]


def test_without_an_endpoint_nothing_is_exported_and_no_thread_waits_for_it() -> None:
    before = set(threading.enumerate())
    monitoring = setup_telemetry(**QUIET)
    trace.get_tracer("tests").start_span("x").end()
    metrics.get_meter("tests").create_counter("x").add(1)

    assert monitoring.force_flush(1)
    assert monitoring.exports.all() == []
    started = {thread.name for thread in set(threading.enumerate()) - before}
    assert not started & {"otel-monitoring-traces", "otel-monitoring-metrics", "otel-monitoring-logs"}


def test_a_disabled_sdk_leaves_everything_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "TRUE")
    threads = set(threading.enumerate())
    app = an_app()

    monitoring = setup_telemetry(app, **QUIET)

    assert monitoring.app is app
    assert app.middleware_stack is None
    assert set(threading.enumerate()) == threads
    assert not trace.get_tracer("tests").start_span("x").is_recording()
    assert monitoring.force_flush(1)
    assert monitoring.shutdown(1)


def test_a_setting_that_cannot_be_used_is_named_and_nothing_runs() -> None:
    threads = set(threading.enumerate())

    with pytest.raises(SettingsError, match="trace_sample_rate"):
        setup_telemetry(trace_sample_rate=7, **QUIET)

    assert set(threading.enumerate()) == threads


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "smoke"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
        ("OTEL_TRACES_EXPORTER", "nonsense"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_and_no_provider_is_set(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError, match=variable):
        setup_telemetry(**QUIET)

    assert not trace.get_tracer("tests").start_span("x").is_recording()


def test_a_shutdown_leaves_no_thread_of_ours() -> None:
    threads = set(threading.enumerate())
    monitoring = setup_telemetry()

    monitoring.shutdown(10)

    left = {thread.name for thread in set(threading.enumerate()) - threads}
    assert not {name for name in left if name.startswith("otel")}


def test_a_set_up_that_is_refused_leaves_nothing_patched() -> None:
    before = httpx.HTTPTransport.handle_request

    with pytest.raises(SettingsError, match="fortnight"):
        setup_telemetry(Starlette(), rate_limits=["5/fortnight by ip"])

    assert httpx.HTTPTransport.handle_request is before
