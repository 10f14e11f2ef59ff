"""Probes of the application and of what else instruments it."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.cli.probes_app import application, others
from otel_monitoring.telemetry import existing
from tests.cli.patients import found, patient

if TYPE_CHECKING:
    from pathlib import Path

APPS = """\
class App:
    async def __call__(self, scope, receive, send): ...

class Holder:
    app = App()

app = App()
holder = Holder()
number = 5
instrumented = App()
instrumented._is_instrumented_by_opentelemetry = True
"""


@pytest.fixture(autouse=True)
def _no_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests may have set providers; nobody has here."""
    monkeypatch.setattr(existing, "current", lambda signal: None)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a module in the current folder."""
    (tmp_path / "doctor_apps.py").write_text(APPS)
    (tmp_path / "doctor_broken.py").write_text("raise RuntimeError('no database')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "doctor_apps", raising=False)
    monkeypatch.delitem(sys.modules, "otel_monitoring.bootstrap", raising=False)
    return "doctor_apps"


def test_without_a_name_no_application_is_looked_at() -> None:
    findings = found(application, patient())

    assert findings["application"].state == "off"
    assert "--app" in findings["application"].advice


@pytest.mark.parametrize("name", ["app", "holder.app"])
def test_an_application_in_the_current_folder_is_found(module: str, name: str) -> None:
    findings = found(application, patient(app=f"{module}:{name}"))

    assert findings["application"].state == "on"
    assert findings["application"].reason.endswith("doctor_apps.App")
    assert findings["traces provider"].state == "off"


def test_an_application_that_is_not_set_up_is_doubtful(module: str) -> None:
    finding = found(application, patient(app=f"{module}:app"))["set-up"]

    assert finding.state == "warn"
    assert "setup_telemetry(app)" in finding.advice


def test_an_application_that_is_set_up_is_fine(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "otel_monitoring.bootstrap", ModuleType("otel_monitoring.bootstrap"))

    assert "set-up" not in found(application, patient(app=f"{module}:app"))


@pytest.mark.parametrize("name", ["doctor_broken:app", "doctor_nowhere:app", "doctor_apps:nothing"])
@pytest.mark.usefixtures("module")
def test_an_application_that_cannot_be_imported_is_broken(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    findings = found(application, patient(app=name))

    assert findings["application"].state == "fail"
    assert "Traceback" in caplog.text


def test_what_is_no_application_is_broken(module: str) -> None:
    finding = found(application, patient(app=f"{module}:number"))["application"]

    assert (finding.state, finding.reason) == (
        "fail",
        "doctor_apps:number has the type int, which is no application",
    )


def test_an_instrumentation_of_the_application_is_told(module: str) -> None:
    assert found(application, patient(app=f"{module}:instrumented"))["contrib"].state == "on"


def test_providers_and_who_exports_are_told(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Provider:
        pass

    provider = Provider()
    monkeypatch.setattr(existing, "current", lambda signal: provider if signal != "logs" else None)
    monkeypatch.setattr(
        existing, "otlp_exporter", lambda one: "opentelemetry.exporter.otlp.X" if one is provider else None
    )

    findings = found(application, patient(app=f"{module}:app"))

    assert "Provider, which exports with opentelemetry.exporter.otlp.X" in findings["traces provider"].reason
    assert findings["logs provider"].state == "off"


def test_the_exporter_of_fastapi_is_doubtful() -> None:
    finding = found(others, patient({"FASTAPI_OTEL_AUTO_CONFIGURE": "true"}))["FastAPI"]

    assert finding.state == "warn"


def test_a_process_started_by_the_launcher_is_told() -> None:
    environ = {"PYTHONPATH": "/x/opentelemetry/instrumentation/auto_instrumentation:/y"}

    assert found(others, patient(environ))["opentelemetry-instrument"].state == "on"


def test_an_installed_launcher_that_was_not_used_is_off() -> None:
    one = patient(packages={"opentelemetry-distro": "0.66b1"})

    assert found(others, one)["opentelemetry-instrument"].state == "off"


def test_nothing_else_is_said_in_words() -> None:
    assert list(found(others, patient())) == ["others"]


@pytest.mark.parametrize("active", [True, False])
def test_what_is_loaded_need_not_be_at_work(monkeypatch: pytest.MonkeyPatch, *, active: bool) -> None:
    """Logfire is loaded by its plugin for pydantic, without being configured."""
    config = SimpleNamespace(_initialized=active)
    fake_logfire = SimpleNamespace(DEFAULT_LOGFIRE_INSTANCE=SimpleNamespace(config=config))
    monkeypatch.setitem(sys.modules, "logfire", fake_logfire)
    monkeypatch.setitem(sys.modules, "sentry_sdk", SimpleNamespace(is_initialized=lambda: active))

    findings = found(others, patient(packages={"logfire": "5.2.0", "sentry-sdk": "2.75.0"}))

    assert {one.state for one in findings.values()} == {"on" if active else "off"}


@pytest.mark.parametrize(("package", "module"), [("ddtrace", "ddtrace"), ("elastic-apm", "elasticapm")])
def test_others_are_at_work_as_soon_as_they_are_loaded(
    monkeypatch: pytest.MonkeyPatch, package: str, module: str
) -> None:
    one = patient(packages={package: "1.0"})

    assert found(others, one)[package].state == "off"
    monkeypatch.setitem(sys.modules, module, ModuleType(module))
    assert found(others, one)[package].state == "on"
