"""The connections beneath HTTP: they lead only where they may, and end in time."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import httpcore

from otel_monitoring.notify.transport.connect import connected

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

    from otel_monitoring.model.deadline import Deadline


class Backend(httpcore.NetworkBackend):
    """Opens the connections of one poster.

    Args:
        deadline: Returns that of the request which is being made.
        allow_private: Whether private and loopback addresses may be connected to.
        is_checked: Whether addresses are looked at; those of a proxy are not.
    """

    def __init__(
        self, deadline: Callable[[], Deadline], *, allow_private: bool, is_checked: bool = True
    ) -> None:
        self._deadline = deadline
        self._allow_private = allow_private
        self._is_checked = is_checked

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline takes its place
        local_address: str | None = None,  # noqa: ARG002 - ours have none
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - ours have none
    ) -> httpcore.NetworkStream:
        """Connect to ``host``."""
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            found = connected(
                host, port, self._deadline(), allow_private=self._allow_private, is_checked=self._is_checked
            )
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Stream(found, self._deadline)


class Stream(httpcore.NetworkStream):
    """A connection whose every step is given what is left of the deadline."""

    def __init__(self, connection: socket.socket, deadline: Callable[[], Deadline]) -> None:
        self._socket = connection
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - as above
        """Return what has arrived."""
        with _mapped(httpcore.ReadTimeout, httpcore.ReadError):
            self._socket.settimeout(self._deadline().left_s())
            return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as above
        """Send all of ``buffer``."""
        with _mapped(httpcore.WriteTimeout, httpcore.WriteError):
            rest = memoryview(buffer)
            while rest:
                self._socket.settimeout(self._deadline().left_s())
                rest = rest[self._socket.send(rest) :]

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - as above
    ) -> httpcore.NetworkStream:
        """Return the connection with TLS on it."""
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            try:
                self._socket.settimeout(self._deadline().left_s())
                wrapped = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
            except Exception:
                self.close()
                raise
        return Stream(wrapped, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return what the pool asks: whether something, such as the end, has arrived unasked."""
        if info == "is_readable":
            return _is_readable(self._socket)
        return self._socket if info == "socket" else None


def usual_tls() -> ssl.SSLContext:
    """Return how servers are verified where nobody says otherwise, ``SSL_CERT_FILE`` included."""
    return _tls(os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))


@cache
def _tls(_file: str, _folder: str) -> ssl.SSLContext:
    """Read the certificates once: all of them take a megabyte and some 20 ms."""
    import httpx

    return httpx.create_ssl_context()


def _is_readable(connection: socket.socket) -> bool:
    import select

    try:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))
    except AttributeError:  # where there is no poll
        return bool(select.select([connection.fileno()], [], [], 0)[0])
    except ValueError:  # it is closed
        return True


@contextmanager
def _mapped(timeout: type[Exception], other: type[Exception]) -> Iterator[None]:
    """Raise what the pool expects."""
    try:
        yield
    except TimeoutError as error:
        raise timeout from error
    except OSError as error:
        raise other from error
