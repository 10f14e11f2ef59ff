"""One HTTP request around real Starlette and FastAPI applications."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from fastapi import BackgroundTasks, FastAPI
from opentelemetry.trace import StatusCode, get_current_span
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from otel_monitoring.context import correlation
from otel_monitoring.instrument.asgi.instruments import Unbound
from tests.instrument.asgi.server_rig import ServerRig
from tests.instrument.asgi.shop import get, shop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.mark.anyio
async def test_one_server_span_describes_the_request() -> None:
    rig = ServerRig(shop())

    await get(rig, "/v1/orders/7?q=1", headers={"user-agent": "browser/1"})

    attributes = dict(rig.span.attributes or {})
    request_id = attributes.pop("otel_monitoring.request.id")
    assert len(str(request_id)) == 32
    assert rig.span.name == "GET /v1/orders/{order_id}"
    assert attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/orders/{order_id}",
        "http.response.status_code": 200,
        "url.scheme": "http",
        "url.path": "/v1/orders/7",
        "url.query": "q=1",
        "server.address": "shop.example",
        "server.port": 8000,
        "client.address": "192.0.2.7",
        "network.peer.address": "192.0.2.7",
        "network.protocol.version": "1.1",
        "user_agent.original": "browser/1",
    }
    assert len(rig.spans) == 1


@pytest.mark.anyio
async def test_an_unhandled_exception_is_one_log_record_with_its_stack_and_the_spans_status() -> None:
    rig = ServerRig(shop())

    response = await get(rig, "/boom")

    (record,) = rig.logs
    assert response.status_code == 500
    assert rig.span.status.status_code is StatusCode.ERROR
    assert rig.span.status.description == "RuntimeError: boom"
    assert (rig.span.attributes or {})["error.type"] == "RuntimeError"
    assert record.event_name == "http.server.request.exception"
    assert record.attributes["exception.type"] == "RuntimeError"
    assert record.attributes["exception.stacktrace"].rstrip().endswith("RuntimeError: boom")
    assert "in boom\n" in record.attributes["exception.stacktrace"]
    assert record.attributes["http.route"] == "/boom"
    assert record.trace_id == rig.span.context.trace_id
    assert record.span_id == rig.span.context.span_id
    assert not rig.span.events
    (point,) = rig.points("http.server.request.duration")
    assert (point.attributes["error.type"], point.attributes["http.response.status_code"]) == (
        "RuntimeError",
        500,
    )


@pytest.mark.anyio
async def test_an_answered_server_error_is_no_exception() -> None:
    rig = ServerRig(shop())

    await get(rig, "/fail")

    assert rig.logs == []
    assert rig.span.status.status_code is StatusCode.ERROR
    assert (rig.span.attributes or {})["error.type"] == "500"


@pytest.mark.anyio
async def test_a_client_error_leaves_the_status_open() -> None:
    rig = ServerRig(shop())

    await get(rig, "/v1/orders/seven")

    assert rig.span.status.status_code is StatusCode.UNSET
    assert "error.type" not in (rig.span.attributes or {})


@pytest.mark.anyio
async def test_the_request_id_comes_in_and_goes_out() -> None:
    rig = ServerRig(shop())

    response = await get(rig, "/v1/orders/1", headers={"x-request-id": "abc-1"})

    assert response.headers["x-request-id"] == "abc-1"
    assert (rig.span.attributes or {})["otel_monitoring.request.id"] == "abc-1"
    assert response.headers["server-timing"].startswith("total;dur=")


@pytest.mark.anyio
@pytest.mark.parametrize("hostile", [b"x" * 10_240, b"a\x00b", b"\xc3\xa4", b"<script>", b"a b"])
async def test_a_hostile_request_id_is_replaced_and_appears_nowhere(hostile: bytes) -> None:
    rig = ServerRig(shop())

    response = await get(rig, "/boom", headers=[(b"x-request-id", hostile)])

    text = hostile.decode("latin-1")
    said = str(response.headers) + str(dict(rig.span.attributes or {})) + str(rig.logs[0].attributes)
    assert text not in said
    assert len(response.headers["x-request-id"]) == 32


@pytest.mark.anyio
async def test_the_second_accepted_header_serves_where_the_first_is_missing() -> None:
    rig = ServerRig(shop())

    response = await get(rig, "/nowhere", headers={"x-correlation-id": "other-1"})

    assert response.headers["x-request-id"] == "other-1"


@pytest.mark.anyio
async def test_a_user_named_in_the_handler_is_on_the_server_span() -> None:
    app = FastAPI()

    @app.get("/me")
    async def me() -> None:
        correlation.set_user("alice")

    rig = ServerRig(app)
    await get(rig, "/me")

    assert "alice" not in str(rig.span.attributes)
    assert len(str((rig.span.attributes or {})["user.hash"])) == 32


@pytest.mark.anyio
async def test_background_tasks_belong_to_the_trace_but_not_to_the_duration() -> None:
    app = FastAPI()
    seen: dict[str, Any] = {}

    def later() -> None:
        seen["ended"] = len(rig.spans)
        seen["trace"] = get_current_span().get_span_context().trace_id
        seen["id"] = correlation.request_id()

    @app.get("/work")
    async def work(tasks: BackgroundTasks) -> None:
        tasks.add_task(later)

    rig = ServerRig(app)
    response = await get(rig, "/work")

    assert seen == {
        "ended": 1,
        "trace": rig.span.context.trace_id,
        "id": response.headers["x-request-id"],
    }


@pytest.mark.anyio
async def test_an_error_in_a_background_task_is_recorded() -> None:
    app = FastAPI()

    def later() -> None:
        msg = "too late"
        raise ValueError(msg)

    @app.get("/work")
    async def work(tasks: BackgroundTasks) -> None:
        tasks.add_task(later)

    rig = ServerRig(app)
    await get(rig, "/work")

    (record,) = rig.logs
    assert record.attributes["exception.message"] == "too late"
    assert record.trace_id == rig.span.context.trace_id


@pytest.mark.anyio
async def test_a_streaming_response_is_measured_to_its_end() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            assert rig.spans == []
            yield b"12345"

    async def stream(_request: Any) -> StreamingResponse:
        return StreamingResponse(chunks())

    rig = ServerRig(Starlette(routes=[Route("/stream", stream)]))
    response = await get(rig, "/stream")

    (size,) = rig.points("http.server.response.body.size")
    assert response.content == b"12345" * 3
    assert size.sum == 15


@pytest.mark.anyio
async def test_a_disconnected_client_is_named_and_is_no_error_of_ours() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "http.disconnect"

    rig = ServerRig(app)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        raise AssertionError

    await rig.app({"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send)

    assert (rig.span.attributes or {})["error.type"] == "client_disconnected"
    assert rig.span.status.status_code is StatusCode.UNSET


@pytest.mark.anyio
async def test_a_failure_of_ours_does_not_reach_the_request(caplog: pytest.LogCaptureFixture) -> None:
    rig = ServerRig(shop())

    class Broken:
        def accept(self, _raw: bytes | None) -> str:
            msg = "ours"
            raise LookupError(msg)

        response_header = b"x-request-id"

    rig.app.build_middleware_stack()
    app = rig.app
    app.middleware_stack = app.build_middleware_stack()
    app.middleware_stack._http.request_ids = Broken()
    with caplog.at_level(logging.CRITICAL):
        response = await get(rig, "/v1/orders/1")

    assert response.json() == {"id": 1}
    assert rig.guard.counts() == {"LookupError": 1}


class Noting(Unbound):
    """Says when a duration is noted, recorded or taken back."""

    said: ClassVar[list[str]] = []

    def note(self, _value: float) -> bool:
        self.said.append("noted")
        return True

    def take_back(self, _value: float) -> None:
        self.said.append("taken back")

    def record_noted(self, value: float, context: Any, *, sampled: bool) -> None:
        self.said.append("recorded")
        self.record(value, context, sampled=sampled)


@pytest.fixture
def said() -> list[str]:
    Noting.said.clear()
    return Noting.said


SCOPE: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": []}


async def disconnect() -> dict[str, Any]:
    return {"type": "http.disconnect"}


@pytest.mark.anyio
async def test_a_request_is_noted_before_its_last_bytes_leave(said: list[str]) -> None:
    """A worker that is killed right after the client has its answer has counted it."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.body", "body": b"b"})

    async def send(message: Any) -> None:
        said.append(message["type"])

    rig = ServerRig(app, bind=Noting)
    await rig.app({**SCOPE}, disconnect, send)

    assert said == ["http.response.start", "http.response.body", "noted", "http.response.body", "recorded"]
    assert [point.count for point in rig.points("http.server.request.duration")] == [1]


@pytest.mark.anyio
async def test_a_note_is_taken_back_where_the_request_ended_otherwise(said: list[str]) -> None:
    """As where the client goes away while it gets the last bytes."""
    receives: list[Any] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        receives.append(receive)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a"})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await receives[0]()

    rig = ServerRig(app, bind=Noting)
    await rig.app({**SCOPE}, disconnect, send)

    assert said == ["noted", "taken back"]
    (point,) = rig.points("http.server.request.duration")
    assert (point.count, point.attributes["error.type"]) == (1, "client_disconnected")


@pytest.mark.anyio
async def test_a_server_error_is_not_noted_ahead(said: list[str]) -> None:
    """What it is called is known when the application has ended."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(_message: Any) -> None:
        """Take it."""

    rig = ServerRig(app, bind=Noting)
    await rig.app({**SCOPE}, disconnect, send)

    assert said == []
    assert [point.count for point in rig.points("http.server.request.duration")] == [1]
