"""Probes of packages and variables."""

from __future__ import annotations

from importlib.metadata import Distribution, EntryPoint
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.cli import probes_surroundings
from otel_monitoring.cli.probes_surroundings import libraries, software, variables
from tests.cli.patients import found, patient

if TYPE_CHECKING:
    from pathlib import Path


def test_packages_that_go_together_are_on() -> None:
    states = {finding.name: finding.state for finding in software(patient())}

    assert set(states.values()) == {"on"}
    assert {"Python", "otel-monitoring", "OpenTelemetry SDK", "OpenTelemetry contrib"} <= set(states)


@pytest.mark.parametrize(
    ("packages", "name", "state", "reason"),
    [
        ({"opentelemetry-sdk": None}, "OpenTelemetry SDK", "fail", "not installed"),
        ({"opentelemetry-api": "1.44.0"}, "OpenTelemetry SDK", "warn", "SDK 1.45.1 with API 1.44.0"),
        ({"opentelemetry-instrumentation": None}, "OpenTelemetry contrib", "fail", "is not installed"),
        ({"opentelemetry-instrumentation": "0.60b0"}, "OpenTelemetry contrib", "warn", "another SDK"),
        ({"joserfc": None}, "joserfc", "off", "not installed; serves user and tenant"),
    ],
)
def test_packages_that_do_not_go_together_are_told(
    packages: dict[str, str | None], name: str, state: str, reason: str
) -> None:
    finding = found(software, patient(packages=packages))[name]

    assert finding.state == state
    assert reason in finding.reason
    assert finding.advice.startswith("pip install ")


def test_releases_that_differ_in_their_last_digits_go_together() -> None:
    packages = {"opentelemetry-instrumentation": "0.66b0"}

    assert found(software, patient(packages=packages))["OpenTelemetry contrib"].state == "on"


def test_variables_in_force_are_listed_and_ours_are_not() -> None:
    environ = {"OTEL_SERVICE_NAME": "shop", "OTEL_MONITORING_ENABLED": "true", "PATH": "/bin"}

    assert {name: one.reason for name, one in found(variables, patient(environ)).items()} == {
        "OTEL_SERVICE_NAME": "shop"
    }


def test_no_variable_is_said_in_words() -> None:
    assert found(variables, patient())["OTEL_*"].state == "off"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert found(variables, patient({"OTEL_SERVICE_NAME": ""}))["OTEL_SERVICE_NAME"].state == "off"


def test_a_disabled_sdk_is_doubtful() -> None:
    finding = found(variables, patient({"OTEL_SDK_DISABLED": "True"}))["OTEL_SDK_DISABLED"]

    assert finding.state == "warn"


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=hunter2,b = hunter2", "a=**********,b=**********"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=hunter2", "a=**********"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://u:hunter2@host:4318/x", "https://**********@host:4318/x"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://host/x?key=hunter2", "https://host/x?**********"),
        ("OTEL_VENDOR_TOKEN", "hunter2", "**********"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://host:4318", "http://host:4318"),
    ],
)
def test_secrets_in_variables_are_masked(name: str, text: str, shown: str) -> None:
    assert found(variables, patient({name: text}))[name].reason == shown


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that some instrumentations are installed."""
    points = []
    for name, requirement in [
        ("good", "pytest>=1"),
        ("old", "pytest<1"),
        ("lonely", "no-such-library"),
        ("fastapi", "pytest"),
    ]:
        folder = tmp_path / f"{name}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: contrib-{name}\nVersion: 0.66b1\n"
            f"Provides-Extra: instruments\nRequires-Dist: {requirement}; extra == 'instruments'\n"
        )
        point = EntryPoint(name, "module:Class", "opentelemetry_instrumentor")
        vars(point)["dist"] = Distribution.at(folder)
        points.append(point)
    monkeypatch.setattr(probes_surroundings, "entry_points", lambda *, group: points)


@pytest.mark.usefixtures("installed")
def test_an_instrumentation_needs_a_library_of_the_right_version() -> None:
    findings = found(libraries, patient())

    assert {name: one.state for name, one in findings.items()} == {
        "good": "on",
        "old": "warn",
        "lonely": "off",
        "fastapi": "off",
    }
    assert "contrib-old 0.66b1 takes pytest<1; installed is pytest" in findings["old"].reason
    assert findings["lonely"].reason == "the library is not installed (no-such-library)"


@pytest.mark.usefixtures("installed")
def test_an_instrumentation_can_be_switched_off() -> None:
    some = found(libraries, patient(settings={"instrumentation": {"disabled": ["good", "goood"]}}))
    none = found(libraries, patient(settings={"instrumentation": {"libraries": False}}))

    assert (some["good"].state, some["old"].state) == ("off", "warn")
    assert some["goood"].state == "warn"
    assert {one.state for one in none.values()} == {"off"}


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("server", "state"), [("ours", "off"), ("off", "off"), ("contrib", "on")])
def test_a_server_is_instrumented_by_one_alone(server: str, state: str) -> None:
    one = patient(settings={"http_instrumentation": server})

    assert found(libraries, one)["fastapi"].state == state
