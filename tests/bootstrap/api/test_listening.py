"""Where this process is reached is found by its sockets."""

from __future__ import annotations

import os
import socket

import pytest

from otel_monitoring.bootstrap.api.listening import listening, scheme


def test_a_socket_of_this_process_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        found = listening(port=port)  # other tests of this process may listen as well

    assert f"127.0.0.1:{port}" in found.places
    assert found.leader.startswith(f"{socket.gethostname()}/{os.getpid()}/")


def test_of_several_ports_one_can_be_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)):
        port = first.getsockname()[1]

        assert listening(port=port).places == (f"127.0.0.1:{port}",)


def test_one_that_listens_everywhere_is_reached_on_this_host() -> None:
    with socket.create_server(("", 0)) as server:
        port = server.getsockname()[1]

        places = listening(port=port).places

    assert f"localhost:{port}" in places


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["uvicorn", "shop:app"], "http"),
        (["uvicorn", "shop:app", "--ssl-keyfile", "k.pem"], "https"),
        (["gunicorn", "--certfile=c.pem"], "https"),
    ],
)
def test_https_is_told_by_the_command_line(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: str
) -> None:
    monkeypatch.setattr("sys.argv", arguments)

    assert scheme() == expected
