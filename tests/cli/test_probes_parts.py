"""Probes of our own parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.cli.probes_parts import recording, settings, telling
from tests.cli.patients import found, patient

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.cli.finding import Probe


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
    ("probe", "name", "chosen", "state", "reason"),
    [
        (recording, "sampling", {}, "on", "all traces"),
        (recording, "sampling", {"trace_sample_rate": 0.1}, "on", "0.1 of new traces, from code"),
        (recording, "sampling", {"trace_sample_rate": 0}, "off", "0 of new traces"),
        (recording, "HTTP server", {}, "on", "our middleware"),
        (recording, "HTTP server", {"http_instrumentation": "off"}, "off", "is off"),
        (recording, "HTTP server", {"http_instrumentation": "fastapi"}, "on", "fastapi 0.165.0"),
        (recording, "HTTP server", {"http_instrumentation": "contrib"}, "on", "0.66b1"),
        (recording, "JWT context", {}, "off", "no jwt.key"),
        (recording, "JWT context", {"jwt__key": "hunter2"}, "on", "tokens signed with RS256, "),
        (recording, "JWT context", {"jwt__key_file": "/no/such"}, "fail", "/no/such is not a file"),
        (recording, "redaction", {}, "on", "taken out"),
        (recording, "redaction", {"redaction__enabled": False}, "warn", "secrets leave"),
        (recording, "logging", {}, "off", "left as"),
        (recording, "logging", {"logs__configure": True}, "on", "INFO, format auto"),
        (recording, "system metrics", {}, "on", "psutil 7.2.2"),
        (recording, "system metrics", {"system__enabled": False}, "off", "is false"),
        (telling, "alert rules", {}, "on", "the built-in rules, every 15 s"),
        (telling, "alert rules", {"alerts__enabled": False}, "off", "is false"),
        (telling, "alert rules", {"alerts__default_rules": False}, "off", "no rules are chosen"),
        (telling, "messages", {}, "on", "to the log"),
        (telling, "messages", {"notify__channels": ["https://h/hunter2"]}, "on", "at https://*****"),
        (telling, "messages", {"notify__channels": ["pigeon://hunter2"]}, "fail", "no channel for pigeon"),
        (telling, "messages", {"notify__channels": []}, "warn", "reach nobody"),
        (telling, "API", {}, "on", "made and printed at each start"),
        (telling, "API", {"api__token": "hunter2"}, "on", "the token of the settings"),
        (telling, "API", {"api__enabled": False}, "off", "is false"),
        (telling, "storage", {}, "off", "in memory"),
        (telling, "storage", {"storage__url": "sqlite:///hunter2"}, "warn", "nothing is kept"),
    ],
)
def test_a_setting_shows_in_the_findings(
    probe: Probe, name: str, chosen: dict[str, Any], state: str, reason: str
) -> None:
    finding = found(probe, patient(settings=chosen))[name]

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


def test_rule_files_are_counted_and_missing_ones_told(tmp_path: Path) -> None:
    (tmp_path / "a.yml").touch()
    (tmp_path / "b.yml").touch()
    chosen = {"alerts__rule_files": [f"{tmp_path}/*.yml", f"{tmp_path}/*.json"]}

    findings = list(telling(patient(settings=chosen)))

    assert f"{tmp_path}/*.yml (2 files)" in findings[1].reason
    assert (findings[0].state, findings[0].reason.endswith("*.json matches no file")) == ("fail", True)


def test_rules_without_metrics_are_doubtful() -> None:
    findings = list(telling(patient(settings={"telemetry": {"metrics": False}})))

    assert findings[0].state == "warn"
