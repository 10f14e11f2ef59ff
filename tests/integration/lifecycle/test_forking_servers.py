"""Servers of several processes: exact sums, and an instance of its own for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.lifecycle.load import run_load
from tests.integration.lifecycle.processes import FLUSH_S, HEALTHCHECK

if TYPE_CHECKING:
    from tests.integration.lifecycle.conftest import Serve
    from tests.integration.lifecycle.receiver import Receiver

DURATION = "http.server.request.duration"
GUNICORN = ("gunicorn", "-k", "uvicorn.workers.UvicornWorker", "-b", "127.0.0.1:PORT", "APPS.shop:app")
UVICORN = ("uvicorn", "--host", "127.0.0.1", "--port", "PORT", "--no-access-log", "APPS.shop:app")


@pytest.mark.parametrize(
    ("command", "workers", "requests"),
    [
        pytest.param((*GUNICORN, "-w", "4", "--preload"), 4, 20_000, id="gunicorn --preload"),
        pytest.param((*GUNICORN, "-w", "2"), 2, 4_000, id="gunicorn"),
        pytest.param((*UVICORN, *HEALTHCHECK, "--workers", "2"), 2, 4_000, id="uvicorn --workers"),
    ],
)
def test_the_sums_over_the_workers_are_what_the_load_generator_counted(
    serve: Serve, receiver: Receiver, command: tuple[str, ...], workers: int, requests: int
) -> None:
    server = serve(
        *command, endpoint=receiver.url, workers=workers, OTEL_MONITORING_TELEMETRY__FLUSH_TIMEOUT_S=FLUSH_S
    )

    answers = run_load(server.port, requests=requests, connections=8 * workers)
    server.terminate()

    received = receiver.received
    assert answers.statuses == {200: requests}
    assert received.total(DURATION) == requests
    assert received.total("shop.orders") == requests
    assert len(received.by_instance(DURATION)) == workers


def test_what_was_counted_before_the_fork_stays_with_the_parent(serve: Serve, receiver: Receiver) -> None:
    server = serve(
        *GUNICORN,
        *("-w", "2", "--preload"),
        endpoint=receiver.url,
        workers=2,
        OTEL_MONITORING_TELEMETRY__FLUSH_TIMEOUT_S=FLUSH_S,
    )
    run_load(server.port, requests=200)

    server.terminate()

    received = receiver.received
    workers = received.by_instance("shop.orders")
    parent = received.by_instance("shop.started")
    assert 1 <= len(workers) <= 2
    assert list(parent.values()) == [100]
    assert not set(parent) & set(workers)
    assert received.total("shop.work") == 201
    assert {received.resources[one]["process.pid"] for one in parent} == {server.process.pid}
