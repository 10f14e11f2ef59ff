"""``otel-monitoring doctor``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.cli.doctor import PROBES, examine
from otel_monitoring.cli.finding import Finding, Patient
from tests.cli.patients import patient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Run


def test_every_topic_is_shown_and_nothing_is_broken_by_default(run: Run) -> None:
    result = run("doctor")

    assert result.exit_code == 0, result.output
    assert all(topic in result.output.splitlines() for topic in PROBES)
    assert result.output.splitlines()[-1].endswith("0 broken")


def test_something_broken_leaves_with_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_MONITORING_ALERTS__INTERVAL_S", "often")

    result = run("doctor")

    assert result.exit_code == 1
    assert "setup_telemetry will refuse to start" in result.output


def test_findings_are_printed_as_json(run: Run) -> None:
    document = json.loads(run("doctor", "--json").output)

    assert list(document["topics"]) == list(PROBES)
    assert set(document["topics"]["Software"][0]) == {"name", "state", "reason", "advice"}
    assert sum(document["counts"].values()) == sum(len(some) for some in document["topics"].values())


def test_findings_that_are_alike_share_a_line(run: Run) -> None:
    lines = run("doctor").output.splitlines()

    assert sum("no OTLP endpoint is set" in line for line in lines) == 1
    assert any("traces, metrics, logs" in line for line in lines)


def test_secrets_are_nowhere(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API__TOKEN", "JWT__KEY", "CORRELATION__USER_HASH_KEY"):
        monkeypatch.setenv(f"OTEL_MONITORING_{name}", "hunter2")
    monkeypatch.setenv("OTEL_MONITORING_NOTIFY__CHANNELS", "https://example.com/hunter2")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://u:hunter2@example.com")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hunter2")

    assert "hunter2" not in run("doctor").output + run("doctor", "--json").output


@pytest.mark.parametrize("app", ["shop", "shop:", ":app"])
def test_an_application_is_named_by_module_and_name(run: Run, app: str) -> None:
    result = run("doctor", "--app", app)

    assert result.exit_code == 2
    assert "module:name" in result.output


def test_a_probe_that_fails_is_a_finding_and_the_others_go_on() -> None:
    def broken(_: Patient) -> Iterator[Finding]:
        yield Finding("first", "on", "seen before it broke")
        msg = "no"
        raise KeyError(msg)

    def sound(_: Patient) -> Iterator[Finding]:
        yield Finding("second", "on", "fine")

    report = examine(patient(), {"Broken": broken, "Sound": sound})

    assert [finding.state for finding in report["Broken"]] == ["on", "fail"]
    assert report["Broken"][1].reason.endswith("KeyError")
    assert report["Sound"][0].name == "second"
