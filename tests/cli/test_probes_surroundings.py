"""Probes of packages and variables."""

from __future__ import annotations

import pytest

from otel_monitoring.cli.probes_surroundings import software, variables
from tests.cli.patients import found, patient


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
