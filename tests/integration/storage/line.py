"""A way to a server that can be cut, as a cable is pulled or as a firewall swallows what passes."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Literal, TypeAlias

Cut: TypeAlias = Literal["closed", "silent"]
"""Whether open connections end and new ones are refused, or nothing that is sent arrives any more."""
CUTS: tuple[Cut, ...] = ("closed", "silent")

_REFUSED_AFTER_S = 5.0


class Line:
    """Carry bytes between whoever connects here and a server."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._flows = threading.Event()
        self._flows.set()
        self._is_closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, kind: Cut = "closed") -> None:
        """Let nothing through from now on."""
        if kind == "silent":
            self._flows.clear()
            return
        with self._lock:
            self._is_closed = True
            left = list(self._open)
        for one in left:
            _close(one)

    def mend(self) -> None:
        """Let everything through again; what was held back arrives now."""
        with self._lock:
            self._is_closed = False
        self._flows.set()

    def stop(self) -> None:
        """End for good."""
        _close(self._listener)
        self.cut()
        self._flows.set()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._target, timeout=_REFUSED_AFTER_S)
        except OSError:
            _close(near)
            return
        far.settimeout(None)
        with self._lock:
            is_refused = self._is_closed
            if not is_refused:
                self._open |= {near, far}
        if is_refused:
            _close(near)
            _close(far)
            return
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                target.sendall(data)
        for one in (source, target):
            with self._lock:
                self._open.discard(one)
            _close(one)


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
