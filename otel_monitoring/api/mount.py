"""The API below its prefix, built at its first request: an application that nobody asks pays nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from otel_monitoring.api.problems import problem_body
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.api.asgi import ASGIApp, Message, Receive, Scope, Send
    from otel_monitoring.api.probes import Probe, Probes

_UNAVAILABLE = 503


class Mounted:
    """An ASGI application below a prefix.

    It is built by the first request, in a worker thread, since that imports a web framework. Whatever goes
    wrong in it is caught, counted and logged, and never reaches the application that it is mounted on.

    Args:
        build: Makes the application; called until it once succeeds.
        prefix: The path that it lies under, such as ``/monitoring``.
        guard: Catches what goes wrong.
        probes: Answered without the application; ``None`` leaves them to it.
    """

    def __init__(
        self,
        build: Callable[[], ASGIApp | None],
        *,
        prefix: str,
        guard: Guard | None = None,
        probes: Probes | None = None,
    ) -> None:
        self._build = build
        self.probes = probes
        self._prefix = prefix.rstrip("/")
        self._guard = guard or Guard("api")
        self._lock = threading.Lock()
        self._app: ASGIApp | None = None

    def owns(self, scope: Scope) -> bool:
        """Tell whether a request or connection is for this application."""
        path = _below(scope)
        return path == self._prefix or path.startswith(self._prefix + "/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        probe = self._probe(scope)
        if probe is not None:
            with self._guard:
                await probe.send(scope["method"], send)
            return
        began = False

        async def noting_send(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        with self._guard:
            app = self._app or await self._built()
            if app is not None:
                await app(self._inner(scope), receive, noting_send)
                return
        if not began:
            await _say_unavailable(scope, send)

    def after_fork(self) -> None:
        """Take a fresh lock in a child process: another thread of the parent may have held this one."""
        self._lock = threading.Lock()

    def _probe(self, scope: Scope) -> Probe | None:
        if self.probes is None or scope["type"] != "http":
            return None
        return self.probes.find(scope["method"], _below(scope).removeprefix(self._prefix))

    async def _built(self) -> ASGIApp | None:
        from anyio import to_thread

        return await to_thread.run_sync(self.built)

    def built(self) -> ASGIApp | None:
        """Return the application, made now if need be; ``None`` where that fails."""
        with self._lock:
            if self._app is None:
                self._app = self._guard.call(self._build)
            return self._app

    def _inner(self, scope: Scope) -> Scope:
        """Return the scope as the application sees it: the prefix has become part of ``root_path``."""
        root = scope.get("root_path", "")
        return {**scope, "root_path": root + self._prefix, "path": root + _below(scope)}


def _below(scope: Scope) -> str:
    """Return the path below ``root_path``; servers differ in whether they put that in front."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and (path == root or path.startswith(root + "/")) else path


async def _say_unavailable(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1011})
        return
    body = problem_body(status=_UNAVAILABLE, title="Service Unavailable", detail="The log says why.")
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": _UNAVAILABLE, "headers": headers})
    await send({"type": "http.response.body", "body": body})
