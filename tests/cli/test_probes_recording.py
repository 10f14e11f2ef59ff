"""Probes of what is recorded."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.cli.probes_recording import recording, settings
from tests.cli.patients import found, patient


def test_a_setting_that_cannot_be_used_is_broken() -> None:
    finding = found(settings, patient({"OTEL_MONITORING_ALERTS__INTERVAL_S": "-1"}))["alerts.interval_s"]

    assert finding.state == "fail"
    assert finding.reason.startswith("'-1' (environment variable OTEL_MONITORING_ALERTS__INTERVAL_S)")


def test_an_unknown_variable_is_doubtful() -> None:
    finding = found(settings, patient({"OTEL_MONITORING_ALERTS__INTERVAL": "1"}))["variable"]

    assert finding.state == "warn"


def test_settings_that_were_given_are_counted() -> None:
    finding = found(settings, patient(settings={"service_name": "shop", "alerts__interval_s": 5}))["settings"]

    assert finding.reason.startswith("2 of ")


def test_what_was_switched_off_altogether_is_off() -> None:
    assert found(settings, patient(settings={"enabled": False}))["enabled"].state == "off"


@pytest.mark.parametrize(
    ("name", "chosen", "state", "reason"),
    [
        ("sampling", {}, "on", "all traces"),
        ("sampling", {"trace_sample_rate": 0.1}, "on", "0.1 of new traces, from code"),
        ("sampling", {"trace_sample_rate": 0}, "off", "0 of new traces"),
        ("HTTP server", {}, "on", "our middleware"),
        ("HTTP server", {"http_instrumentation": "off"}, "off", "is off"),
        ("HTTP server", {"http_instrumentation": "fastapi"}, "on", "fastapi 0.165.0"),
        ("HTTP server", {"http_instrumentation": "contrib"}, "on", "0.66b1"),
        ("JWT context", {}, "off", "no jwt.key"),
        ("JWT context", {"jwt__key": "hunter2"}, "on", "tokens signed with RS256, "),
        ("JWT context", {"jwt__key_file": "/no/such"}, "fail", "/no/such is not a file"),
        ("redaction", {}, "on", "taken out"),
        ("redaction", {"redaction__enabled": False}, "warn", "secrets leave"),
        ("logging", {}, "off", "left as"),
        ("logging", {"logs__configure": True}, "on", "INFO, format auto"),
        ("system metrics", {}, "on", "psutil 7.2.2"),
        ("system metrics", {"system__enabled": False}, "off", "is false"),
    ],
)
def test_a_setting_shows_in_the_findings(name: str, chosen: dict[str, Any], state: str, reason: str) -> None:
    finding = found(recording, patient(settings=chosen))[name]

    assert finding.state == state
    assert reason in finding.reason
    assert "hunter2" not in finding.reason + finding.advice


@pytest.mark.parametrize(
    ("name", "chosen", "packages", "state"),
    [
        ("HTTP server", {"http_instrumentation": "contrib"}, "opentelemetry-instrumentation-fastapi", "fail"),
        ("HTTP server", {"http_instrumentation": "fastapi"}, "fastapi", "fail"),
        ("JWT context", {"jwt__key": "k"}, "joserfc", "fail"),
        ("system metrics", {}, "psutil", "warn"),
    ],
)
def test_a_package_that_is_needed_and_missing_is_told(
    name: str, chosen: dict[str, Any], packages: str, state: str
) -> None:
    finding = found(recording, patient(settings=chosen, packages={packages: None}))[name]

    assert finding.state == state
    assert finding.advice.startswith("pip install ")


def test_a_fastapi_without_telemetry_of_its_own_is_told() -> None:
    chosen = {"http_instrumentation": "fastapi"}

    finding = found(recording, patient(settings=chosen, packages={"fastapi": "0.141.9"}))["HTTP server"]

    assert finding.state == "fail"


def test_the_sampler_of_the_environment_is_shown() -> None:
    environ = {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25"}

    assert found(recording, patient(environ))["sampling"].reason == "OTEL_TRACES_SAMPLER=traceidratio (0.25)"
