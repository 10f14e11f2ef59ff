"""The correlation of requests that somebody else records: FastAPI itself, contrib, the application.

One middleware stands outermost where it can, gives every request its id, answers with the headers, and
adds what the recorder leaves out: an unhandled error as a log record, or metrics under the names that
rules and pages ask for. It starts no span.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from opentelemetry.context import attach, detach
from opentelemetry.trace import get_current_span

from otel_monitoring.context import correlation as correlations
from otel_monitoring.context import stack
from otel_monitoring.context.correlation import REQUEST_ID, Correlation, in_context
from otel_monitoring.context.headers import server_timing, traceresponse
from otel_monitoring.instrument.asgi.attributes import CLIENT_DISCONNECTED
from otel_monitoring.instrument.asgi.failure import log_exception

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opentelemetry._logs import Logger
    from opentelemetry.metrics import Histogram
    from opentelemetry.trace import Span

    from otel_monitoring.context.headers import RequestIdPolicy
    from otel_monitoring.guard import Guard
    from otel_monitoring.instrument.asgi.attributes import RequestAttributes
    from otel_monitoring.instrument.asgi.protocol import ASGIApp, Message, Receive, Scope, Send
    from otel_monitoring.instrument.asgi.route import RouteNames

CORRELATION = "otel_monitoring.correlation"
"""Where the correlation lies in a request's scope."""

_SERVER_ERROR = 500
_EVENTS = {"http": "http.server.request.exception"}
_STARTS = frozenset({"http.response.start", "websocket.accept"})


@dataclass(frozen=True, slots=True)
class Measures:
    """The metrics that a recorder leaves to us; ``None`` where it has them itself.

    Attributes:
        duration: ``http.server.request.duration``.
        request_size: ``http.server.request.body.size``.
        response_size: ``http.server.response.body.size``.
    """

    duration: Histogram | None = None
    request_size: Histogram | None = None
    response_size: Histogram | None = None


