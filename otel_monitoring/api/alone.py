"""The pages elsewhere than on the application: mounted by hand, in a router, or on a port of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.api.problems import BLANK, problem_body

if TYPE_CHECKING:
    from fastapi import APIRouter

    from otel_monitoring.api.asgi import ASGIApp, Receive, Scope, Send
    from otel_monitoring.api.mount import Mounted
    from otel_monitoring.api.probes import Probes

_REST = "rest"


class Handed:
    """The pages as an ASGI application that lies where it is put: ``app.mount("/ops", monitoring.pages)``.

    Args:
        pages: The pages, or ``None`` where there are none: then nothing is found.
    """

    def __init__(self, pages: ASGIApp | None) -> None:
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection; a lifespan has nothing to do here."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif self._pages is None:
            await say_nothing_is_here(scope, send)
        else:
            await self._pages(scope, receive, send)

    def router(self) -> APIRouter:
        """Return the pages for ``app.include_router(monitoring.pages.router(), prefix="/ops")``."""
        from fastapi import APIRouter

        router = APIRouter()
        router.add_route(f"/{{{_REST}:path}}", _Included(self), methods=[], include_in_schema=False)  # type: ignore[arg-type]
        return router


class _Included:
    """The pages behind a route, which leaves the path as it was: what the route matched is theirs."""

    def __init__(self, pages: ASGIApp) -> None:
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        rest = scope["path_params"][_REST]
        above = str(scope["path"])[: -len(rest) - 1] if rest else str(scope["path"]).rstrip("/")
        root = scope.get("root_path", "")
        if not above.startswith(root):  # servers differ in whether they put it in front
            above = root + above
        await self._pages({**scope, "root_path": above, "path": f"{above}/{rest}"}, receive, send)


class OnlyProbes:
    """What is left on the application where the pages have a port of their own: liveness and readiness.

    Args:
        probes: What answers.
        prefix: The path that they lie under.
    """

    def __init__(self, probes: Probes, *, prefix: str) -> None:
        self._probes = probes
        self._prefix = prefix

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Serve one request; whatever is no probe is not there."""
        path = str(scope["path"]).removeprefix(scope.get("root_path", "")).removeprefix(self._prefix)
        probe = self._probes.find(scope["method"], path) if scope["type"] == "http" else None
        if probe is None:
            await say_nothing_is_here(scope, send)
        else:
            await probe.send(scope["method"], send)


class Front:
    """What answers on a port of our own: the pages below their prefix, to which ``/`` leads.

    Args:
        mounted: The pages.
        prefix: The path that they lie under.
    """

    def __init__(self, mounted: Mounted, *, prefix: str) -> None:
        self._mounted = mounted
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        if self._mounted.owns(scope):
            await self._mounted(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/":
            headers = [(b"location", self._prefix.encode() + b"/"), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 307, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await say_nothing_is_here(scope, send)


async def say_nothing_is_here(scope: Scope, send: Send) -> None:
    """Answer that there is nothing at a path."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
        return
    body = problem_body(status=404, title="Not Found", type=BLANK)
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Any, send: Send) -> None:
    for kind in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{kind}.complete"})
