"""Knock at a gate without a server, with whatever headers and from whatever address."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from otel_monitoring.api.asgi import ASGIApp, Message, Receive, Scope, Send

ROOT = "/monitoring"
HOST = "shop.example"
STRANGER = "203.0.113.7"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


class BehindFake:
    """Answer everything with 200, and remember the scopes that came through."""

    def __init__(self, *, headers: Iterable[tuple[bytes, bytes]] = (), status: int = 200) -> None:
        self.scopes: list[Scope] = []
        self._headers = list(headers)
        self._status = status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        self.scopes.append(scope)
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        await send({"type": "http.response.body", "body": b"reached"})


def scope_of(
    path: str = "/alerts",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    client: str = STRANGER,
    scheme: str = "http",
    query: str = "",
) -> dict[str, Any]:
    """Return the scope of a request below the prefix."""
    pairs = headers.items() if hasattr(headers, "items") else headers
    return {
        "type": "http",
        "method": method,
        "scheme": scheme,
        "root_path": ROOT,
        "path": ROOT + path,
        "query_string": query.encode(),
        "headers": [
            (b"host", HOST.encode()),
            *((name.lower().encode(), text.encode("latin-1")) for name, text in pairs),
        ],
        "client": (client, 40000),
    }


def knock(gate: ASGIApp, path: str = "/alerts", *, body: bytes = b"", **asked: Any) -> Answer:
    """Return the answer to a request, as :func:`scope_of` takes it."""
    return asyncio.run(knocked(gate, scope_of(path, **asked), body=body))


async def knocked(gate: ASGIApp, scope: Scope, *, body: bytes = b"") -> Answer:
    """Return the answer to a scope."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await gate(scope, receive, send)
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(one.get("body", b"") for one in sent[1:]))
