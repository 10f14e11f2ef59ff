"""One deadline for a whole answer, against a server that sends it byte by byte."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import pytest
import urllib3
from urllib3.exceptions import ReadTimeoutError

from otel_monitoring.telemetry.deadline import limit_answers

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n"
SHORT_S, EVERY_S = 0.3, 0.05


class TricklingServer:
    """Takes one request at a time and answers with ``start`` at once and with ``drop`` ever after."""

    def __init__(self, *, start: bytes, drop: bytes) -> None:
        self.ended = threading.Event()
        self._start, self._drop = start, drop
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1/traces"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError), self._socket.accept()[0] as connection:
            connection.recv(65_536)
            connection.sendall(self._start)
            while self._drop and not self.ended.wait(EVERY_S):
                connection.sendall(self._drop)
            self.ended.wait()

    def close(self) -> None:
        self.ended.set()
        self._socket.close()
        self._thread.join()


@pytest.fixture
def manager() -> Iterator[urllib3.PoolManager]:
    made = urllib3.PoolManager(retries=False)
    limit_answers(made)
    yield made
    made.clear()


@contextlib.contextmanager
def serving(start: bytes, drop: bytes = b"") -> Iterator[TricklingServer]:
    server = TricklingServer(start=start, drop=drop)
    try:
        yield server
    finally:
        server.close()


@pytest.mark.parametrize(
    ("start", "drop"),
    [(HEAD + b"X-Slow: ", b"."), (HEAD.replace(b"4", b"100000") + b"\r\n", b".")],
    ids=["head", "body"],
)
def test_an_answer_that_trickles_ends_at_the_deadline(
    manager: urllib3.PoolManager, start: bytes, drop: bytes
) -> None:
    with serving(start, drop) as server, pytest.raises(ReadTimeoutError):
        manager.request("POST", server.url, body=b"", timeout=SHORT_S)


def test_a_whole_answer_is_read_as_usual(manager: urllib3.PoolManager) -> None:
    with serving(HEAD + b"\r\nfine") as server:
        answer = manager.request("POST", server.url, body=b"", timeout=30)

    assert (answer.status, answer.data) == (200, b"fine")
