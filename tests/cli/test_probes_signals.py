"""Probes of where signals go."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.cli.probes_signals import signals
from tests.cli.patients import found, patient

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_without_an_endpoint_nothing_is_exported() -> None:
    findings = found(signals, patient())

    assert list(findings) == ["traces", "metrics", "logs"]
    assert {one.state for one in findings.values()} == {"off"}
    assert ENDPOINT in findings["traces"].advice


@pytest.mark.parametrize(
    ("environ", "settings", "signal", "reason"),
    [
        ({"OTEL_SDK_DISABLED": "true"}, {}, "logs", "OTEL_SDK_DISABLED is true"),
        ({}, {"enabled": False}, "traces", "enabled is false, from code"),
        ({}, {"telemetry__traces": False}, "traces", "telemetry.traces is false, from code"),
        ({}, {"logs__export": False}, "logs", "logs.export is false, from code"),
        ({"OTEL_METRICS_EXPORTER": "none"}, {}, "metrics", "OTEL_METRICS_EXPORTER is none"),
    ],
)
def test_a_signal_that_is_off_says_why(
    environ: dict[str, str], settings: dict[str, Any], signal: str, reason: str
) -> None:
    finding = found(signals, patient({ENDPOINT: "http://h:4318", **environ}, settings=settings))[signal]

    assert finding.state == "off"
    assert reason in finding.reason


def test_an_endpoint_is_shown_without_its_secrets() -> None:
    finding = found(signals, patient({ENDPOINT: "https://u:hunter2@h:4317/path?key=hunter2"}))["traces"]

    assert finding.state == "on"
    assert finding.reason == "over grpc to https://h:4317"


def test_an_endpoint_that_cannot_be_used_is_broken() -> None:
    finding = found(signals, patient({"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "nowhere"}))["logs"]

    assert finding.state == "fail"
    assert "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT" in finding.reason


def test_other_exporters_are_named() -> None:
    findings = signals(
        patient({"OTEL_TRACES_EXPORTER": "zipkin,otlp"}, settings={"telemetry__console": True})
    )

    reasons = [finding.reason for finding in findings if finding.name == "traces"]

    assert "zipkin" in reasons[0]
    assert "no OTLP endpoint" in reasons[1]
    assert "standard output" in reasons[2]


def test_an_endpoint_is_left_alone_unless_asked(closed_port: int) -> None:
    finding = found(signals, patient({ENDPOINT: f"http://127.0.0.1:{closed_port}"}))["traces"]

    assert (finding.state, finding.advice) == ("on", "--check tries to connect")


def test_an_endpoint_that_answers_is_reached(listener: int) -> None:
    one = patient({ENDPOINT: f"http://127.0.0.1:{listener}"}, connect=True)

    assert "reached in" in found(signals, one)["traces"].reason


def test_an_endpoint_that_refuses_is_broken(closed_port: int) -> None:
    one = patient({ENDPOINT: f"http://127.0.0.1:{closed_port}"}, connect=True)

    finding = found(signals, one)["traces"]

    assert finding.state == "fail"
    assert finding.reason.endswith("connection refused")


def test_an_endpoint_that_does_not_answer_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_late(*_: object, **__: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", too_late)

    finding = found(signals, patient({ENDPOINT: "http://h:4318"}, connect=True, timeout_s=0.5))["traces"]

    assert (finding.state, finding.reason) == (
        "fail",
        "over http/protobuf to http://h:4318: no answer within 0.5 s",
    )
