"""The correlation of requests that somebody else records, around plain ASGI applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from otel_monitoring.context import correlation
from otel_monitoring.context.headers import RequestIdPolicy
from otel_monitoring.guard import Guard
from otel_monitoring.instrument.asgi import HttpInstruments
from otel_monitoring.instrument.asgi.attributes import RequestAttributes
from otel_monitoring.instrument.asgi.correlation import CORRELATION, Carry, CorrelationMiddleware, Measures
from otel_monitoring.instrument.asgi.route import RouteNames

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

pytestmark = pytest.mark.anyio

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"12345"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Exchange:
    """One request to a middleware around ``app``, and what came of it."""

    def __init__(self, app: Any, **options: Any) -> None:
        self.guard = Guard("tap.correlation.test")
        self.middleware = CorrelationMiddleware(
            app,
            request_ids=RequestIdPolicy(),
            attributes=RequestAttributes(),
            routes=RouteNames(app),
            guard=self.guard,
            **options,
        )
        self.sent: list[Any] = []

    async def run(self, kind: str = "http", *received: dict[str, Any]) -> None:
        scope = {"type": kind, "method": "POST", "path": "/", "headers": [], "scheme": "http"}
        waiting = list(received) or [{"type": "http.request", "body": b"123"}]

        async def receive() -> Any:
            return waiting.pop(0)

        async def send(message: Any) -> None:
            self.sent.append(message)

        await self.middleware(scope, receive, send)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return list(self.sent[0]["headers"])


def answering(*messages: dict[str, Any]) -> Callable[..., Awaitable[None]]:
    """An application that reads one message and answers with ``messages``."""

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        for message in messages:
            await send(message)

    return app


async def nothing(*_: Any) -> Any:
    return None


class Instruments:
    """The instruments of a server, with what they recorded."""

    def __init__(self) -> None:
        self._reader = InMemoryMetricReader()
        meters = MeterProvider([self._reader], shutdown_on_exit=False)
        made = HttpInstruments(meters.get_meter("test"))
        self.measures = Measures(
            duration=made.duration, request_size=made.request_size, response_size=made.response_size
        )

    def points(self) -> dict[str, Any]:
        data: Any = self._reader.get_metrics_data()
        return {
            metric.name: metric.data.data_points[0]
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.data.data_points
        }


async def test_the_answer_bears_the_id_that_the_application_saw() -> None:
    seen: list[str | None] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(correlation.request_id())
        await answering(START, BODY)(scope, receive, send)

    exchange = Exchange(app)

    await exchange.run()

    assert [value.decode() for name, value in exchange.headers if name == b"x-request-id"] == seen


async def test_no_trace_is_named_where_there_is_none() -> None:
    exchange = Exchange(answering(START, BODY))

    await exchange.run()

    assert b"traceresponse" not in dict(exchange.headers)


async def test_a_header_that_the_application_answers_with_is_not_doubled() -> None:
    exchange = Exchange(answering({**START, "headers": [(b"X-Request-Id", b"theirs")]}, BODY))

    await exchange.run()

    assert [value for name, value in exchange.headers if name.lower() == b"x-request-id"] == [b"theirs"]


async def test_an_accepted_websocket_is_told_its_request_id() -> None:
    exchange = Exchange(answering({"type": "websocket.accept"}))

    await exchange.run("websocket", {"type": "websocket.connect"})

    assert [name for name, _ in exchange.headers] == [b"x-request-id"]


async def test_what_the_recorder_lacks_is_measured_here() -> None:
    instruments = Instruments()
    exchange = Exchange(answering(START, BODY), measures=instruments.measures)

    await exchange.run()

    points = instruments.points()
    assert points["http.server.request.duration"].attributes["http.response.status_code"] == 200
    assert points["http.server.request.body.size"].sum == 3
    assert points["http.server.response.body.size"].sum == 5


async def test_websockets_are_no_requests_to_measure() -> None:
    instruments = Instruments()
    exchange = Exchange(answering({"type": "websocket.accept"}), measures=instruments.measures)

    await exchange.run("websocket", {"type": "websocket.connect"})

    assert instruments.points() == {}


@pytest.mark.parametrize(
    ("app", "received", "error_type"),
    [
        (answering({**START, "status": 503}, BODY), {"type": "http.request"}, "503"),
        (answering(), {"type": "http.request"}, "no_response"),
        (answering(), {"type": "http.disconnect"}, "client_disconnected"),
    ],
)
async def test_a_failed_request_is_measured_with_its_kind_of_error(
    app: Any, received: dict[str, Any], error_type: str
) -> None:
    instruments = Instruments()

    await Exchange(app, measures=instruments.measures).run("http", received)

    assert instruments.points()["http.server.request.duration"].attributes["error.type"] == error_type


async def test_an_error_passes_through_untouched() -> None:
    error = RuntimeError("boom")

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise error

    with pytest.raises(RuntimeError) as caught:
        await Exchange(app).run()

    assert caught.value is error


async def test_what_breaks_in_here_does_not_break_the_request() -> None:
    def identify(_correlation: Any, _headers: Any) -> None:
        msg = "broken"
        raise KeyError(msg)

    exchange = Exchange(answering(START, BODY), identify=identify)

    await exchange.run()

    assert exchange.sent == [START, BODY]
    assert exchange.guard.counts() == {"KeyError": 1}


async def test_the_correlation_ends_with_the_request() -> None:
    await Exchange(answering(START, BODY)).run()

    assert correlation.current() is None


async def test_the_correlation_is_brought_in_behind_a_recorder_that_left_it_out() -> None:
    seen: list[Any] = []

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(correlation.current())

    carried = correlation.Correlation("behind")

    await Carry(app)({"type": "http", CORRELATION: carried}, nothing, nothing)

    assert seen == [carried]
    assert correlation.current() is None


async def test_a_scope_without_a_correlation_passes_by() -> None:
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append((scope["type"], correlation.current()))

    await Carry(app)({"type": "lifespan"}, nothing, nothing)

    assert seen == [("lifespan", None)]
