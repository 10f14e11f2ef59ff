"""HTTP requests of an ASGI application: one server span, its metrics, its headers, its error.

The middleware stands outermost, so that it sees the response that an error handler makes of an exception.
Whatever goes wrong in here is counted and never reaches the request.

Source of names: OpenTelemetry semantic conventions 1.44, HTTP spans.
"""

from __future__ import annotations

from time import perf_counter, time_ns
from typing import TYPE_CHECKING, Any

from opentelemetry.context import attach, detach
from opentelemetry.trace import SpanKind, StatusCode

from otel_monitoring.context import stack
from otel_monitoring.context.correlation import REQUEST_ID, Correlation, in_context
from otel_monitoring.context.headers import server_timing, traceresponse
from otel_monitoring.instrument.asgi.attributes import (
    CLIENT_DISCONNECTED,
    METHODS,
    RequestAttributes,
    parent_context,
)
from otel_monitoring.instrument.asgi.failure import log_exception

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opentelemetry._logs import Logger
    from opentelemetry.trace import Span, Tracer

    from otel_monitoring.context.headers import RequestIdPolicy
    from otel_monitoring.guard import Guard
    from otel_monitoring.instrument.asgi.instruments import Ending, HttpInstruments, Noted
    from otel_monitoring.instrument.asgi.protocol import ASGIApp, Message, Receive, Scope, Send
    from otel_monitoring.instrument.asgi.route import RouteNames


_SERVER_ERROR = 500
_KEPT = 4096


