"""Whether a name can be resolved, by the system or by one name server."""

from __future__ import annotations

import secrets
import socket
from typing import TYPE_CHECKING

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks import dns_message
from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, AskError, Asking
from otel_monitoring.health.checks.line import Line
from otel_monitoring.health.checks.place import Place, place_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from otel_monitoring.health.check import Health
    from otel_monitoring.model.deadline import Deadline

_PORT = 53
_LARGEST = 4096
_SENDINGS = 3
"""A question or an answer may get lost, so it is asked again within the time."""


class DnsCheck:
    """Resolve a name.

    Args:
        name: The name.
        server: The name server that is asked, ``host`` or ``host:port``; empty for the way of the system,
            with its files, search domains and caches.
        record: ``A`` or ``AAAA``: what a server is asked for.
        expected: Addresses of which at least one has to be among those found; empty for any.
        timeout_s: The longest time.
        slow_s: An answer that took longer is degraded.

    Raises:
        SettingsError: An argument cannot be used.
    """

    def __init__(
        self,
        name: str,
        *,
        server: str = "",
        record: str = "A",
        expected: Collection[str] = (),
        timeout_s: float = TIMEOUT_S,
        slow_s: float = SLOW_S,
    ) -> None:
        if record not in dns_message.TYPES:
            msg = f"record is {record!r}: expected one of {', '.join(dns_message.TYPES)}"
            raise SettingsError(msg)
        _check_name(name)
        self._name, self._record, self._expected = name, record, frozenset(expected)
        self._place = place_of(f"dns://{server}", port=_PORT) if server else None
        self._line = Line(self._place or Place(name, _PORT))
        advice = f"Look whether the name still exists and whether {self._place or 'the resolver'} works."
        self._asking = Asking(f"the name {name}", advice=advice, timeout_s=timeout_s, slow_s=slow_s)

    def __call__(self) -> Health:
        """Return how it is."""
        return self._asking.verdict(self._ask)

    def _ask(self, deadline: Deadline) -> None:
        found = self._asked(deadline) if self._place else self._line.addresses(deadline)
        if not found:
            msg = f"has no address of type {self._record}"
            raise AskError(msg)
        if self._expected and self._expected.isdisjoint(found):
            msg = f"resolves to {_some(found)}, expected {_some(self._expected)}"
            raise AskError(msg)

    def _asked(self, deadline: Deadline) -> tuple[str, ...]:
        address = self._line.addresses(deadline)[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as connection:
            connection.connect((address, self._place.port if self._place else _PORT))  # hears nobody else
            answer = self._answer(connection, deadline)
        if answer.rcode != "NOERROR":
            msg = f"is answered with {answer.rcode} by {self._place}"
            raise AskError(msg)
        return answer.addresses

    def _answer(self, connection: socket.socket, deadline: Deadline) -> dns_message.Answer:
        asked = dns_message.question(self._name, record=self._record, number=secrets.randbits(16))
        connection.send(asked)
        pause_s, sent = deadline.left_s() / _SENDINGS, 1
        while True:
            connection.settimeout(deadline.left_s() if sent == _SENDINGS else min(pause_s, deadline.left_s()))
            try:
                found = _read(connection.recv(_LARGEST), asked)
            except TimeoutError:
                if sent == _SENDINGS:
                    raise
                connection.send(asked)
                sent += 1
                continue
            if found is not None:
                return found


def _read(message: bytes, asked: bytes) -> dns_message.Answer | None:
    try:
        return dns_message.answer(message, asked=asked)
    except ValueError as error:
        msg = f"is answered with {error}"
        raise AskError(msg) from None


def _some(addresses: Collection[str]) -> str:
    return " or ".join(sorted(addresses)[:3])


def _check_name(name: str) -> None:
    try:
        dns_message.encoded(name)
    except ValueError as error:
        msg = f"name is {name!r}: {error}"
        raise SettingsError(msg) from None
