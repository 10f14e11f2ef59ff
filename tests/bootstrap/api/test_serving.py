"""The pages on a port of their own."""

from __future__ import annotations

import http.client
import importlib.util
import json
import logging
import os
import select
import socket
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from otel_monitoring import setup_telemetry
from otel_monitoring.bootstrap.api.serving import AdminServer
from otel_monitoring.guard import Guard
from tests.integration.servers import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from otel_monitoring.api.asgi import Receive, Scope, Send

TOKEN = {"authorization": "Bearer t0ken"}
LONG_S = 60.0
"""For what takes as long as importing a server on a machine with other work."""


async def alive(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer as a process of ours does."""
    body = json.dumps({"status": "alive", "pid": os.getpid(), "path": scope["path"]}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def ask(port: int, path: str = "/monitoring/health/live", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONG_S)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture
def serve() -> Iterator[Callable[..., AdminServer]]:
    made: list[AdminServer] = []

    def serve(port: int = 0, app: Any = alive) -> AdminServer:
        made.append(
            AdminServer(
                app, host="127.0.0.1", port=port, prefix="/monitoring", guard=Guard("test"), again_s=0.01
            )
        )
        made[-1].start()
        return made[-1]

    yield serve
    for one in made:
        one.stop(LONG_S)


def test_a_free_port_is_served(serve: Callable[..., AdminServer]) -> None:
    server = serve()

    assert server.wait(LONG_S)
    assert server.port is not None
    assert ask(server.port)[0] == 200


def test_the_second_process_takes_over_when_the_first_one_ends(serve: Callable[..., AdminServer]) -> None:
    first = serve()
    assert first.wait(LONG_S)
    port = first.port
    assert port is not None
    second = serve(port)

    had_it = second.wait(0)
    first.stop(LONG_S)

    assert not had_it
    assert second.wait(LONG_S)
    assert second.port == port
    assert ask(port)[0] == 200


def test_a_foreign_program_on_the_port_is_told(
    serve: Callable[..., AdminServer], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as foreign:
        foreign.bind(("127.0.0.1", 0))
        with caplog.at_level(logging.WARNING):
            server = serve(foreign.getsockname()[1])
            told = "which something else on 127.0.0.1 listens on"
            eventually(lambda: told in caplog.text, what="the warning")
            assert not server.wait(0)
            server.stop(LONG_S)


def test_stopping_frees_the_port_and_starting_takes_it_again(serve: Callable[..., AdminServer]) -> None:
    port = free_port()
    server = serve(port)
    assert server.wait(LONG_S)

    server.stop(LONG_S)

    with pytest.raises(ConnectionRefusedError):
        ask(port)
    server.start()
    assert server.wait(LONG_S)
    assert ask(port)[0] == 200


def test_a_child_process_leaves_the_port_to_its_parent(serve: Callable[..., AdminServer]) -> None:
    server = serve()
    assert server.wait(LONG_S)

    pid = os.fork()
    if pid == 0:
        server.after_fork()
        os._exit(7 if server.port is None else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    assert server.port is not None
    assert ask(server.port)[0] == 200


def test_with_a_port_of_their_own_only_probes_are_on_the_application(
    fresh_process: pytest.MonkeyPatch,
) -> None:
    port, app = free_port(), FastAPI()
    setup_telemetry(app, api={"token": "t0ken", "admin_port": port}, system={"enabled": False})

    with TestClient(app) as client:
        on_app = [
            client.get(f"/monitoring{path}", headers=TOKEN).status_code
            for path in ("/health/live", "/health/ready", "/rules", "/openapi.json", "/")
        ]
        on_port = _asked_patiently(port, "/monitoring/rules")

    assert on_app == [200, 200, 404, 404, 404]
    assert on_port[0] == 200
    with pytest.raises(ConnectionRefusedError):
        ask(port)


def test_a_process_without_an_application_has_pages_too(fresh_process: pytest.MonkeyPatch) -> None:
    port = free_port()
    monitoring = setup_telemetry(api={"token": "t0ken", "admin_port": port}, system={"enabled": False})

    found = _asked_patiently(port, "/monitoring/rules")
    stranger, root = ask(port, "/monitoring/rules"), ask(port, "/")
    monitoring.shutdown()

    assert (found[0], stranger[0], root[0]) == (200, 401, 307)


def test_without_a_server_that_is_said_and_nothing_else_happens(
    fresh_process: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    find_spec = importlib.util.find_spec
    fresh_process.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "uvicorn" else find_spec(name, *more)
    )
    port = free_port()

    with caplog.at_level(logging.WARNING):
        setup_telemetry(api={"token": "t0ken", "admin_port": port}, system={"enabled": False}).shutdown()

    assert "it needs uvicorn" in caplog.text


def _asked_patiently(port: int, path: str) -> tuple[int, bytes]:
    """Ask once the server listens, which takes as long as importing it."""
    for _ in range(2000):
        try:
            return ask(port, path, **TOKEN)
        except ConnectionRefusedError:
            select.select([], [], [], 0.01)
    pytest.fail("nothing listens")
