"""WebSocket connections of an ASGI application: one span a connection, connections and messages counted.

There is no semantic convention for WebSockets yet; the names are our own.
"""

from __future__ import annotations

from collections import Counter
from time import perf_counter
from typing import TYPE_CHECKING, Any

from opentelemetry.context import attach, detach
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.trace import SpanKind, StatusCode

from otel_monitoring.context import stack
from otel_monitoring.context.correlation import REQUEST_ID, Correlation, in_context
from otel_monitoring.instrument.asgi.attributes import parent_context
from otel_monitoring.instrument.asgi.failure import log_exception
from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry._logs import Logger
    from opentelemetry.metrics import Meter
    from opentelemetry.trace import Tracer

    from otel_monitoring.context.headers import RequestIdPolicy
    from otel_monitoring.guard import Guard
    from otel_monitoring.instrument.asgi.attributes import RequestAttributes
    from otel_monitoring.instrument.asgi.protocol import ASGIApp, Message, Receive, Scope, Send
    from otel_monitoring.instrument.asgi.route import RouteNames

CONNECTION_BUCKETS_S = (0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0)
"""Bounds of the connection duration histogram in seconds."""

METRICS = (
    MetricDescription(
        "otel_monitoring.websocket.connection.duration",
        "s",
        "histogram",
        "Duration of WebSocket connections.",
        ("http.route", "error.type"),
    ),
    MetricDescription(
        "otel_monitoring.websocket.active_connections",
        "{connection}",
        "updowncounter",
        "Number of open WebSocket connections.",
        ("http.route",),
    ),
    MetricDescription(
        "otel_monitoring.websocket.messages",
        "{message}",
        "counter",
        "Number of WebSocket messages by direction.",
        ("http.route", "network.io.direction"),
    ),
)
"""Every metric of WebSocket connections."""

_NORMAL_CLOSES = frozenset((1000, 1001, 1005))
_RECEIVED, _SENT = "receive", "transmit"


class WebSocketInstruments:
    """The instruments of WebSocket connections.

    Messages are counted as plain integers and observed at collection.

    Args:
        meter: Creates the instruments.
    """

    def __init__(self, meter: Meter) -> None:
        duration, active, messages = METRICS
        self.duration = meter.create_histogram(
            duration.name,
            unit=duration.unit,
            description=duration.description,
            explicit_bucket_boundaries_advisory=CONNECTION_BUCKETS_S,
        )
        meter.create_observable_up_down_counter(
            active.name, [self._observe_connections], unit=active.unit, description=active.description
        )
        meter.create_observable_counter(
            messages.name, [self._observe_messages], unit=messages.unit, description=messages.description
        )
        self.open: dict[_Connection, None] = {}
        self._routes: set[str] = set()
        self._messages: Counter[tuple[str, str]] = Counter()

    def closed(self, connection: _Connection) -> None:
        """Move the counts of a connection to the totals of its route."""
        self.open.pop(connection, None)
        self._messages[(connection.route, _RECEIVED)] += connection.received
        self._messages[(connection.route, _SENT)] += connection.sent

    def after_fork(self) -> None:
        """Forget the parent's connections."""
        self.open.clear()
        self._routes.clear()
        self._messages.clear()

    def _observe_connections(self, _options: CallbackOptions) -> Iterable[Observation]:
        counts = dict.fromkeys(self._routes, 0)
        for connection in list(self.open):
            counts[connection.route] = counts.get(connection.route, 0) + 1
        self._routes.update(counts)
        for route, count in counts.items():
            yield Observation(count, {"http.route": route} if route else {})

    def _observe_messages(self, _options: CallbackOptions) -> Iterable[Observation]:
        totals = Counter(self._messages)
        for connection in list(self.open):
            totals[(connection.route, _RECEIVED)] += connection.received
            totals[(connection.route, _SENT)] += connection.sent
        for (route, direction), count in totals.items():
            attributes = {"network.io.direction": direction}
            if route:
                attributes["http.route"] = route
            yield Observation(count, attributes)