class CorrelationMiddleware:
    """Give each request an id, whoever records it.

    Args:
        app: The application within.
        request_ids: Which incoming request ids are taken over.
        attributes: Says which attributes a metric of a request has.
        routes: Names the route that served it.
        guard: Catches what goes wrong in here.
        is_within: Whether the recorder's span is current already when a request arrives here.
        logger: Receives unhandled exceptions; ``None`` where the recorder logs them.
        measures: The metrics that the recorder leaves to us.
        answer_trace: Whether responses carry ``traceresponse``.
        answer_timing: Whether responses carry ``Server-Timing``.
        identify: Finds user, session and tenant for a correlation in the request's headers.
    """

    def __init__(  # noqa: PLR0913 - the parts of a request's telemetry
        self,
        app: ASGIApp,
        *,
        request_ids: RequestIdPolicy,
        attributes: RequestAttributes,
        routes: RouteNames,
        guard: Guard,
        is_within: bool = False,
        logger: Logger | None = None,
        measures: Measures | None = None,
        answer_trace: bool = True,
        answer_timing: bool = True,
        identify: Callable[[Correlation, Iterable[tuple[bytes, bytes]]], None] | None = None,
    ) -> None:
        self.app = app
        self.request_ids = request_ids
        self.attributes = attributes
        self.routes = routes
        self.guard = guard
        self.is_within = is_within
        self.logger = logger
        self.measures = measures or Measures()
        self.answer_trace = answer_trace
        self.answer_timing = answer_timing
        self.identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        try:
            request = _Request(self, scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the tap's guard, without the cost of entering one
            self.guard.caught(error)
            await self.app(scope, receive, send)
            return
        token = attach(in_context(request.correlation))
        try:
            await self.app(scope, request.receive, request.send)
        except BaseException as error:
            with self.guard:
                request.failed(error)
            raise
        finally:
            with self.guard:
                request.measure()
            detach(token)


class Carry:
    """Bring the correlation in behind a recorder, which starts from the context that the client sent.

    Args:
        app: The application behind the recorder.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope; only those that passed a :class:`CorrelationMiddleware` bear a correlation."""
        correlation = scope.get(CORRELATION)
        if correlation is None:
            await self.app(scope, receive, send)
            return
        _tell(get_current_span(), correlation)
        token = attach(in_context(correlation))
        try:
            await self.app(scope, receive, send)
        finally:
            detach(token)


class _Request:
    """One request on its way: its correlation, and what is known of its answer."""

    __slots__ = (
        "_error_type",
        "_is_disconnected",
        "_middleware",
        "_received_bytes",
        "_root_path",
        "_scope",
        "_sent_bytes",
        "_span",
        "_started_s",
        "_status",
        "_upstream_receive",
        "_upstream_send",
        "correlation",
    )

    def __init__(self, middleware: CorrelationMiddleware, scope: Scope, receive: Receive, send: Send) -> None:
        self._started_s = perf_counter()
        self._middleware = middleware
        self._scope = scope
        self._root_path: str = scope.get("root_path") or ""
        self._upstream_receive, self._upstream_send = receive, send
        self._status = self._sent_bytes = self._received_bytes = 0
        self._error_type = ""
        self._is_disconnected = False
        self._span: Span | None = get_current_span() if middleware.is_within else None
        self.correlation = scope[CORRELATION] = self._correlation()
        if self._span is not None:
            _tell(self._span, self.correlation)

    async def receive(self) -> Message:
        """Pass a message from the client, counting its body."""
        message = await self._upstream_receive()
        if message["type"] == "http.request":
            self._received_bytes += len(message.get("body") or b"")
        elif message["type"] == "http.disconnect":
            self._is_disconnected = True
        return message

    async def send(self, message: Message) -> None:
        """Pass a message to the client, with our headers on the first."""
        kind = message["type"]
        if kind == "http.response.body":
            self._sent_bytes += len(message.get("body") or b"")
        elif kind in _STARTS:
            self._status = message.get("status", 0)
            with self._middleware.guard:
                message = self._with_headers(message)
        await self._upstream_send(message)

    def failed(self, error: BaseException) -> None:
        """Note that the application raised ``error``, as a log record where nobody else writes one."""
        self._error_type = stack.type_name(error)
        if self._is_disconnected and not self._status:
            self._error_type = CLIENT_DISCONNECTED
            return
        if not isinstance(error, Exception):
            return
        middleware = self._middleware
        if middleware.logger is not None or middleware.is_within:
            stack.mark_recorded(error)
        if middleware.logger is not None:
            self._log(error, middleware.logger)

    def measure(self) -> None:
        """Record the metrics that the recorder leaves to us."""
        middleware = self._middleware
        measures = middleware.measures
        if self._scope["type"] != "http" or measures == _NOTHING:
            return
        measured, _, _ = middleware.attributes.end(
            self._scope,
            route=middleware.routes.of(self._scope, self._root_path),
            status=self._status,
            error_type=self._error_type or self._failure(),
        )
        context = in_context(self.correlation, span=self._server_span())
        if measures.duration is not None:
            measures.duration.record(perf_counter() - self._started_s, measured, context)
        if measures.response_size is not None:
            measures.response_size.record(self._sent_bytes, measured, context)
        if measures.request_size is not None and self._received_bytes:
            measures.request_size.record(self._received_bytes, measured, context)

    def _log(self, error: Exception, logger: Logger) -> None:
        log_exception(
            logger,
            error,
            where="while serving a request",
            event_name=_EVENTS.get(self._scope["type"], "exception"),
            context=in_context(self.correlation, span=self._server_span()),
            correlation=self.correlation,
            route=self._middleware.routes.of(self._scope, self._root_path),
        )

    def _failure(self) -> str:
        if self._status >= _SERVER_ERROR:
            return str(self._status)
        if self._is_disconnected and not self._status:
            return CLIENT_DISCONNECTED
        return "" if self._status else "no_response"

    def _correlation(self) -> Correlation:
        """Return what the recorder's span was started with, or a new correlation."""
        middleware, headers = self._middleware, self._scope["headers"]
        found = correlations.current() if middleware.is_within else None
        correlation = found or Correlation(middleware.request_ids.request_id(headers))
        if middleware.identify is not None:
            middleware.identify(correlation, headers)
        return correlation

    def _server_span(self) -> Span:
        return self._span or self.correlation.span or get_current_span()

    def _with_headers(self, message: Message) -> Message:
        middleware = self._middleware
        given = list(message.get("headers", ()))
        ours = [(middleware.request_ids.response_header, self.correlation.request_id.encode())]
        if message["type"] == "http.response.start":
            context = self._server_span().get_span_context()
            if middleware.answer_trace and context.is_valid:
                ours.append((b"traceresponse", traceresponse(context)))
            if middleware.answer_timing:
                ours.append((b"server-timing", server_timing(perf_counter() - self._started_s)))
        # Recorders may answer with a traceresponse too; several Server-Timing headers add up by design.
        present = {bytes(name).lower() for name, _ in given} - {b"server-timing"}
        return {**message, "headers": given + [header for header in ours if header[0] not in present]}


_NOTHING = Measures()


def _tell(span: Span, correlation: Correlation) -> None:
    """Write the correlation on the server span, and keep that span for what becomes known later."""
    if not span.is_recording():
        return
    correlation.span = span
    if correlation.is_bare():
        span.set_attribute(REQUEST_ID, correlation.request_id)
    else:
        span.set_attributes(correlation.attributes())
