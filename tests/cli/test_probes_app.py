"""Probes of the application and of what else instruments it."""

from __future__ import annotations

import pytest

from otel_monitoring.cli.application import Application
from otel_monitoring.cli.probes_app import application, others
from otel_monitoring.instrument.detect import foreign
from otel_monitoring.telemetry import existing
from tests.cli.patients import found, patient


class App:
    def __call__(self) -> None:
        """Serve nothing."""


class FakeRunning:
    """Stands for what ``setup_telemetry`` made around some applications."""

    def __init__(self, *apps: object) -> None:
        self._apps = apps

    def has(self, app: object) -> bool:
        return app in self._apps


@pytest.fixture(autouse=True)
def _no_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests may have set providers; nobody has here."""
    monkeypatch.setattr(existing, "current", lambda signal: None)


def test_without_a_name_no_application_is_looked_at() -> None:
    findings = found(application, patient())

    assert findings["application"].state == "off"
    assert "--app" in findings["application"].advice


def test_an_application_that_is_set_up_is_on() -> None:
    app = App()
    one = patient(settings={"service_name": "shop"}, app=Application("shop:app", app, FakeRunning(app)))

    findings = found(application, one)

    assert findings["application"].reason.startswith("shop:app: App of ")
    assert findings["set-up"].state == "on"
    assert findings["set-up"].reason.endswith("given in code: service_name")
    assert findings["traces provider"].state == "off"


@pytest.mark.parametrize(
    ("running", "reason"),
    [
        (None, "importing it does not call setup_telemetry"),
        (FakeRunning(App()), "setup_telemetry was called without this application"),
    ],
)
def test_an_application_that_is_not_set_up_is_doubtful(running: FakeRunning | None, reason: str) -> None:
    finding = found(application, patient(app=Application("shop:app", App(), running)))["set-up"]

    assert (finding.state, finding.reason) == ("warn", reason)
    assert "setup_telemetry(app)" in finding.advice


def test_an_application_that_cannot_be_imported_is_broken() -> None:
    finding = found(application, patient(app=Application("shop:app")))["application"]

    assert (finding.state, finding.reason) == ("fail", "shop:app cannot be imported")


def test_what_is_no_application_is_broken() -> None:
    finding = found(application, patient(app=Application("shop:number", 5)))["application"]

    assert (finding.state, finding.reason) == (
        "fail",
        "shop:number has the type int, which is no application",
    )


def test_providers_and_who_exports_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(existing, "current", lambda signal: App() if signal != "logs" else None)
    monkeypatch.setattr(existing, "otlp_exporter", lambda provider: "opentelemetry.exporter.OTLPSpanExporter")

    findings = found(application, patient(app=Application("shop:app", App())))

    assert findings["traces provider"].reason.endswith(
        "joined, and not exported again: OTLPSpanExporter does it"
    )
    assert findings["logs provider"].state == "off"


def test_what_else_is_at_work_is_told_in_the_words_of_the_detection() -> None:
    environ = {"PYTHONPATH": "/x/opentelemetry/instrumentation/auto_instrumentation:/y"}

    findings = found(others, patient(environ))

    (expected,) = (one for one in foreign(environ=environ) if one.name == "opentelemetry-instrument")
    finding = findings["opentelemetry-instrument"]
    assert (finding.state, finding.reason, finding.advice) == (
        expected.state,
        expected.consequence,
        expected.advice,
    )


def test_nothing_else_is_said_in_words() -> None:
    assert list(found(others, patient())) == ["others"]
