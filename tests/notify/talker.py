"""A server on loopback that talks byte by byte as a test tells it to, and so can misbehave in any way."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def talking(*behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server whose connections behave one after another as stated; yield its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def serve() -> None:
            for one in behave:
                with suppress(OSError):
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(20)
                        one(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
    thread.join(20)


def request_of(connection: socket.socket) -> bytes:
    """Read one whole HTTP request."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(connection)
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length")), 0)
    while len(body) < length:
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(65_536)
    if not part:
        msg = "the other side has gone"
        raise ConnectionError(msg)
    return part


def hang(connection: socket.socket) -> None:
    """Say nothing until the other side has gone."""
    with suppress(OSError):
        while connection.recv(65_536):
            pass


def reset(connection: socket.socket) -> None:
    """Break the connection off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def says(text: bytes) -> Callable[[socket.socket], None]:
    """Return what takes a request, answers ``text``, and says no more until the other side has gone."""

    def behave(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(text)
        hang(connection)

    return behave
