"""The switches of FastAPI's own telemetry."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette

from otel_monitoring.instrument import fastapi


class Shop(FastAPI):
    """An application of a class of its own."""


@pytest.mark.parametrize(("app", "expected"), [(FastAPI(), True), (Shop(), True), (Starlette(), False)])
def test_an_application_is_fastapis_by_its_class(app: Any, expected: bool) -> None:
    assert fastapi.is_fastapi(app) is expected


def test_what_has_no_switches_is_left_alone() -> None:
    app = Starlette()
    before = dict(vars(app))

    assert fastapi.silence(app) is False
    assert vars(app) == before


def test_its_own_telemetry_is_used_without_spans_for_operations() -> None:
    app = FastAPI(telemetry={"tracing": False})

    used = fastapi.use_own(
        app, tracer_provider="tracers", meter_provider="meters", logger_provider=None, leaves_out=bool
    )

    switches = fastapi.own_telemetry(app)
    assert used
    assert switches is not None
    assert (switches["tracing"], switches["operation_spans"]) == (True, False)
    assert (switches["tracer_provider"], switches["meter_provider"]) == ("tracers", "meters")


def test_contrib_is_seen_on_an_application_by_its_mark() -> None:
    app = FastAPI()
    before = fastapi.has_contrib(app)

    vars(app)["_is_instrumented_by_opentelemetry"] = True

    assert (before, fastapi.has_contrib(app)) == (False, True)
