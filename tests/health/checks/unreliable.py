"""A proxy on loopback that passes on, delays, refuses or says nothing, as a test tells it."""

from __future__ import annotations

import contextlib
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOIN_S = 20


class UnreliableProxy:
    """Stand before a server, and be as unreliable as a network.

    Changing how it behaves breaks off whatever is connected.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._server: socket.socket | None = None
        self.port = 0
        self.pass_on()

    def pass_on(self) -> None:
        """Be there."""
        self._behave()

    def delay(self, delay_s: float) -> None:
        """Hold back the first thing that the server says, on every connection."""
        self._behave(delay_s=delay_s)

    def hang(self) -> None:
        """Take connections, and say nothing."""
        self._behave(is_mute=True)

    def refuse(self) -> None:
        """Take no connection, and break off those there are."""
        server, self._server = self._server, None
        if server is None:
            return
        self._over.set()
        _break_off(server)
        self._threads[0].join(_JOIN_S)
        server.close()
        with self._lock:
            for one in self._open:
                _break_off(one)
        for thread in self._threads:
            thread.join(_JOIN_S)
        self._threads = []

    def _behave(self, *, delay_s: float = 0.0, is_mute: bool = False) -> None:
        self.refuse()
        self._over = threading.Event()
        self._delay_s, self._is_mute = delay_s, is_mute
        self._server = socket.create_server(("127.0.0.1", self.port))
        self.port = int(self._server.getsockname()[1])
        self._begin(self._accept, self._server)

    def _begin(self, function: object, *args: socket.socket) -> None:
        thread = threading.Thread(target=function, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, server: socket.socket) -> None:
        with contextlib.suppress(OSError):  # it is closed
            while True:
                connection, _ = server.accept()
                with self._lock:
                    self._open.add(connection)
                self._begin(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with self._closing(connection), contextlib.suppress(OSError):
            if self._is_mute:
                while connection.recv(65_536):
                    pass
                return
            there = socket.create_connection(self._target, timeout=_JOIN_S)
            there.settimeout(None)
            with self._lock:
                self._open.add(there)
            if self._over.is_set():
                _break_off(there)
            with self._closing(there):
                back = threading.Thread(
                    target=self._pump, args=(there, connection, self._delay_s), daemon=True
                )
                back.start()
                self._pump(connection, there)
                back.join(_JOIN_S)

    def _pump(self, source: socket.socket, target: socket.socket, delay_s: float = 0.0) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65_536):
                self._over.wait(delay_s)
                delay_s = 0.0
                target.sendall(part)
        _break_off(target)

    @contextmanager
    def _closing(self, connection: socket.socket) -> Iterator[None]:
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()


def _break_off(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def unreliable(host: str, port: int) -> Iterator[UnreliableProxy]:
    """Run a proxy before ``host:port``."""
    proxy = UnreliableProxy(host, port)
    try:
        yield proxy
    finally:
        proxy.refuse()
