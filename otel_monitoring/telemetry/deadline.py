"""HTTP answers under one deadline.

The time limits of ``urllib3`` start anew with every byte that arrives, so that a server which trickles its
answer holds an export for ever. Here a limit is for the answer as a whole, from its first byte to its last.
"""

from __future__ import annotations

import io
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    import socket

    from urllib3.poolmanager import PoolManager


def limit_answers(manager: PoolManager) -> None:
    """Let the read time limit of the requests of ``manager`` be for their whole answers.

    The limit of the body counts from where the head began.
    """
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class _Bytes(io.RawIOBase):
    """The bytes of one answer, as long as there is time."""

    def __init__(self, raw: Any, sock: socket.socket) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock
        limit_s = sock.gettimeout()
        self._deadline_s = None if limit_s is None else time.monotonic() + limit_s

    def readable(self) -> bool:
        """Return that one can read here."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, or wait for it until the deadline."""
        if self._deadline_s is not None:
            left_s = self._deadline_s - time.monotonic()
            if left_s <= 0:
                msg = "the answer did not come to its end in time"
                raise TimeoutError(msg)
            self._sock.settimeout(left_s)
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        """Give the socket back."""
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        reader: Any = self.fp
        self.fp = io.BufferedReader(_Bytes(reader.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
