"""``/act``: where a link in a message leads, open without the token of the API.

Mail scanners and previews of chats open every link. So a GET only asks; the POST of its form acts, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from otel_monitoring.api.forms import form_of
from otel_monitoring.api.link_page import Asked, link_page
from otel_monitoring.api.plain_page import HEADERS
from otel_monitoring.notify.links import LinkError

if TYPE_CHECKING:
    from collections.abc import Callable

LINK_PATH = "/act"
"""The path, below the prefix; it is open to everybody."""

_LONGEST_NAME = 80
_STATUSES = {"ask": 200, "done": 200, "late": 410}
_NO_LINK = Asked("late", "This link is not valid", "Open it from the message again, or act over the API.")


class Deeds(Protocol):
    """What can be done by links; called from worker threads."""

    def ask(self, token: str) -> Asked:
        """Return what a link would do, without doing it.

        Raises:
            LinkError: It is no link of ours.
        """
        ...

    def act(self, token: str, *, lasting: str, name: str) -> Asked:
        """Do what a link is for, once, and return what was done.

        Args:
            token: The link.
            lasting: Which of the offered times somebody chose; may be anything.
            name: Who they say they are; may be anything.

        Raises:
            LinkError: It is no link of ours.
        """
        ...


def links_router(deeds: Deeds) -> APIRouter:
    """Return the routes that links in messages lead to."""
    router = APIRouter(include_in_schema=False)

    @router.api_route(LINK_PATH, methods=["GET", "HEAD"])
    def ask(token: str = "") -> HTMLResponse:
        return _answer(lambda: deeds.ask(token))

    @router.post(LINK_PATH)
    async def act(request: Request, token: str = "") -> HTMLResponse:
        from anyio import to_thread

        form = await form_of(request)
        lasting, name = form.get("for", ""), form.get("name", "")[:_LONGEST_NAME]
        return await to_thread.run_sync(lambda: _answer(lambda: deeds.act(token, lasting=lasting, name=name)))

    return router


def _answer(say: Callable[[], Asked]) -> HTMLResponse:
    try:
        asked = say()
    except LinkError:  # whether it was changed, cut or made up, nobody is told
        return HTMLResponse(link_page(_NO_LINK), status_code=403, headers=HEADERS)
    return HTMLResponse(link_page(asked), status_code=_STATUSES[asked.mood], headers=HEADERS)
