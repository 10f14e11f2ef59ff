"""A question that was answered before is answered again without finding its route and reading its parameters.

Pages ask the same again and again. Most of what an answer costs that is still good is the way through the
framework and a worker thread, and meanwhile requests of the application wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from anyio import to_thread

from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.api.asgi import ASGIApp, Receive, Scope, Send

_NOTE: Final = "otel_monitoring.again"
_MOST: Final = 32
_JSON: Final = b"application/json"


@dataclass(frozen=True, slots=True)
class Repeated:
    """An answer that can be had again.

    Attributes:
        known: Returns it where it is still good, else ``None``; immediate.
        made: Returns it, made anew if need be; called in a worker thread.
    """

    known: Callable[[], bytes | None]
    made: Callable[[], bytes]


class Again:
    """Give answers again; everything else goes on to an application.

    It lies behind the gate: whoever comes this far may have the answer. What can be given again is named by
    the route itself, with :func:`can_be_repeated`, once it has looked at the whole question.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._repeated: dict[tuple[str, bytes], Repeated] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        question = str(scope["path"]), bytes(scope["query_string"])
        body = await self._body(question)
        if body is None:
            await self._app({**scope, _NOTE: lambda found: self._note(question, found)}, receive, send)
            return
        headers = [(b"content-length", str(len(body)).encode()), (b"content-type", _JSON)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _body(self, question: tuple[str, bytes]) -> bytes | None:
        """Return the answer; ``None`` where the application has to find it, or to say why there is none."""
        repeated = self._repeated.get(question)
        if repeated is None:
            return None
        try:
            return repeated.known() or await to_thread.run_sync(repeated.made)
        except MonitoringError:
            self._repeated.pop(question, None)
            return None

    def _note(self, question: tuple[str, bytes], found: Repeated) -> None:
        """Keep how a question is answered; called from worker threads."""
        self._repeated[question] = found
        for oldest in list(self._repeated)[: max(len(self._repeated) - _MOST, 0)]:
            self._repeated.pop(oldest, None)


def can_be_repeated(scope: Scope, found: Repeated) -> None:
    """Say that a request was answered, and will be again, by what nothing else of it has a part in.

    Args:
        scope: Of the request.
        found: The answer, as JSON.
    """
    note = scope.get(_NOTE)
    if note is not None:
        note(found)
