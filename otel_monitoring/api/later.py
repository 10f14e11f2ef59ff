"""Most routes are made when one of them is asked for, or once somebody looks at the page.

What asks first does not wait for a hundred routes and their models: scrapers, probes from outside, and a
browser that begins with the page and its files, and reads them while the rest is made.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from anyio import to_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.api.asgi import ASGIApp, Message, Receive, Scope, Send
    from otel_monitoring.guard import Guard

_PAGE: Final = "/"
_FIRST: Final = frozenset(
    {_PAGE, "/icon.svg", "/sign-in", "/sign-out", "/session", "/health", "/metrics", "/metrics.json"}
)
_FILES: Final = "/assets/"
_ELSEWHERE: Final = ("POST", "/metrics")
_OK: Final = 200


class Later:
    """An application that is made when it is needed, by one thread.

    Args:
        make: Makes it; called until it once succeeds.
        guard: Catches what goes wrong where nobody waits.
    """

    def __init__(self, make: Callable[[], ASGIApp], *, guard: Guard) -> None:
        self._make = make
        self._guard = guard
        self.after_fork()
        self._app: ASGIApp | None = None

    def after_fork(self) -> None:
        """Begin anew in a child process: the thread is the parent's, and may have held the lock."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Make it in the background, once."""
        if self._app is None and self._thread is None:
            self._thread = threading.Thread(
                target=self._guard.call, args=(self.made,), name="otel-monitoring-pages", daemon=True
            )
            self._thread.start()

    def made(self) -> ASGIApp:
        """Return it, made now if need be; it takes a while."""
        with self._lock:
            if self._app is None:
                self._app = self._make()
            return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        app = self._app
        if app is None:
            app = await to_thread.run_sync(self.made)
        await app(scope, receive, send)


class Staged:
    """Send a request to the routes that are there, or to those that are made later.

    Args:
        first: The routes that are asked for first.
        later: All of them.

    Attributes:
        later: The same.
    """

    def __init__(self, first: ASGIApp, later: Later) -> None:
        self._first = first
        self.later = later

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
        if not _is_first(scope["method"], path):
            await self.later(scope, receive, send)
        elif path == _PAGE:
            await self._first(scope, receive, self._then_begin(send))
        else:
            await self._first(scope, receive, send)

    def _then_begin(self, send: Send) -> Send:
        """Begin to make the rest once the page is on its way: what it asks for next is there sooner."""

        async def then_begin(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start" and message["status"] == _OK:
                self.later.begin()

        return then_begin


def _is_first(method: str, path: str) -> bool:
    return (path in _FIRST or path.startswith(_FILES)) and (method, path) != _ELSEWHERE
