"""What else instruments the process; vendors that are not installed are stood in for by fake modules."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.propagators.composite import CompositePropagator
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.opentelemetry import OpenTelemetryMiddleware as StarletteTelemetry

from otel_monitoring.instrument import detect, fastapi

if TYPE_CHECKING:
    from collections.abc import Mapping

VENDORS = ("logfire", "sentry_sdk", "ddtrace", "elasticapm", "newrelic.agent")
AUTO = "opentelemetry.instrumentation.auto_instrumentation"


@pytest.fixture(autouse=True)
def _nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget for the test what others have loaded."""
    for name in (*VENDORS, AUTO):
        monkeypatch.delitem(sys.modules, name, raising=False)


def names(*, environ: Mapping[str, str] | None = None, app: Any = None) -> list[str]:
    return [found.name for found in detect.foreign(environ=environ or {}, app=app)]


def consequence(name: str) -> str:
    (found,) = [found for found in detect.foreign(environ={}) if found.name == name]
    return found.consequence


def fake_module(monkeypatch: pytest.MonkeyPatch, name: str, **fields: Any) -> None:
    module = ModuleType(name)
    vars(module).update(fields)
    monkeypatch.setitem(sys.modules, name, module)


def fake_sentry(monkeypatch: pytest.MonkeyPatch, *, integration: Any = None, **options: Any) -> None:
    client = SimpleNamespace(options=options, get_integration=lambda _name: integration)
    fake_module(monkeypatch, "sentry_sdk", is_initialized=lambda: True, get_client=lambda: client)


def test_nothing_else_is_nothing_to_tell() -> None:
    assert names() == []


def test_vendors_that_are_loaded_but_not_started_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_module(monkeypatch, "logfire")
    fake_module(monkeypatch, "sentry_sdk", is_initialized=lambda: False)
    fake_module(monkeypatch, "elasticapm", get_client=lambda: None)

    assert names() == []


def test_logfire_is_told_when_it_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    config = SimpleNamespace(_initialized=True)
    fake_module(monkeypatch, "logfire", DEFAULT_LOGFIRE_INSTANCE=SimpleNamespace(config=config))

    assert names() == ["Logfire"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "its errors in a form"),
        ({"traces_sample_rate": 1.0}, "its errors and transactions"),
        ({"integration": object()}, "by OTLP"),
    ],
)
def test_sentry_is_told_with_what_it_records(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], said: str
) -> None:
    fake_sentry(monkeypatch, **options)

    assert said in consequence("Sentry")


@pytest.mark.parametrize(
    ("module", "fields", "name"),
    [
        ("ddtrace", {}, "Datadog"),
        ("elasticapm", {"get_client": object}, "Elastic APM"),
        ("newrelic.agent", {}, "New Relic"),
    ],
)
def test_other_vendors_are_told_when_they_are_at_work(
    monkeypatch: pytest.MonkeyPatch, module: str, fields: dict[str, Any], name: str
) -> None:
    fake_module(monkeypatch, module, **fields)

    assert names() == [name]


def test_the_launcher_is_told_by_its_folder() -> None:
    path = "/site-packages/opentelemetry/instrumentation/auto_instrumentation"

    assert names(environ={"PYTHONPATH": path}) == ["opentelemetry-instrument"]


def test_a_propagator_without_traceparent_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect, "get_global_textmap", lambda: CompositePropagator([]))

    (found,) = detect.foreign(environ={})

    assert (found.state, found.consequence) == ("warn", "outgoing calls carry nothing and no traceparent")


def test_fastapis_own_exporters_are_told_to_be_off() -> None:
    (found,) = detect.foreign(environ={"FASTAPI_OTEL_AUTO_CONFIGURE": "True"})

    assert found.state == "off"


def test_a_silenced_fastapi_is_nothing_to_tell() -> None:
    app = FastAPI()
    before = names(app=app)

    fastapi.silence(app)

    assert (before, names(app=app)) == (["FastAPI"], [])


@pytest.mark.parametrize(
    ("middleware", "name"),
    [(OpenTelemetryMiddleware, "contrib middleware"), (StarletteTelemetry, "starlette middleware")],
)
def test_a_middleware_is_told_before_and_after_the_stack_is_built(middleware: Any, name: str) -> None:
    app = Starlette(middleware=[Middleware(middleware)])
    before = names(app=app)

    app.middleware_stack = app.build_middleware_stack()

    assert (before, names(app=app)) == ([name], [name])


def test_an_application_that_contrib_instruments_is_told() -> None:
    app = Starlette()
    vars(app)["_is_instrumented_by_opentelemetry"] = True

    assert names(app=app) == ["contrib middleware"]


def test_real_logfire_and_sentry_are_told_in_a_process_of_their_own() -> None:
    script = """
import os, logfire, sentry_sdk
logfire.configure(send_to_logfire=False, console=False)
sentry_sdk.init(dsn="http://public@127.0.0.1:9/1", traces_sample_rate=1.0)
from otel_monitoring.instrument import detect
print([found.name for found in detect.foreign(environ={})])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.strip() == "['Logfire', 'Sentry']"
