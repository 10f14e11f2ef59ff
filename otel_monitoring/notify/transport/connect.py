"""Connecting to the very addresses that were checked, and saying why it failed."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from otel_monitoring.notify.transport.address import allowed_addresses

if TYPE_CHECKING:
    from otel_monitoring.model.deadline import Deadline


def connected(
    host: str, port: int, deadline: Deadline, *, allow_private: bool, is_checked: bool = True
) -> socket.socket:
    """Connect to one of the addresses of ``host``: to those that were checked and no other.

    A name is resolved once, so it cannot lead elsewhere between the look and the leap.

    Raises:
        NotifyError: An address is refused, or the name cannot be resolved.
        OSError: None of them answers; a ``TimeoutError`` where the time is over.
    """
    if not is_checked:
        return socket.create_connection((host, port), deadline.left_s())
    addresses = allowed_addresses(host, port, allow_private=allow_private)
    for number, address in enumerate(addresses):
        share_s = deadline.left_s() / (len(addresses) - number)  # so that a dead one leaves time for others
        try:
            return socket.create_connection((address, port), share_s)
        except OSError:
            if number == len(addresses) - 1:
                raise
    msg = "no address"
    raise OSError(msg)


def why(error: BaseException) -> str:
    """Say what went wrong on the way, in words that hold no secret."""
    import ssl

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {cause.verify_message}"
        if isinstance(cause, TimeoutError):
            return "it took too long"
        if isinstance(cause, OSError) and cause.errno and not isinstance(cause, ssl.SSLError):
            return os.strerror(cause.errno)
        cause = cause.__cause__ or cause.__context__  # the pool raises "from None"
    return type(error).__name__