class WebSocketMiddleware:
    """Trace and count every WebSocket connection that passes.

    Args:
        app: The application within.
        tracer: Starts the spans.
        logger: Receives unhandled exceptions as log records.
        instruments: Where connections and messages are counted.
        attributes: Reads the attributes of a connection from its scope.
        routes: Names the route that serves it.
        request_ids: Which incoming request ids are taken over.
        guard: Catches what goes wrong in here.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        tracer: Tracer,
        logger: Logger,
        instruments: WebSocketInstruments,
        attributes: RequestAttributes,
        routes: RouteNames,
        request_ids: RequestIdPolicy,
        guard: Guard,
    ) -> None:
        self.app = app
        self.tracer = tracer
        self.logger = logger
        self.instruments = instruments
        self.attributes = attributes
        self.routes = routes
        self.request_ids = request_ids
        self.guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        try:
            connection = _Connection(self, scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the tap's guard, without the cost of entering one
            self.guard.caught(error)
            await self.app(scope, receive, send)
            return
        token = attach(connection.context)
        error_type = ""
        try:
            await self.app(scope, connection.receive, connection.send)
        except BaseException as error:
            with self.guard:
                error_type = connection.failed(error)
            raise
        finally:
            with self.guard:
                connection.finish(error_type)
            detach(token)


class _Connection:
    def __init__(self, middleware: WebSocketMiddleware, scope: Scope, receive: Receive, send: Send) -> None:
        self._middleware = middleware
        self._scope = scope
        self._upstream_receive, self._upstream_send = receive, send
        self._started_s = perf_counter()
        self._root_path: str = scope.get("root_path") or ""
        self._close_code: int | None = None
        self.route = ""
        self.received = self.sent = 0
        found = middleware.attributes.of({**scope, "method": "GET"})
        request_id = middleware.request_ids.accept(found.request_id)
        self.correlation = Correlation(request_id or middleware.request_ids.request_id(scope["headers"]))
        found.attributes[REQUEST_ID] = self.correlation.request_id
        found.attributes["network.protocol.name"] = "websocket"
        parent = parent_context(found, scope["headers"])
        self.span = middleware.tracer.start_span("WS", parent, SpanKind.SERVER, found.attributes)
        self.correlation.span = self.span
        self.context = in_context(self.correlation, parent, span=self.span)
        middleware.instruments.open[self] = None

    async def receive(self) -> Message:
        """Pass a message from the client."""
        message = await self._upstream_receive()
        if message["type"] == "websocket.receive":
            self.received += 1
        elif message["type"] == "websocket.disconnect":
            self._close_code = message.get("code")
        return message

    async def send(self, message: Message) -> None:
        """Pass a message to the client; the first one comes when the route is known."""
        if message["type"] == "websocket.send":
            self.sent += 1
        elif message["type"] == "websocket.accept":
            message = self._accepted(message)
        elif message["type"] == "websocket.close":
            self._close_code = message.get("code", 1000)
        await self._upstream_send(message)

    def failed(self, error: BaseException) -> str:
        """Record an exception that the application raised; return its type, or nothing for a closing."""
        code = getattr(error, "code", None)
        if type(error).__name__ == "WebSocketDisconnect" and code in _NORMAL_CLOSES:
            return ""
        error_type = stack.type_name(error)
        if not isinstance(error, Exception):
            return error_type
        log_exception(
            self._middleware.logger,
            error,
            where="in a WebSocket connection",
            event_name="exception",
            context=self.context,
            correlation=self.correlation,
            route=self.route,
        )
        self.span.set_status(StatusCode.ERROR, f"{error_type}: {stack.message(error)}")
        return error_type

    def finish(self, error_type: str) -> None:
        """Record the connection and end its span."""
        self._name()
        measured: dict[str, Any] = {"http.route": self.route} if self.route else {}
        if error_type:
            measured["error.type"] = error_type
        if self.span.is_recording():
            self.span.set_attributes(
                {
                    **measured,
                    "otel_monitoring.websocket.received": self.received,
                    "otel_monitoring.websocket.sent": self.sent,
                }
            )
            if self._close_code is not None:
                self.span.set_attribute("otel_monitoring.websocket.close_code", self._close_code)
        instruments = self._middleware.instruments
        instruments.duration.record(perf_counter() - self._started_s, measured, self.context)
        instruments.closed(self)
        self.span.end()

    def _accepted(self, message: Message) -> Message:
        with self._middleware.guard:
            self._name()
            header = (self._middleware.request_ids.response_header, self.correlation.request_id.encode())
            return {**message, "headers": [*message.get("headers", ()), header]}
        return message

    def _name(self) -> None:
        self.route = self._middleware.routes.of(self._scope, self._root_path) or ""
        if self.route and self.span.is_recording():
            self.span.update_name(f"WS {self.route}")
