"""The outermost door of an ASGI application: who passes through telemetry, and who does not.

Our own pages and excluded requests are in no span, metric, log or count of the application; what libraries
would record for them is suppressed too. The lifespan starts the instance in each worker and flushes it
at the end, off the event loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring.instrument.asgi.lifespan import Lifespan

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.guard import Guard
    from otel_monitoring.instrument.asgi.exclude import Exclusions
    from otel_monitoring.instrument.asgi.protocol import ASGIApp, Receive, Scope, Send

_TELEMETRY_KEY = "otel_monitoring"

# Where it stands in the scope, FastAPI applications that are mounted somewhere record nothing themselves.
_FASTAPI_KEY = "fastapi.telemetry"


class Front:
    """Send every scope of the application where it belongs.

    Args:
        app: The application itself.
        http: The application behind HTTP telemetry.
        websocket: The application behind WebSocket telemetry.
        exclusions: Requests that stay out of telemetry.
        pages: Our own pages, or ``None``.
        prefix: The path under which they lie.
        on_request: Called once, before the first request, where no lifespan was run.
        on_startup: Called in a thread when the application has started.
        on_shutdown: Called in a thread when the application shuts down.
        loop_started: Called in the event loop at start-up.
        guard: Catches what goes wrong in here.
        on_ending: Called when the server is about to end, before the application hears of it.
    """

    def __init__(  # noqa: PLR0913 - one argument per way through the door
        self,
        app: ASGIApp,
        *,
        http: ASGIApp,
        websocket: ASGIApp,
        exclusions: Exclusions,
        pages: ASGIApp | None,
        prefix: str,
        on_request: Callable[[], None],
        on_startup: Callable[[], None],
        on_shutdown: Callable[[], Any],
        loop_started: Callable[[], None],
        guard: Guard,
        on_ending: Callable[[], Any] = lambda: None,
    ) -> None:
        self.app = app
        self._http = http
        self._websocket = websocket
        self._exclusions = exclusions
        self._pages = pages
        self._prefix = prefix
        self._below = prefix + "/"
        self._on_request = on_request
        self._on_startup = on_startup
        self._on_shutdown = on_shutdown
        self._on_ending = on_ending
        self._loop_started = loop_started
        self._guard = guard
        self._is_started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        kind = scope["type"]
        if kind == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        if not self._is_started:
            self._start()
        if _TELEMETRY_KEY in scope or kind not in ("http", "websocket"):
            await self.app(scope, receive, send)  # mounted below another instrumented application
            return
        scope[_TELEMETRY_KEY] = self
        scope.setdefault(_FASTAPI_KEY, None)
        path = scope["path"]
        if self._pages is not None and self._prefix in path and self._is_ours(scope, path):
            with suppress_instrumentation():
                await self._pages(scope, receive, send)
        elif self._is_excluded(scope, path):
            with suppress_instrumentation():
                await self.app(scope, receive, send)
        elif kind == "http":
            await self._http(scope, receive, send)
        else:
            await self._websocket(scope, receive, send)

    def after_fork(self) -> None:
        """Start anew with the first request in a child process."""
        self._is_started = False

    def leaves_out(self, scope: Scope) -> bool:
        """Return whether a request is in no telemetry, for a recorder that stands outside of this door."""
        path = scope["path"]
        if self._pages is not None and self._prefix in path and self._is_ours(scope, path):
            return True
        return self._is_excluded(scope, path)

    def _start(self) -> None:
        self._is_started = True
        with self._guard:
            self._on_request()
            self._loop_started()

    def _is_ours(self, scope: Scope, path: str) -> bool:
        below = path.removeprefix(scope.get("root_path") or "")
        return below == self._prefix or below.startswith(self._below)

    def _is_excluded(self, scope: Scope, path: str) -> bool:
        if self._exclusions.path(path):
            return True
        for name, value in scope["headers"]:
            if name == b"user-agent":
                return self._exclusions.user_agent(value)
        return False

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        run = Lifespan(
            self.app,
            loop_started=self._loop_is_there,
            on_startup=self._on_startup,
            on_shutdown=self._end,
            guard=self._guard,
            on_ending=self._on_ending,
        )
        await run.serve(scope, receive, send)

    def _loop_is_there(self) -> None:
        self._is_started = True
        self._loop_started()

    def _end(self) -> None:
        self._is_started = False
        self._on_shutdown()
