"""The route of what changes, over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI

from otel_monitoring.api.failing import answer_with_problems
from otel_monitoring.api.live import router as module
from otel_monitoring.api.live.hub import TOPICS, Hub
from otel_monitoring.api.live.router import live_router
from otel_monitoring.testing import FakeClock
from tests.api.client import get

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def app(hub: Hub) -> FastAPI:
    found = FastAPI()
    found.include_router(live_router(hub))
    answer_with_problems(found)
    return found


class Client:
    """A browser that keeps a stream open; it may stop reading, or leave."""

    def __init__(self, hub: Hub, *, query: bytes = b"", reads: bool = True) -> None:
        self.sent: list[dict[str, Any]] = []
        self.left = asyncio.Event()
        self._reads = reads
        self._query = query
        self.run = asyncio.ensure_future(app(hub)(self._scope(), self._receive, self._send))

    def _scope(self) -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "path": "/stream",
            "raw_path": b"/stream",
            "query_string": self._query,
            "headers": [],
            "scheme": "http",
            "server": ("shop", 80),
            "client": ("127.0.0.1", 1),
            "root_path": "",
        }

    async def _receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.sent.append(message)
        if not self._reads and message["type"] == "http.response.body":
            await asyncio.Event().wait()

    @property
    def text(self) -> str:
        return b"".join(one.get("body", b"") for one in self.sent).decode()

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():  # noqa: ASYNC110 - the state belongs to others, which tell nobody
            await asyncio.sleep(0)


def run(test: Callable[[Hub], Awaitable[None]], **options: Any) -> Hub:
    hub = Hub(clock=FakeClock(0), **{"most": 2, **options})

    async def bounded() -> None:
        await asyncio.wait_for(test(hub), 60)

    asyncio.run(bounded())
    return hub


def test_events_are_sent_as_they_come() -> None:
    async def test(hub: Hub) -> None:
        client = Client(hub)
        await client.until(lambda: hub.stats()["streams"] == 1)
        hub.publish("health", {"status": "degraded"})
        await client.until(lambda: "degraded" in client.text)
        hub.stop(1)
        await client.run

        headers = dict(client.sent[0]["headers"])
        assert headers[b"content-type"].startswith(b"text/event-stream")
        assert (headers[b"cache-control"], b"content-length" in headers) == (b"no-store", False)
        assert [one["more_body"] for one in client.sent[1:]][-1] is False

    run(test)


def test_a_client_that_leaves_is_forgotten() -> None:
    async def test(hub: Hub) -> None:
        client = Client(hub)
        await client.until(lambda: hub.stats()["streams"] == 1)
        client.left.set()
        await client.run

        assert hub.stats()["streams"] == 0

    run(test)


def test_a_client_that_stops_reading_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", 0.01)

    async def test(hub: Hub) -> None:
        client = Client(hub, reads=False)
        await client.run

        assert hub.stats()["streams"] == 0
        assert client.sent[-1]["more_body"] is True

    run(test)


def test_only_the_topics_that_were_asked_for_are_sent() -> None:
    async def test(hub: Hub) -> None:
        client = Client(hub, query=b"topics=alerts,%20health")
        await client.until(lambda: hub.stats()["streams"] == 1)
        for topic in TOPICS:
            hub.publish(topic, {})
        hub.stop(1)
        await client.run

        assert [line for line in client.text.splitlines() if "event" in line] == [
            "event: alerts",
            "event: health",
        ]

    run(test)


@pytest.mark.parametrize("topics", ["", ",", "alerts,nonsense", "x" * 101])
def test_topics_that_there_are_not_are_refused(topics: str) -> None:
    answer = get(app(Hub(clock=FakeClock(0), most=1)), f"/stream?topics={topics}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "query.topics"


def test_one_stream_too_many_is_told_when_to_come_back() -> None:
    answer = get(app(Hub(clock=FakeClock(0), most=0)), "/stream")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
