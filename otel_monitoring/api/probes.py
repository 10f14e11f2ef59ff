"""``/health/live`` and ``/health/ready``: answered at once, by no framework and from no lock.

Whoever probes must not wait until the pages are built, nor depend on it that they can be (P16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.api.asgi import Message, Send

LIVE_PATH: Final = "/health/live"
READY_PATH: Final = "/health/ready"

_ASKING: Final = frozenset({"GET", "HEAD"})
_OK, _UNAVAILABLE = 200, 503


class Probes:
    """Answer probes below the prefix.

    Args:
        is_ready: Whether the application should get requests; returns at once.
    """

    def __init__(self, is_ready: Callable[[], bool]) -> None:
        self._is_ready = is_ready

    def find(self, method: str, path: str) -> Probe | None:
        """Return the answer to a request; ``None`` where it is no probe.

        Args:
            method: Of the request.
            path: Below the prefix.
        """
        if method not in _ASKING:
            return None
        if path == LIVE_PATH:
            return ALIVE
        return self.readiness() if path == READY_PATH else None

    def readiness(self) -> Probe:
        """Return the answer to whether requests should come."""
        return _READY if self._is_ready() else _NOT_READY


class Probe:
    """One answer, ready to be sent as often as it is asked for.

    Args:
        status: Of the response.
        body: JSON.
    """

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body
        self.headers = (
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        )

    async def send(self, method: str, send: Send) -> None:
        """Send it."""
        headers = list(self.headers)
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        body: Message = {"type": "http.response.body", "body": b"" if method == "HEAD" else self.body}
        await send(body)


ALIVE: Final = Probe(_OK, b'{"status":"alive"}')
_READY: Final = Probe(_OK, b'{"status":"ready"}')
_NOT_READY: Final = Probe(_UNAVAILABLE, b'{"status":"not ready"}')
