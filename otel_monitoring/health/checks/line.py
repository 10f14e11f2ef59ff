"""A connection that is opened, used and closed within one deadline, whatever the other side does."""

from __future__ import annotations

import contextlib
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from otel_monitoring.health.checks.asking import AskError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.health.checks.place import Place
    from otel_monitoring.model.deadline import Deadline


class Line:
    """The way to one place.

    Names are resolved by the system, which can be neither interrupted nor limited: that happens in a thread,
    which is left behind where it takes too long. There is at most one of these; the next call waits for it.

    Args:
        place: Where it leads.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._lookup: _Lookup | None = None

    def addresses(self, deadline: Deadline) -> list[str]:
        """Return the addresses of the place, the system's favourite first.

        Raises:
            OSError: The name cannot be resolved; a ``TimeoutError`` where there is no answer in time.
            AskError: It is no name.
        """
        lookup = self._lookup
        if lookup is None or not lookup.is_alive():
            lookup = self._lookup = _Lookup(self._place)
            lookup.start()
        lookup.join(deadline.left_s())
        if lookup.is_alive():
            raise TimeoutError
        self._lookup = None
        if lookup.error is not None:
            raise lookup.error
        return lookup.found

    @contextmanager
    def open(self, deadline: Deadline) -> Iterator[socket.socket]:
        """Connect, and close at the end; at the deadline the connection is cut, in the middle of whatever.

        Raises:
            OSError: No address of the place takes the connection.
            AskError: It is no name.
        """
        with self._connected(deadline) as connection, cut_off(connection.fileno(), deadline):
            connection.settimeout(deadline.left_s())
            yield connection

    def _connected(self, deadline: Deadline) -> socket.socket:
        addresses = self.addresses(deadline)
        for number, address in enumerate(addresses):
            share_s = deadline.left_s() / (
                len(addresses) - number
            )  # so that a dead one leaves time for others
            try:
                return socket.create_connection((address, self._place.port), share_s)
            except OSError:
                if number == len(addresses) - 1:
                    raise
        raise OSError


@contextmanager
def cut_off(descriptor: int, deadline: Deadline) -> Iterator[None]:
    """Cut a connection at the deadline, so that a call of whatever library returns from waiting for it.

    A time limit of a socket begins anew with each byte that arrives; this one does not. It works on a copy of
    the descriptor, which stays ours when the library has closed its own.
    """
    with contextlib.closing(copy_of(descriptor)) as copy:
        timer = threading.Timer(deadline.left_s(), _shut, (copy,))
        timer.daemon = True
        timer.name = "otel-monitoring-health-cut"
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def copy_of(descriptor: int) -> socket.socket:
    """Return another hold of the connection that ``descriptor`` is; closing it closes that hold alone."""
    lent = socket.socket(fileno=descriptor)
    try:
        return lent.dup()
    finally:
        lent.detach()


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Lookup(threading.Thread):
    """Ask the system for the addresses of a name."""

    def __init__(self, place: Place) -> None:
        super().__init__(name="otel-monitoring-health-name", daemon=True)
        self._host, self._port = place.host, place.port
        self.found: list[str] = []
        self.error: Exception | None = None

    def run(self) -> None:
        """Find them."""
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except OSError as error:
            self.error = error
        except UnicodeError:
            self.error = AskError("has a name that no server can have")
        else:
            self.found = list(dict.fromkeys(str(address[0]) for *_, address in found))


def read_line(connection: socket.socket, *, longest: int = 2048) -> str:
    """Return the next line without its end; nothing behind it is taken.

    Raises:
        AskError: The line is longer, or the other side has gone.
    """
    got = bytearray()
    while not got.endswith(b"\n"):
        part = connection.recv(1)
        if not part:
            msg = "broke the connection off"
            raise AskError(msg)
        got += part
        if len(got) > longest:
            msg = "sends a line without an end"
            raise AskError(msg)
    return got.decode("ascii", "replace").strip()
