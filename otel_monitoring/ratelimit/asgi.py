"""Rate limits around an ASGI application: FastAPI, Starlette or any other.

All that a refused request costs is the decision. Preflights of CORS pass, since a browser that is
refused one tells the page nothing; WebSocket connections are counted when they are opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.context import correlation
from otel_monitoring.context.proxies import TrustedProxies
from otel_monitoring.guard import Guard
from otel_monitoring.ratelimit.answer import headers, refusal, status_of
from otel_monitoring.ratelimit.asked import NOBODY, Asked, hashed
from otel_monitoring.ratelimit.paths import UNMATCHED, RouteTemplates, plain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from typing import TypeAlias

    from otel_monitoring.ratelimit.answer import Headers, HeaderStyle
    from otel_monitoring.ratelimit.limiter import Limiter, Verdict

    Scope: TypeAlias = MutableMapping[str, Any]
    Message: TypeAlias = MutableMapping[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[Message]]
    Send: TypeAlias = Callable[[Message], Awaitable[None]]
    ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
    Says: TypeAlias = Callable[[Scope], str | None]

_DENIAL: Final = "websocket.http.response"
_DECIDED: Final = "otel_monitoring.limited"
_TRY_AGAIN_LATER: Final = 1013
_LONGEST_KEY: Final = 1024


def current_user(_scope: Scope) -> str | None:
    """Return the hash of the user that a verified token named, where telemetry has read one."""
    found = correlation.current()
    return None if found is None else found.user_hash


class ScopeReader:
    """Read from a scope what rules ask for.

    Args:
        app: The application whose routes are known; ``None`` for the one that the scope names.
        proxies: Whose ``X-Forwarded-For`` is believed.
        user: Says who asks; by default who a verified token named.
        tier: Says which rates hold; ``None`` for the common ones.
        api_key_header: The header of API keys.
    """

    def __init__(
        self,
        *,
        app: Any = None,
        proxies: TrustedProxies | None = None,
        user: Says = current_user,
        tier: Says | None = None,
        api_key_header: str = "x-api-key",
    ) -> None:
        self._routes = None if app is None else RouteTemplates(app)
        self._proxies = proxies or TrustedProxies()
        self._user = user
        self._tier = tier
        self._key_header = api_key_header.lower().encode("latin-1")
        self._guard = Guard("ratelimit.routes")

    def asked(self, scope: Scope, scopes: frozenset[str]) -> Asked | None:
        """Return what a request asks; ``None`` for the preflight of one.

        Args:
            scope: The scope.
            scopes: What rules ask for.
        """
        forwarded, key, origin, preflight = None, None, False, False
        for name, value in scope["headers"]:
            if name == b"x-forwarded-for":
                forwarded = value if forwarded is None else forwarded + b"," + value
            elif name == self._key_header:
                key = value
            elif name == b"origin":
                origin = True
            elif name == b"access-control-request-method":
                preflight = True
        if preflight and origin and scope.get("method") == "OPTIONS":
            return None
        client = scope.get("client")
        path = plain(_below(scope))
        return Asked(
            path=path,
            address=self._proxies.client(client[0], forwarded) if client and client[0] else NOBODY,
            route=self._route(scope, path) if "endpoint" in scopes else "",
            user=self._user(scope),
            api_key=hashed(key[:_LONGEST_KEY]) if key and "api_key" in scopes else None,
            tier=None if self._tier is None else self._tier(scope),
        )

    def name_route(self, scope: Scope) -> None:
        """Say in the scope which route a request was for that will not get there, for those who measure."""
        with self._guard:
            route = self._route(scope, plain(_below(scope)))
            if route != UNMATCHED:
                scope.setdefault("path_template", route)

    def _route(self, scope: Scope, path: str) -> str:
        if self._routes is None:
            self._routes = RouteTemplates(scope.get("app"))
        return self._routes.of(path)


class RateLimitMiddleware:
    """Let requests pass as rules say.

    Args:
        app: The application.
        limiter: Decides.
        reader: Reads who asks for what.
        headers: Which headers answers carry.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limiter: Limiter,
        reader: ScopeReader | None = None,
        headers: HeaderStyle = "both",
    ) -> None:
        self.app = app
        self.limiter = limiter
        self._reader = reader or ScopeReader()
        self._style: HeaderStyle = headers
        self._guard = Guard("ratelimit.asgi")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        kind = scope["type"]
        if kind not in ("http", "websocket") or scope.get(_DECIDED) is self.limiter:
            await self.app(scope, receive, send)
            return
        scope[_DECIDED] = (
            self.limiter
        )  # an application that is mounted in itself, or limited twice, counts once
        verdict: Verdict | None = None
        with self._guard:
            asked = self._reader.asked(scope, self.limiter.scopes)
            verdict = None if asked is None else await self.limiter.decide_async(asked)
        if verdict is None or not verdict.charges:
            await self.app(scope, receive, send)
        elif not verdict.is_allowed:
            self._reader.name_route(scope)
            await _refuse(scope, receive, send, verdict=verdict, style=self._style)
        else:
            told = headers(verdict, self._style)
            await self.app(scope, receive, _telling(send, told) if told else send)


def _telling(send: Send, told: Headers) -> Send:
    async def send_with(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            message = {**message, "headers": [*message.get("headers", ()), *told]}
        await send(message)

    return send_with


async def _refuse(
    scope: Scope, receive: Receive, send: Send, *, verdict: Verdict, style: HeaderStyle
) -> None:
    found, content = refusal(verdict, style)
    kind = "http.response"
    if scope["type"] == "websocket":
        await receive()  # the connection itself: a server wants that to be heard before it is denied
        if _DENIAL not in (scope.get("extensions") or {}):
            await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER, "reason": "too many requests"})
            return
        kind = _DENIAL
    elif scope["method"] == "HEAD":
        content = b""
    await send({"type": f"{kind}.start", "status": status_of(verdict), "headers": found})
    await send({"type": f"{kind}.body", "body": content})


def _below(scope: Scope) -> str:
    """Return the path below ``root_path``; servers differ in whether they put that in front."""
    path, root = str(scope["path"]), str(scope.get("root_path") or "")
    return path[len(root) :] if root and (path == root or path.startswith(root + "/")) else path
