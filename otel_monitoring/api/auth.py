"""Who may read: closed to everybody who brings no token, whatever address they come from (X4).

An ASGI gate in front of the whole API, so that a route that is forgotten, misspelt or does not exist answers
a stranger just like any other.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from otel_monitoring.api.problems import problem_body

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from otel_monitoring.api.asgi import ASGIApp, Message, Receive, Scope, Send

TOKEN_VARIABLE = "OTEL_MONITORING_API__TOKEN"  # noqa: S105 - the name of a variable
_UNAUTHORIZED = 401
_POLICY_VIOLATION = 1008
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)


class TokenAuth:
    """Accept bearer tokens.

    Args:
        token: The token, or what returns those that are accepted at the moment; an empty one accepts nobody.
    """

    def __init__(self, token: str | Callable[[], Collection[str]] | None) -> None:
        stated = token if isinstance(token, str) else ""
        self._tokens = token if callable(token) else lambda: (stated,)

    def accepts(self, authorization: bytes) -> bool:
        """Tell whether an ``Authorization`` header carries a token; takes the same time for every guess."""
        scheme, _, given = authorization.strip().partition(b" ")
        digest = _digest(given.strip())
        same = [hmac.compare_digest(digest, _digest(one.encode())) for one in self._tokens() if one]
        return any(same) and scheme.lower() == b"bearer"


class Gate:
    """Let through who brings the token, and everybody to the open paths.

    Args:
        app: What lies behind.
        auth: Who is accepted.
        open_paths: Paths, without the prefix, that ask for nothing.
    """

    def __init__(self, app: ASGIApp, *, auth: TokenAuth, open_paths: Collection[str]) -> None:
        self._app = app
        self._auth = auth
        self._open_paths = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope, or refuse it."""

        async def send_strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                more = [header for header in _HEADERS if header[0] not in names]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path in self._open_paths or self._auth.accepts(_authorization(scope)):
            await self._app(scope, receive, send_strictly)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await _refuse(send_strictly)


def _authorization(scope: Scope) -> bytes:
    found = [bytes(value) for name, value in scope["headers"] if name == b"authorization"]
    return found[0] if len(found) == 1 else b""


async def _refuse(send: Send) -> None:
    detail = f"Send the header 'Authorization: Bearer <token>' with the value of {TOKEN_VARIABLE}."
    body = problem_body(status=_UNAUTHORIZED, title="Unauthorized", detail=detail)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"www-authenticate", b"Bearer"),
    ]
    await send({"type": "http.response.start", "status": _UNAUTHORIZED, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
