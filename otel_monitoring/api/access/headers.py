"""Headers that every answer has unless its route says otherwise, and those that none has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from otel_monitoring.api.asgi import Message, Send

_STRICT: Final = (
    (b"cache-control", b"no-store"),
    (
        b"content-security-policy",
        b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_FOREIGN: Final = b"access-control-"


def strictly(send: Send, *, hsts_s: int = 0) -> Send:
    """Return what sends an answer with strict headers, and without those that open it to other sites.

    Args:
        send: Sends the answer.
        hsts_s: For how long browsers come back by ``https`` alone; 0 says nothing about it.
    """

    async def strict_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = [pair for pair in message["headers"] if not pair[0].lower().startswith(_FOREIGN)]
            names = {name.lower() for name, _ in given}
            more = [pair for pair in _STRICT if pair[0] not in names]
            if hsts_s:
                more.append((b"strict-transport-security", b"max-age=%d" % hsts_s))
            message = {**message, "headers": [*given, *more]}
        await send(message)

    return strict_send