class HttpMiddleware:
    """Trace and measure every HTTP request that passes.

    Args:
        app: The application within.
        tracer: Starts the server spans.
        logger: Receives unhandled exceptions as log records.
        instruments: Where durations and sizes go.
        attributes: Reads the attributes of a request from its scope.
        routes: Names the route that served it.
        request_ids: Which incoming request ids are taken over.
        guard: Catches what goes wrong in here.
        answer_trace: Whether responses carry ``traceresponse``.
        answer_timing: Whether responses carry ``Server-Timing``.
        identify: Finds user, session and tenant for a correlation in the request's headers.
    """

    def __init__(  # noqa: PLR0913 - the parts of a request's telemetry
        self,
        app: ASGIApp,
        *,
        tracer: Tracer,
        logger: Logger,
        instruments: HttpInstruments,
        attributes: RequestAttributes,
        routes: RouteNames,
        request_ids: RequestIdPolicy,
        guard: Guard,
        answer_trace: bool = True,
        answer_timing: bool = True,
        identify: Callable[[Correlation, Iterable[tuple[bytes, bytes]]], None] | None = None,
    ) -> None:
        self.app = app
        self.tracer = tracer
        self.logger = logger
        self.instruments = instruments
        self.attributes = attributes
        self.routes = routes
        self.request_ids = request_ids
        self.guard = guard
        self.answer_trace = answer_trace
        self.answer_timing = answer_timing
        self.identify = identify
        self.id_header = request_ids.response_header
        self.ends: dict[tuple[Any, ...], Ending] = {}

    def after_fork(self) -> None:
        """Forget what is bound to the parent's aggregations."""
        self.ends.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            request = _Request(self, scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the tap's guard, without the cost of entering one
            self.guard.caught(error)
            await self.app(scope, receive, send)
            return
        token = attach(request.context)
        try:
            await self.app(scope, request.receive, request.send)
        except BaseException as error:
            request.failed(error)
            raise
        finally:
            if not request.is_finished:
                request.finish()
            self.instruments.running.pop(request, None)
            detach(token)


class _Request:
    """One request on its way: what is known of it so far, and the two ends of its channel."""

    __slots__ = (
        "_ended_ns",
        "_ended_s",
        "_error",
        "_error_type",
        "_is_disconnected",
        "_is_sampled",
        "_middleware",
        "_noted",
        "_noted_s",
        "_received_bytes",
        "_root_path",
        "_sent_bytes",
        "_started_s",
        "_status",
        "_trace",
        "_upstream_receive",
        "_upstream_send",
        "context",
        "correlation",
        "is_finished",
        "scope",
        "span",
    )

    def __init__(self, middleware: HttpMiddleware, scope: Scope, receive: Receive, send: Send) -> None:
        self._started_s = perf_counter()
        self._middleware = middleware
        self._upstream_receive = receive
        self._upstream_send = send
        self._status = 0
        self._sent_bytes = self._received_bytes = 0
        self._error: BaseException | None = None
        self._error_type = ""
        self._ended_s: float | None = None
        self._ended_ns: int | None = None
        self._noted: Noted | None = None
        self._noted_s = 0.0
        self._is_disconnected = self.is_finished = False
        self.scope = scope
        self._root_path: str = scope.get("root_path") or ""
        found = middleware.attributes.of(scope)
        headers = scope["headers"]
        request_id = middleware.request_ids.accept(found.request_id)
        if request_id is None:
            request_id = middleware.request_ids.request_id(headers if found.other_ids else ())
        self.correlation = correlation = Correlation(request_id)
        found.attributes[REQUEST_ID] = request_id
        if middleware.identify is not None:
            middleware.identify(correlation, headers)
            if not correlation.is_bare():
                found.attributes.update(correlation.attributes())
        parent = parent_context(found, headers)
        self.span = span = middleware.tracer.start_span(
            found.method, parent, SpanKind.SERVER, found.attributes
        )
        self._trace = span.get_span_context()
        self._is_sampled = self._trace.trace_flags.sampled
        correlation.span = span
        self.context = in_context(correlation, parent, span=span)
        middleware.instruments.running[self] = (found.method, found.scheme)

    async def receive(self) -> Message:
        """Pass a message from the client, counting its body."""
        message = await self._upstream_receive()
        if message["type"] == "http.request":
            body = message.get("body")
            if body:
                self._received_bytes += len(body)
        elif message["type"] == "http.disconnect":
            self._is_disconnected = True
        return message

    async def send(self, message: Message) -> None:
        """Pass a message to the client: headers on the first, the end of the span behind the last."""
        kind = message["type"]
        if kind == "http.response.body":
            body = message.get("body")
            if body:
                self._sent_bytes += len(body)
            if message.get("more_body", False):
                await self._upstream_send(message)
                return
            self._note()
            await self._upstream_send(message)
            self._responded()
            return
        if kind == "http.response.start":
            self._status = message["status"]
            try:
                message = self._with_headers(message)
            except Exception as error:  # noqa: BLE001 - the tap's guard, without the cost of entering one
                self._middleware.guard.caught(error)
        await self._upstream_send(message)
        if kind == "http.response.pathsend":
            self._responded()

    def _note(self) -> None:
        """Note the request before its last bytes leave: who gets them was counted, whatever kills us then."""
        if self._status >= _SERVER_ERROR:
            return
        try:
            ending = self._ending("")
            noted_s = perf_counter() - self._started_s
            if ending.noted is not None and ending.noted.note(noted_s):
                self._noted, self._noted_s = ending.noted, noted_s
        except Exception as error:  # noqa: BLE001 - the tap's guard, without the cost of entering one
            self._middleware.guard.caught(error)

    def _responded(self) -> None:
        """End the span with the response; background tasks that follow are not part of its duration.

        A server error waits for the application to return, since an error handler answers before it
        lets the exception go on, and that exception belongs to this span.
        """
        if self._status >= _SERVER_ERROR:
            self._ended_s, self._ended_ns = perf_counter(), time_ns()
        else:
            self.finish()

    def failed(self, error: BaseException) -> None:
        """Note that the application raised ``error``: a log record with its stack, and the span's status."""
        try:
            self._failed(error)
        except Exception as broken:  # noqa: BLE001 - the tap's guard, without the cost of entering one
            self._middleware.guard.caught(broken)

    def finish(self) -> None:
        """Record what the request was and end its span."""
        self.is_finished = True
        try:
            self._finish()
        except Exception as error:  # noqa: BLE001 - the tap's guard, without the cost of entering one
            self._middleware.guard.caught(error)

    def _with_headers(self, message: Message) -> Message:
        middleware = self._middleware
        headers = [*message.get("headers", ()), (middleware.id_header, self.correlation.request_id.encode())]
        if middleware.answer_trace:
            headers.append((b"traceresponse", traceresponse(self._trace)))
        if middleware.answer_timing:
            headers.append((b"server-timing", server_timing(perf_counter() - self._started_s)))
        return {**message, "headers": headers}

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, Exception):
            # Cancellation and the end of the process are not errors of the application.
            self._error_type = CLIENT_DISCONNECTED if self._is_disconnected else stack.type_name(error)
            return
        self._error, self._error_type = error, stack.type_name(error)
        if self._is_disconnected and not self._status:
            self._error_type = CLIENT_DISCONNECTED
            return
        method = self.scope["method"]
        log_exception(
            self._middleware.logger,
            error,
            where="while serving a request",
            event_name="http.server.request.exception",
            context=self.context,
            correlation=self.correlation,
            route=self._middleware.routes.of(self.scope, self._root_path),
            more={"http.request.method": method if method in METHODS else "_OTHER"},
        )

    def _finish(self) -> None:
        duration_s = (self._ended_s or perf_counter()) - self._started_s
        middleware, status = self._middleware, self._status
        error_type = self._error_type
        if not error_type:
            if status >= _SERVER_ERROR:
                error_type = str(status)
            elif not status or self._is_disconnected:
                error_type = CLIENT_DISCONNECTED if self._is_disconnected else "no_response"
        ending, span, context = self._ending(error_type), self.span, self.context
        if span.is_recording():
            self._end_span(span, ending, error_type)
        noted = self._noted
        if noted is not None and noted is ending.noted:
            noted.record_noted(duration_s, context, sampled=self._is_sampled)
        else:
            if noted is not None:
                noted.take_back(self._noted_s)
            ending.duration.record(duration_s, context, sampled=self._is_sampled)
        # The size of a body has no exemplar: a trace says more of a duration.
        ending.response_size.record(self._sent_bytes, context, sampled=False)
        if self._received_bytes:
            ending.request_size.record(self._received_bytes, context, sampled=False)
        middleware.instruments.running.pop(self, None)
        span.end(self._ended_ns)

    def _ending(self, error_type: str) -> Ending:
        middleware, scope = self._middleware, self.scope
        route = middleware.routes.of(scope, self._root_path)
        key = (
            scope["method"],
            scope.get("scheme"),
            scope.get("http_version"),
            route,
            self._status,
            error_type,
        )
        found = middleware.ends.get(key)
        if found is None:
            if len(middleware.ends) >= _KEPT:
                middleware.ends.clear()
            measured, late, name = middleware.attributes.end(
                scope, route=route, status=self._status, error_type=error_type
            )
            found = middleware.ends[key] = middleware.instruments.ending(measured, late, name)
        return found

    def _end_span(self, span: Span, ending: Ending, error_type: str) -> None:
        span.update_name(ending.name)
        if ending.late:
            span.set_attributes(ending.late)
        if self._error is not None and error_type != CLIENT_DISCONNECTED:
            span.set_status(StatusCode.ERROR, f"{error_type}: {stack.message(self._error)}")
        elif self._status >= _SERVER_ERROR:
            span.set_status(StatusCode.ERROR)
