"""``/stream``: server-sent events."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from otel_monitoring.api.live.hub import TOPICS, TooManyError, Topic
from otel_monitoring.api.refused import UNAVAILABLE, UNPROCESSABLE, RefusedError, refusals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.api.asgi import Receive, Scope, Send
    from otel_monitoring.api.live.hub import Hub, Stream

Topics: TypeAlias = Annotated[
    str,
    Query(
        description=f"What to hear of, with commas in between: {', '.join(TOPICS)}.",
        examples=["alerts,health"],
        max_length=100,
    ),
]
LastId: TypeAlias = Annotated[
    str,
    Header(
        alias="Last-Event-ID",
        description="The last event that was seen, as browsers send it when they come back.",
        max_length=64,
    ),
]
_ALL: Final = ",".join(TOPICS)
_MEDIA_TYPE: Final = "text/event-stream"
_PATIENCE_S: Final = 10.0
"""How long a client may take to read what is on its way."""
_HEADERS: Final[Mapping[str, str]] = {"cache-control": "no-store", "x-accel-buffering": "no"}
_AGAIN_S: Final = "10"


def live_router(hub: Hub) -> APIRouter:
    """Return the route of what changes."""
    router = APIRouter(tags=["live"])

    @router.get(
        "/stream",
        summary="What changes, as it happens: server-sent events",
        response_class=EventsResponse,
        status_code=200,
        responses={
            200: {"description": "Events, until the client has enough.", "content": {_MEDIA_TYPE: {}}},
            **refusals(UNPROCESSABLE, UNAVAILABLE),
        },
    )
    async def stream(topics: Topics = _ALL, last_event_id: LastId = "") -> EventsResponse:
        """``metrics`` says that there are new samples, ``alerts`` and ``health`` what changed of these.

        ``reset`` says that something was missed: ask for everything anew. A stream ends after a quarter of an
        hour and with the server; browsers come back by themselves and get what they missed.
        """
        try:
            return EventsResponse(hub, hub.join(_topics(topics), last_id=last_event_id))
        except TooManyError:
            msg = "as many streams are open as api.streams allows: try again later"
            raise RefusedError(msg, status=UNAVAILABLE, headers={"Retry-After": _AGAIN_S}) from None

    return router


class EventsResponse(Response):
    """Send the events of a stream until it or the client ends, or the client stops reading."""

    media_type = _MEDIA_TYPE

    def __init__(self, hub: Hub, stream: Stream) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._hub = hub
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        """Send what comes."""
        watcher = asyncio.ensure_future(self._watch(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            with contextlib.suppress(TimeoutError):  # the connection is cut: nobody reads
                await self._send_all(send)
        finally:
            watcher.cancel()
            self._hub.leave(self._stream)

    async def _send_all(self, send: Send) -> None:
        is_open = True
        while is_open:
            body = await self._stream.take()
            is_open = not self._stream.is_ended
            await asyncio.wait_for(send(_body(body, is_open=is_open)), _PATIENCE_S)

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._stream.end()


def _body(body: bytes, *, is_open: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": is_open}


def _topics(text: str) -> list[Topic]:
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in TOPICS]
    if unknown or not wanted:
        msg = f"query.topics is {text!r}: expected some of {', '.join(TOPICS)}"
        raise RefusedError(msg, field="query.topics")
    return [topic for topic in TOPICS if topic in wanted]
