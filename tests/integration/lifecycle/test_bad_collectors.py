"""Collectors that refuse, hang, trickle and fail: the application notices nothing, and ends in time."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest

from tests.integration.lifecycle.load import run_load
from tests.integration.lifecycle.processes import environment, run_program
from tests.integration.servers import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.lifecycle.conftest import Serve, StartReceiver

UVICORN = ("uvicorn", "--host", "127.0.0.1", "--port", "PORT", "--no-access-log", "APPS.shop:app")
GUNICORN = ("gunicorn", "-k", "sync", "-b", "127.0.0.1:PORT", "APPS.wsgi:app")
DEADLINE_S = 5.0
MARGIN_S = 4.0  # for the end of the interpreter on a busy machine; one deadline more would be above it
BEHAVIOURS = ["refuse", "hang", "trickle", "fail"]
MEGABYTE = 1_000_000


@pytest.fixture
def endpoint(request: pytest.FixtureRequest, start_receiver: StartReceiver) -> Iterator[str]:
    """Give the address of a Collector that behaves as the parameter says."""
    behaviour = request.param
    if behaviour in ("refuse", "silent"):
        with contextlib.closing(socket.socket()) as held:
            held.bind(("127.0.0.1", 0))
            if behaviour == "silent":
                held.listen(64)  # the kernel accepts, and nobody ever reads
            yield f"http://127.0.0.1:{held.getsockname()[1]}"
    else:
        yield start_receiver(behaviour).url


def seconds_to_end(
    serve: Serve,
    *command: str,
    endpoint: str | None,
    protocol: str = "http/protobuf",
    by: signal.Signals = signal.SIGTERM,
) -> float:
    ready = "Booting worker" if command[0] == "gunicorn" else "Application startup complete"
    server = serve(*command, endpoint=endpoint, ready=ready, OTEL_EXPORTER_OTLP_PROTOCOL=protocol)
    answers = run_load(server.port, requests=400)
    seconds = server.terminate(by)
    assert answers.statuses == {200: 400}
    return seconds


@pytest.mark.parametrize("endpoint", BEHAVIOURS, indirect=True)
@pytest.mark.parametrize("command", [UVICORN, GUNICORN], ids=["uvicorn", "gunicorn sync"])
def test_the_end_takes_at_most_the_deadline_longer(
    serve: Serve, endpoint: str, command: tuple[str, ...]
) -> None:
    without = seconds_to_end(serve, *command, endpoint=None)

    with_it = seconds_to_end(serve, *command, endpoint=endpoint)

    print(f"exit: {without:.2f} s without, {with_it:.2f} s with")
    assert with_it - without < DEADLINE_S + MARGIN_S


@pytest.mark.parametrize("endpoint", ["refuse", "silent"], indirect=True)
def test_over_grpc_as_well(serve: Serve, endpoint: str) -> None:
    without = seconds_to_end(serve, *UVICORN, endpoint=None)

    with_it = seconds_to_end(serve, *UVICORN, endpoint=endpoint, protocol="grpc")

    print(f"exit: {without:.2f} s without, {with_it:.2f} s with")
    assert with_it - without < DEADLINE_S + MARGIN_S


@pytest.mark.parametrize("endpoint", ["hang"], indirect=True)
def test_with_ctrl_c_the_lifespan_and_the_interpreter_share_the_deadline(serve: Serve, endpoint: str) -> None:
    without = seconds_to_end(serve, *UVICORN, endpoint=None, by=signal.SIGINT)

    with_it = seconds_to_end(serve, *UVICORN, endpoint=endpoint, by=signal.SIGINT)

    print(f"exit: {without:.2f} s without, {with_it:.2f} s with")
    assert with_it - without < DEADLINE_S + MARGIN_S


@pytest.mark.parametrize("preference", ["delta", "cumulative"])
@pytest.mark.parametrize("endpoint", ["hang"], indirect=True)
def test_a_script_ends_in_time_whatever_the_temporality(endpoint: str, preference: str) -> None:
    variables = {"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": preference}

    outcome = run_program("script", env=environment(endpoint, **variables))

    words, _, ended_s = outcome.stdout.rpartition(" at ")
    assert words == "the script has ended"
    assert time.monotonic() - float(ended_s) < DEADLINE_S + MARGIN_S


def test_start_up_contacts_nobody(start_receiver: StartReceiver) -> None:
    receiver = start_receiver("hang")

    outcome = run_program("start_only", env=environment(receiver.url))

    assert "started" in outcome.stdout
    assert not receiver.contacted.is_set()


@pytest.mark.parametrize(
    ("endpoint", "lines"),
    [("refuse", {1}), ("hang", {0, 1}), ("trickle", {0, 1}), ("fail", {1})],  # who hangs is told on later
    indirect=["endpoint"],
)
def test_memory_stays_flat_and_losses_are_counted(endpoint: str, lines: set[int]) -> None:
    outcome = run_program("many_requests", "20000", "100000", env=environment(endpoint))

    found = json.loads(outcome.stdout.splitlines()[-1])
    print(found)
    assert found["answered"] == 140_000
    assert found["growth"] < 8 * MEGABYTE
    assert found["dropped"]["traces"] > 80_000
    assert sum(line.startswith("traces") for line in found["said"]) in lines


def test_when_it_recovers_exports_go_on_and_tell_what_was_lost(
    serve: Serve, start_receiver: StartReceiver
) -> None:
    receiver = start_receiver("fail")
    variables = {"OTEL_MONITORING_TELEMETRY__CIRCUIT_PROBE_S": "0.2", "OTEL_BSP_SCHEDULE_DELAY": "50"}
    server = serve(*UVICORN, endpoint=receiver.url, **variables)  # type: ignore[arg-type] # no other keywords
    lost = run_load(server.port, requests=400).trace_ids
    assert receiver.failed.wait(60)

    receiver.behaviour = "answer"
    server_answers = run_load(server.port, requests=400)
    eventually(lambda: receiver.received.trace_ids() & server_answers.trace_ids, what="a span")
    server.terminate()

    received = receiver.received
    told = [point for point in received.of("otel_monitoring.export.dropped") if point.value]
    assert server_answers.trace_ids - received.trace_ids() == set()
    assert {point.attributes["reason"] for point in told} == {"http_500"}
    spans_lost = sum(point.value for point in told if point.attributes["signal"] == "traces")
    assert spans_lost == 2 * len(lost) + 2 * 400 - len(received.spans)
