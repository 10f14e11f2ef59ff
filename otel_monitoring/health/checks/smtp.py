"""Whether a mail server takes part in a conversation, up to the point where a mail would follow.

Source: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 8314 (TLS from the first byte).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, AskError, Asking
from otel_monitoring.health.checks.line import Line, read_line
from otel_monitoring.health.checks.place import Place
from otel_monitoring.health.checks.tls import tls_context

if TYPE_CHECKING:
    import socket

    from otel_monitoring.health.check import Health
    from otel_monitoring.model.deadline import Deadline

Encryption: TypeAlias = Literal["none", "starttls", "tls"]

_PORTS: dict[str, int] = {"none": 25, "starttls": 587, "tls": 465}
_MOST_LINES = 100
_READY, _DONE = "220", "250"
_ADVICE = "Look whether the mail server runs, takes connections from here, and has a valid certificate."


class SmtpCheck:
    """Greet a mail server, ask it to do nothing, and take leave; no mail is sent and nobody logs in.

    Args:
        host: The name or address.
        port: The port; by default 25, 587 with STARTTLS, 465 with TLS.
        encryption: ``starttls``: it must be offered and work; ``tls``: from the first byte; or ``none``.
        ca_file: The authorities that are trusted; empty for those of the system.
        timeout_s: The longest time of the whole conversation.
        slow_s: A conversation that took longer is degraded.

    Raises:
        SettingsError: An argument cannot be used.
    """

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        encryption: Encryption = "none",
        ca_file: str = "",
        timeout_s: float = TIMEOUT_S,
        slow_s: float = SLOW_S,
    ) -> None:
        if encryption not in _PORTS:
            msg = f"encryption is {encryption!r}: expected one of {', '.join(_PORTS)}"
            raise SettingsError(msg)
        place = Place(host, port or _PORTS[encryption])
        self._host = host
        self._encryption = encryption
        self._ca_file = ca_file
        self._asking = Asking(f"mail server {place}", advice=_ADVICE, timeout_s=timeout_s, slow_s=slow_s)
        self._line = Line(place)

    def __call__(self) -> Health:
        """Return how it is."""
        return self._asking.verdict(self._ask)

    def _ask(self, deadline: Deadline) -> None:
        with self._line.open(deadline) as plain:
            if self._encryption == "none":
                _expect(plain, _READY)
                _introduce(plain)
                _take_leave(plain)
                return
            if self._encryption == "starttls":
                _expect(plain, _READY)
                if "STARTTLS" not in _introduce(plain):
                    msg = "does not offer STARTTLS"
                    raise AskError(msg)
                _say(plain, "STARTTLS", _READY)
            with tls_context(self._ca_file).wrap_socket(plain, server_hostname=self._host) as secure:
                if self._encryption == "tls":
                    _expect(secure, _READY)
                _introduce(secure)
                _take_leave(secure)


def _introduce(connection: socket.socket) -> list[str]:
    """Say who we are: the address of our end, as RFC 5321 has it for those without a name."""
    address = str(connection.getsockname()[0])
    literal = f"IPv6:{address}" if ":" in address else address
    return [line[4:].upper() for line in _say(connection, f"EHLO [{literal}]", _DONE)]


def _take_leave(connection: socket.socket) -> None:
    _say(connection, "NOOP", _DONE)
    connection.sendall(b"QUIT\r\n")


def _say(connection: socket.socket, command: str, expected: str) -> list[str]:
    connection.sendall(f"{command}\r\n".encode("ascii", "replace"))
    return _expect(connection, expected, command.split(maxsplit=1)[0])


def _expect(connection: socket.socket, code: str, command: str = "the connection") -> list[str]:
    """Return the lines of a reply.

    Raises:
        AskError: Its code is another, or it has no end.
    """
    lines = [read_line(connection)]
    while lines[-1][3:4] == "-" and len(lines) < _MOST_LINES:
        lines.append(read_line(connection))
    if lines[-1][3:4] == "-":
        msg = f"answered {command} without an end"
        raise AskError(msg)
    if not lines[-1].startswith(code):
        msg = f"answered {command} with {lines[-1][:60]!r}, expected {code}"
        raise AskError(msg)
    return lines
