"""Whether an outside service answers over HTTP: its status, its time, and what the answer holds."""

from __future__ import annotations

from base64 import b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, AskError, Asking
from otel_monitoring.health.checks.line import Line
from otel_monitoring.health.checks.place import place_of, secrets_of, split
from otel_monitoring.health.checks.tls import tls_context

if TYPE_CHECKING:
    import socket
    from collections.abc import Collection, Iterator, Mapping
    from http.client import HTTPResponse

    from otel_monitoring.health.check import Health
    from otel_monitoring.model.deadline import Deadline

_PORTS = {"http": 80, "https": 443}
_GOOD = range(200, 400)
_ADVICE = (
    "Look whether that service works and can be reached from here; its own health page and logs say more."
)
_FORBIDDEN = frozenset("\r\n\0 ")


class HttpCheck:
    """Get a page and look at the answer.

    Every look opens a connection of its own, straight to the host, and follows no redirect: what it finds is
    about that host alone.

    Args:
        url: ``http://…`` or ``https://…``; messages show its host and port only.
        statuses: What counts as good; by default all from 200 to 399.
        contains: A text that the answer must hold, within the first ``longest_bytes``.
        headers: Headers of the request, such as an authorization; their values are shown nowhere.
        ca_file: The authorities that are trusted; empty for those of the system.
        longest_bytes: How much of the answer is read.
        timeout_s: The longest time of the whole exchange.
        slow_s: An exchange that took longer is degraded.

    Raises:
        SettingsError: An argument cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        statuses: Collection[int] = _GOOD,
        contains: str = "",
        headers: Mapping[str, str] | None = None,
        ca_file: str = "",
        longest_bytes: int = 65_536,
        timeout_s: float = TIMEOUT_S,
        slow_s: float = SLOW_S,
    ) -> None:
        parts = split(url)
        if parts.scheme not in _PORTS:
            msg = f"scheme is {parts.scheme!r}: expected http or https"
            raise SettingsError(msg)
        place = place_of(url, port=_PORTS[parts.scheme])
        self._target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        self._host = parts.netloc.rpartition("@")[2]
        self._headers = {**_usual(parts.netloc), **(headers or {})}
        _check_sendable(self._target, self._headers)
        self._server_name = place.host if parts.scheme == "https" else ""
        self._statuses = statuses
        self._contains = contains.encode()
        self._ca_file = ca_file
        self._longest_bytes = longest_bytes
        self._asking = Asking(
            f"{parts.scheme}://{place}",
            advice=_ADVICE,
            timeout_s=timeout_s,
            slow_s=slow_s,
            secrets=[*secrets_of(url), *(headers or {}).values(), self._target.strip("/")],
        )
        self._line = Line(place)

    def __call__(self) -> Health:
        """Return how it is."""
        from http.client import HTTPException

        return self._asking.verdict(self._ask, (OSError, HTTPException))

    def _ask(self, deadline: Deadline) -> None:
        with self._line.open(deadline) as plain, self._secured(plain) as connection:
            self._judge(self._answer(connection))

    @contextmanager
    def _secured(self, plain: socket.socket) -> Iterator[socket.socket]:
        if not self._server_name:
            yield plain
            return
        with tls_context(self._ca_file).wrap_socket(plain, server_hostname=self._server_name) as secure:
            yield secure

    def _answer(self, connection: socket.socket) -> HTTPResponse:
        from http.client import HTTPConnection

        asked = HTTPConnection(self._host)
        asked.sock = connection
        asked.putrequest("GET", self._target, skip_accept_encoding=True)
        for name, value in self._headers.items():
            asked.putheader(name, value)
        asked.endheaders()
        return asked.getresponse()

    def _judge(self, answer: HTTPResponse) -> None:
        with answer:
            if answer.status not in self._statuses:
                msg = f"answered {answer.status}, expected {_said(self._statuses)}"
                raise AskError(msg)
            if self._contains and self._contains not in answer.read(self._longest_bytes):
                msg = f"answered {answer.status} without the text that is expected in it"
                raise AskError(msg)


def _usual(netloc: str) -> dict[str, str]:
    told = {"User-Agent": "otel-monitoring", "Accept": "*/*", "Connection": "close"}
    credentials, at, _ = netloc.rpartition("@")
    if at:
        told["Authorization"] = f"Basic {b64encode(unquote(credentials).encode()).decode()}"
    return told


def _check_sendable(target: str, headers: Mapping[str, str]) -> None:
    if _FORBIDDEN & set(target) or not target.isascii():
        msg = "path or query of the URL holds a character that has to be percent-encoded"
        raise SettingsError(msg)
    for name, value in headers.items():
        if {"\r", "\n", "\0"} & {*name, *value}:
            msg = f"header {name!r}: expected a name and a value without line ends"
            raise SettingsError(msg)


def _said(statuses: Collection[int]) -> str:
    if isinstance(statuses, range):
        return f"{statuses[0]} to {statuses[-1]}"
    return " or ".join(map(str, sorted(statuses)))
