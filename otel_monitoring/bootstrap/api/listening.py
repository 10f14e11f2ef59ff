"""Where this process is reached: the sockets it listens on, alone or with the process that started it."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104 - what is listened on, not by us
_MOST = 3
_TLS_OPTIONS = ("--ssl-", "--certfile", "--keyfile")


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a server is reached.

    Attributes:
        places: Hosts with their ports, as they stand in a URL; empty where that cannot be told.
        leader: Names the process that holds the sockets for all of its workers.
    """

    places: Sequence[str]
    leader: str


def listening(*, port: int | None = None) -> Listening:
    """Return where this process is reached; it takes some milliseconds.

    Workers share the sockets of the process that started them, which is the leader then.

    Args:
        port: The one that counts; ``None`` for any.
    """
    import psutil

    own = psutil.Process()
    mine, parents = _sockets(own), _sockets(_parent(own))
    shared = [one for one in mine if one in parents]
    holder = _parent(own) if shared else own
    counted = [one for one in shared or mine if port in (None, one[1])]
    return Listening(tuple(_place(one) for one in counted[:_MOST]), _named(holder or own))


def scheme() -> str:
    """Return ``https`` where the command line of the server says so."""
    return "https" if any(one.startswith(_TLS_OPTIONS) for one in sys.argv) else "http"


def _parent(process: Any) -> Any:
    import psutil

    try:
        return process.parent()
    except psutil.Error:
        return None


def _sockets(process: Any) -> list[tuple[str, int]]:
    """Return the addresses on which a process listens, in the order in which it opened them."""
    import psutil

    if process is None:
        return []
    try:
        found = process.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return []
    heard = [one for one in found if one.status == psutil.CONN_LISTEN and one.laddr]
    return list(
        dict.fromkeys((one.laddr.ip, one.laddr.port) for one in sorted(heard, key=lambda one: one.fd))
    )


def _place(address: tuple[str, int]) -> str:
    host, port = address
    if host in _ANY:
        host = "localhost"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _named(process: Any) -> str:
    """Return a name of a process that no later one has."""
    import psutil

    try:
        began = f"{process.create_time():.2f}"
    except psutil.Error:
        began = str(os.getpid())
    return f"{socket.gethostname()}/{process.pid}/{began}"
