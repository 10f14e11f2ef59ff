"""The gate in front of all routes: closed to everybody who proves nothing (X4).

No address opens it: behind a proxy everyone comes from the same one. A route that is forgotten, misspelt or
does not exist answers a stranger just like any other.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse

from otel_monitoring.api.access.acting import ACTING, Acting
from otel_monitoring.api.access.caller import note_caller
from otel_monitoring.api.access.headers import strictly
from otel_monitoring.api.access.refusal import refusal
from otel_monitoring.api.access.roles import READING, asked_of, is_enough

if TYPE_CHECKING:
    from otel_monitoring.api.access.admission import Access, Admission, Reason
    from otel_monitoring.api.access.caller import Caller
    from otel_monitoring.api.asgi import ASGIApp, Message, Receive, Scope, Send

_POLICY_VIOLATION: Final = 1008
_FIRST_ERROR: Final = 400
_TOLD_BY_NOBODY: Final = frozenset({"POST /metrics"})
"""What comes by the second; the trail is for what people do, and is kept for ever."""


class Gate:
    """Let through who may.

    Args:
        app: What lies behind.
        access: Finds out who calls.
    """

    def __init__(self, app: ASGIApp, *, access: Access) -> None:
        self.app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it; there are no WebSockets here."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        access = self._access
        hsts_s = access.hsts_s if access.hsts_s and access.forwarding.is_secure(scope) else 0
        strict_send = strictly(send, hsts_s=hsts_s)
        path = _below(scope)
        is_bare = not path
        if is_bare:
            path = "/"
            scope = {**scope, "path": scope.get("root_path", "") + path}
        found = await access.admit(scope)
        reason = self._objection(scope, path, found)
        if reason is not None:
            access.refuse(reason)
            root = access.forwarding.root(scope)
            answer = refusal(reason, wait_s=found.wait_s, scope=scope, path=path, root=root)
            await answer(scope, receive, strict_send)
        elif found.caller is None or not found.caller.may_use(path):
            await self.app(scope, receive, strict_send)  # a public route, which answers a stranger
        elif is_bare and scope["method"] in READING:
            # What the page asks for is relative to where it lies.
            await RedirectResponse(access.forwarding.root(scope) + "/")(scope, receive, strict_send)
        else:
            note_caller(scope, found.caller)
            await self._serve(found.caller, path, scope=scope, receive=receive, send=strict_send)

    def _objection(self, scope: Scope, path: str, found: Admission) -> Reason | None:
        asked = asked_of(scope["method"], path)
        if asked == "public":
            return None
        if found.caller is None:
            return found.reason
        if not is_enough(found.caller.role, asked) or not found.caller.may_use(path):
            return "role"
        return "origin" if self._access.is_session_forged(scope) else None

    async def _serve(self, caller: Caller, path: str, *, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; what an admin did by it is told."""
        status = math.inf

        async def noting_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"]
        if method in READING:
            await self.app(scope, receive, send)
            return
        acting = Acting(caller)
        token = ACTING.set(acting)
        try:
            await self.app(scope, receive, noting_send)
        finally:
            ACTING.reset(token)
            is_told = acting.has_told or f"{method} {path}" in _TOLD_BY_NOBODY
            if asked_of(method, path) == "admin" and status < _FIRST_ERROR and not is_told:
                self._access.trail.called(caller, method, path)


def _below(scope: Scope) -> str:
    """Return the path below the prefix, as the routes behind are matched with it."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    if root and (path == root or path.startswith(root + "/")):
        return path[len(root) :]
    return path
