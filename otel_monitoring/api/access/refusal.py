"""What somebody who is not let in is told: what to do about it, and nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from otel_monitoring.api.access.sign_in_page import PAGE_HEADERS, sign_in_page
from otel_monitoring.api.problems import MEDIA_TYPE, problem_body

if TYPE_CHECKING:
    from otel_monitoring.api.access.admission import Reason
    from otel_monitoring.api.asgi import ASGIApp, Receive, Scope, Send

TOKEN_VARIABLE: Final = "OTEL_MONITORING_API__TOKEN"  # noqa: S105 - the name of a variable
DETAIL: Final = f"Send the header 'Authorization: Bearer <token>' with the value of {TOKEN_VARIABLE}."

_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY = 401, 403, 429
_HTML: Final = b"text/html"
_ENTRANCES: Final = ("/", "/sign-in")
"""Where a form to sign in may be sent to."""
_FORBIDDEN_BY: Final = {
    "role": "This takes a role that may change things here: ask whoever runs the application for it.",
    "origin": "Nothing shows that a page of ours sent this: send the X-CSRF-Token that /session says.",
}


def refusal(reason: Reason, *, wait_s: float, scope: Scope, path: str, root: str) -> ASGIApp:
    """Return what answers a request that is refused; whether there is a route has no part in it.

    Args:
        reason: Why.
        wait_s: For how long an address that is locked has to wait.
        scope: The request; who looks at it in a browser gets a page to sign in with.
        path: Where it was sent, below the root.
        root: The path below which the pages lie, as the browser sees it.
    """
    if reason == "locked":
        seconds = max(1, math.ceil(wait_s))
        detail = f"Too many wrong credentials came from this address: try again in {seconds} s."
        return _problem(_TOO_MANY, "Too Many Requests", detail, (b"retry-after", str(seconds).encode()))
    if reason == "role" or (reason == "origin" and scope["method"] not in ("GET", "HEAD")):
        return _problem(_FORBIDDEN, "Forbidden", _FORBIDDEN_BY[reason])
    challenge = (b"www-authenticate", b"Bearer")
    if scope["method"] == "GET" and _is_browser(scope):
        page = sign_in_page(action="" if path in _ENTRANCES else f"{root}/sign-in").encode()
        headers = [(name.lower().encode(), value.encode()) for name, value in PAGE_HEADERS.items()]
        headers += [(b"content-type", b"text/html; charset=utf-8"), challenge]
        return _answer(_UNAUTHORIZED, headers, page)
    return _problem(_UNAUTHORIZED, "Unauthorized", DETAIL, challenge)


def _is_browser(scope: Scope) -> bool:
    return any(name == b"accept" and _HTML in value for name, value in scope["headers"])


def _problem(status: int, title: str, detail: str, *headers: tuple[bytes, bytes]) -> ASGIApp:
    body = problem_body(status=status, title=title, detail=detail)
    return _answer(status, [(b"content-type", MEDIA_TYPE.encode()), *headers], body)


def _answer(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> ASGIApp:
    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": body})

    return answer
