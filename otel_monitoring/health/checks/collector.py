"""Whether an OpenTelemetry Collector, or whatever takes OTLP, takes it.

Source: the OTLP specification 1.x (an empty request is a good one); RFC 9113, section 3.4 (the first frames).
"""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, AskError, Asking
from otel_monitoring.health.checks.line import Line
from otel_monitoring.health.checks.place import place_of, secrets_of, split
from otel_monitoring.health.checks.tls import tls_context

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from otel_monitoring.health.check import Health
    from otel_monitoring.model.deadline import Deadline

_PORTS = {"http": 4318, "grpc": 4317}
_NO_SETTINGS = bytes(3) + b"\x04" + bytes(5)
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _NO_SETTINGS
_FRAME_HEAD, _SETTINGS = 9, 4
_ADVICE = (
    "Look whether the Collector runs, takes connections from here, and has a receiver for OTLP on this port."
)


class CollectorCheck:
    """Send a request for no spans over HTTP, or begin a conversation of gRPC; nothing is stored for either.

    Args:
        endpoint: ``http://host:4318`` or ``https://…``; its path comes before ``/v1/traces``.
        protocol: ``http`` or ``grpc``.
        ca_file: The authorities that are trusted; empty for those of the system.
        timeout_s: The longest time.
        slow_s: An answer that took longer is degraded.

    Raises:
        SettingsError: An argument cannot be used.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        protocol: Literal["http", "grpc"] = "http",
        ca_file: str = "",
        timeout_s: float = TIMEOUT_S,
        slow_s: float = SLOW_S,
    ) -> None:
        parts = split(endpoint)
        if parts.scheme not in {"http", "https"}:
            msg = f"scheme is {parts.scheme!r}: expected http or https"
            raise SettingsError(msg)
        if protocol not in _PORTS:
            msg = f"protocol is {protocol!r}: expected http or grpc"
            raise SettingsError(msg)
        self._place = place_of(endpoint, port=_PORTS[protocol])
        self._protocol = protocol
        self._path = f"{parts.path.rstrip('/')}/v1/traces"
        self._is_secure, self._ca_file = parts.scheme == "https", ca_file
        self._asking = Asking(
            f"the Collector at {self._place}",
            advice=_ADVICE,
            timeout_s=timeout_s,
            slow_s=slow_s,
            secrets=secrets_of(endpoint),
        )
        self._line = Line(self._place)

    def __call__(self) -> Health:
        """Return how it is."""
        from http.client import HTTPException

        return self._asking.verdict(self._ask, (OSError, HTTPException))

    def _ask(self, deadline: Deadline) -> None:
        ask = self._post if self._protocol == "http" else self._greet
        with self._line.open(deadline) as plain, self._secured(plain) as connection:
            ask(connection)

    @contextmanager
    def _secured(self, plain: socket.socket) -> Iterator[socket.socket]:
        if not self._is_secure:
            yield plain
            return
        context = tls_context(self._ca_file)
        with context.wrap_socket(plain, server_hostname=self._place.host) as secure:
            yield secure

    def _post(self, connection: socket.socket) -> None:
        from http.client import HTTPConnection

        asked = HTTPConnection(str(self._place))
        asked.sock = connection
        headers = {"Content-Type": "application/x-protobuf", "Connection": "close"}
        asked.request("POST", self._path, body=b"", headers=headers)
        with asked.getresponse() as answer:
            # Who wants a login or a tenant is there as well: the export has its headers, the check has not.
            if answer.status not in {HTTPStatus.OK, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
                msg = f"answered {answer.status} to a request for no spans, expected 200"
                raise AskError(msg)

    def _greet(self, connection: socket.socket) -> None:
        """Expect what a server of HTTP/2 says first."""
        connection.sendall(_PREFACE)
        head = b""
        while len(head) < _FRAME_HEAD:
            part = connection.recv(_FRAME_HEAD - len(head))
            if not part:
                break
            head += part
        if len(head) < _FRAME_HEAD or head[3] != _SETTINGS:
            msg = "does not speak gRPC"
            raise AskError(msg)
