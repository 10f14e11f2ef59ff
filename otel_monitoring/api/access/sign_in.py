"""``/sign-in``, ``/sign-out`` and ``/session``: a browser exchanges a token or a key for a cookie."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.access.caller import Caller, caller_of
from otel_monitoring.api.access.origin import is_embedded, is_ours
from otel_monitoring.api.access.sign_in_page import PAGE_HEADERS, front_page, sign_in_page
from otel_monitoring.api.forms import form_of

if TYPE_CHECKING:
    from otel_monitoring.api.access.admission import Access

_SEE_OTHER, _UNAUTHORIZED, _FORBIDDEN, _TOO_MANY = 303, 401, 403, 429


class SessionBody(BaseModel):
    """Who calls."""

    name: str = Field(description="As the audit trail names them.", examples=["key ci"])
    role: Literal["viewer", "admin"]
    by: Literal["token", "key", "jwt", "session", "application"] = Field(description="How they proved it.")
    until: datetime | None = Field(description="When that ends by itself; empty for never.")
    forgery_token: str | None = Field(
        serialization_alias="csrfToken",
        description="What `X-CSRF-Token` says where a browser does not say where a request comes from; empty "
        "without a cookie.",
    )


def sign_in_router(access: Access) -> APIRouter:
    """Return the routes by which browsers come in and go."""
    router = APIRouter(tags=["access"])
    door = _Door(access)
    page: dict[str, Any] = {
        "include_in_schema": False,
        "response_class": HTMLResponse,
        "response_model": None,
    }
    router.get("/", **page)(door.front)
    router.get("/sign-in", **page)(door.come)
    router.post("/sign-in", **page)(door.enter)
    router.post("/", **page)(door.enter)  # from the page that a stranger gets there
    router.post("/sign-out", **page)(door.leave)
    router.get("/session", summary="Who calls, and until when")(door.session)
    return router


class _Door:
    """The routes; all of them answer at once."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def front(self, request: Request) -> Response:
        return _html(front_page(self._root(request), _caller(request)))

    async def come(self, request: Request, token: str = "") -> Response:
        """Take a link that holds a token, and lead away from it; without a token ask for one."""
        if not token:
            return _html(sign_in_page())
        if is_embedded(request.scope):
            return _sorry("Open the link itself to sign in.", status=_FORBIDDEN)
        return await self._let_in(request, token)

    async def enter(self, request: Request) -> Response:
        if not is_ours(request.scope, self._access.forwarding):
            self._access.refuse("origin")
            return _sorry("This form was sent from elsewhere: try again here.", status=_FORBIDDEN)
        return await self._let_in(request, (await form_of(request)).get("token", "").strip())

    async def leave(self, request: Request) -> Response:
        self._access.trail.signed_out(_caller(request))
        answer = RedirectResponse(self._root(request) + "/sign-in", status_code=_SEE_OTHER)
        self._set_cookie(request, answer, "", 0)
        return answer

    async def session(self, request: Request) -> SessionBody:
        caller, cookie = _caller(request), self._access.cookie(request.scope)
        return SessionBody(
            name=caller.name,
            role=caller.role,
            by=caller.by,
            until=values.time_if_any(caller.until_ms),
            forgery_token=self._access.sessions.forgery_token(cookie) if cookie else None,
        )

    async def _let_in(self, request: Request, credential: str) -> Response:
        found = await self._access.sign_in(request.scope, credential)
        if found.caller is None:
            self._access.refuse(found.reason)
            return _turned_away(found.wait_s)
        text, lasting_s = self._access.sessions.open(found.caller)
        self._access.trail.signed_in(found.caller, self._access.forwarding.client(request.scope))
        answer = RedirectResponse(self._root(request) + "/", status_code=_SEE_OTHER)
        self._set_cookie(request, answer, text, lasting_s)
        return answer

    def _root(self, request: Request) -> str:
        return quote(self._access.forwarding.root(request.scope), safe="/~")

    def _set_cookie(self, request: Request, answer: Response, text: str, lasting_s: int) -> None:
        scope = request.scope
        answer.set_cookie(
            self._access.cookie_name(scope),
            text,
            max_age=lasting_s,
            path=self._root(request) or "/",
            secure=self._access.is_cookie_secure(scope),
            httponly=True,
            samesite="strict",
        )


def _caller(request: Request) -> Caller:
    caller = caller_of(request.scope)
    if caller is None:  # the gate lets no stranger in here
        msg = "there is no caller behind the gate"
        raise RuntimeError(msg)
    return caller


def _turned_away(wait_s: float) -> Response:
    if wait_s <= 0:
        return _sorry("That is no token or key of this application.", status=_UNAUTHORIZED)
    seconds = max(1, math.ceil(wait_s))
    text = f"Too many wrong ones came from this address: try again in {seconds} s."
    answer = _sorry(text, status=_TOO_MANY)
    answer.headers["retry-after"] = str(seconds)
    return answer


def _sorry(text: str, *, status: int) -> Response:
    return _html(sign_in_page(problem=text), status=status)


def _html(text: str, *, status: int = 200) -> HTMLResponse:
    return HTMLResponse(text, status_code=status, headers=PAGE_HEADERS)
