"""Timers: how long functions, calls to other services, queries and computations take.

Each timer records one value of a histogram in seconds and one span. Failures carry ``error.type`` on
both. Timers work as ``with`` and ``async with``; :func:`monitor_performance` decorates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload
from urllib.parse import urlsplit

from opentelemetry.semconv.attributes.code_attributes import CODE_FUNCTION_NAME
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.server_attributes import SERVER_ADDRESS, SERVER_PORT
from opentelemetry.trace import SpanKind, Status, StatusCode

from otel_monitoring.context import stack
from otel_monitoring.guard import Guard
from otel_monitoring.measure.block import Block, Part
from otel_monitoring.measure.definitions import (
    DB_CLIENT_DURATION,
    DB_COLLECTION,
    DB_NAMESPACE,
    DB_OPERATION,
    DB_SYSTEM,
    HTTP_CLIENT_DURATION,
    HTTP_METHOD,
    HTTP_STATUS_CODE,
    INPUT_SIZE,
    OPERATION_DURATION,
    OPERATION_INPUT_SIZE,
    OPERATION_NAME,
)
from otel_monitoring.measure.providers import instruments
from otel_monitoring.measure.wrapping import wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sized
    from types import TracebackType
    from typing import Self, TypeVar

    from opentelemetry.util.types import AnyValue

    from otel_monitoring.measure.providers import HistogramDefinition

    F = TypeVar("F", bound=Callable[..., Any])

_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"}
_FIRST_ERROR_STATUS = 400
_guard = Guard("measure.timers")


class Timer(Block):
    """Time one run of a stretch of code.

    Args:
        name: The name of its span.
        histogram: What its duration is recorded in.
        labels: Attributes of span and histogram alike: few distinct values.
        attributes: Attributes of the span alone.
        kind: The kind of its span.
    """

    __slots__ = ("_histogram", "_labels", "_part", "_running_since_s", "duration_s")

    def __init__(
        self,
        name: str,
        *,
        histogram: HistogramDefinition,
        labels: Mapping[str, AnyValue],
        attributes: Mapping[str, AnyValue] | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> None:
        super().__init__(name, kind=kind, attributes={**labels, **attributes} if attributes else labels)
        self._histogram = histogram
        self._labels = labels
        self._part: Part | None = None
        self._running_since_s: float | None = None
        self.duration_s = 0.0

    def __enter__(self) -> Self:
        """Start the clock."""
        self.start()
        self._part = Part(self, is_last=True)
        self._part.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the clock and record."""
        if self._part is not None:
            self._part.__exit__(kind, error, trace)
            self._part = None

    async def __aenter__(self) -> Self:
        """Start the clock."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the clock and record."""
        self.__exit__(kind, error, trace)

    def enter(self) -> None:
        """Let the clock run on."""
        super().enter()
        self._running_since_s = instruments().clock.monotonic_s()

    def leave(self) -> None:
        """Let the clock stand still."""
        self._stop()
        super().leave()

    def finish(self, error: BaseException | None) -> None:
        """Record the duration while the span is current, and end the span."""
        self._stop()
        _guard.call(self._record, error)
        super().finish(error)

    def _stop(self) -> None:
        if self._running_since_s is not None:
            self.duration_s += instruments().clock.monotonic_s() - self._running_since_s
            self._running_since_s = None

    def _record(self, error: BaseException | None) -> None:
        labels = self._labels
        if error is not None and not isinstance(error, GeneratorExit):
            labels = {**labels, ERROR_TYPE: stack.type_name(error)}
        instruments().histogram(self._histogram).record(self.duration_s, labels)


class ApiCall(Timer):
    """A call to another service; tell it the answer's status with :meth:`set_status_code`."""

    __slots__ = ()

    def set_status_code(self, status_code: int) -> None:
        """Say which HTTP status the other service answered with; 400 and above are errors.

        Args:
            status_code: The status, 100 to 599.
        """
        told: dict[str, AnyValue] = {HTTP_STATUS_CODE: status_code}
        if status_code >= _FIRST_ERROR_STATUS:
            told[ERROR_TYPE] = str(status_code)
            _guard.call(self.span.set_status, Status(StatusCode.ERROR))
        self._labels = {**self._labels, **told}
        _guard.call(self.span.set_attributes, told)


class DatabaseQuery(Timer):
    """A query; tell it how many rows came with :meth:`set_returned_rows`."""

    __slots__ = ()

    def set_returned_rows(self, count: int) -> None:
        """Say how many rows the database returned."""
        _guard.call(self.span.set_attribute, "db.response.returned_rows", count)


def time_api_call(service: str, *, method: str = "GET", url: str | None = None) -> ApiCall:
    """Return a timer for a call to another service that no instrumentation watches.

    It records ``http.client.request.duration``; where the client library is instrumented already the
    call would count twice.

    Args:
        service: The service, which names the span and, without ``url``, the server.
        method: The HTTP method.
        url: Where the call goes; its query, user and password are left out.
    """
    known = method.upper() if method.upper() in _METHODS else "_OTHER"
    labels: dict[str, AnyValue] = {HTTP_METHOD: known, SERVER_ADDRESS: service}
    attributes: dict[str, AnyValue] = {OPERATION_NAME: service}
    if url is not None:
        with _guard:
            _describe_url(url, labels, attributes)
    return ApiCall(
        f"{known} {service}",
        histogram=HTTP_CLIENT_DURATION,
        labels=labels,
        attributes=attributes,
        kind=SpanKind.CLIENT,
    )


def time_database_query(
    operation: str,
    *,
    system: str = "other_sql",
    table: str | None = None,
    database: str | None = None,
    query: str | None = None,
) -> DatabaseQuery:
    """Return a timer for a database query that no instrumentation watches.

    Args:
        operation: What it does, such as ``SELECT``.
        system: The database, as ``db.system.name`` lists them: ``postgresql``, ``mysql``, ``redis``.
        table: The table or collection.
        database: The database or schema.
        query: The statement, for the span; write placeholders in place of values.
    """
    named = {DB_COLLECTION: table, DB_NAMESPACE: database}
    labels: dict[str, AnyValue] = {DB_SYSTEM: system, DB_OPERATION: operation}
    labels.update({name: value for name, value in named.items() if value is not None})
    summary = operation if table is None else f"{operation} {table}"
    attributes: dict[str, AnyValue] = {"db.query.summary": summary}
    if query is not None:
        attributes["db.query.text"] = query
    return DatabaseQuery(
        summary, histogram=DB_CLIENT_DURATION, labels=labels, attributes=attributes, kind=SpanKind.CLIENT
    )


def time_computation(name: str, *, input_size: int | Sized | None = None) -> Timer:
    """Return a timer for a computation.

    Args:
        name: What is computed.
        input_size: How large the input is, in items, or the input itself where it has a length. It is
            an attribute of the span and a value of the histogram
            ``otel_monitoring.operation.input_size``.
    """
    labels: dict[str, AnyValue] = {OPERATION_NAME: name}
    size = input_size if input_size is None or isinstance(input_size, int) else _guard.call(len, input_size)
    if size is None:
        return Timer(name, histogram=OPERATION_DURATION, labels=labels)
    with _guard:
        instruments().histogram(OPERATION_INPUT_SIZE).record(size, labels)
    return Timer(name, histogram=OPERATION_DURATION, labels=labels, attributes={INPUT_SIZE: size})


@overload
def monitor_performance(name: F, /) -> F: ...
@overload
def monitor_performance(
    name: str | None = None, /, *, attributes: Mapping[str, AnyValue] | None = None
) -> Callable[[F], F]: ...
def monitor_performance(name: Any = None, /, *, attributes: Mapping[str, AnyValue] | None = None) -> Any:
    """Time every run of a function, method, coroutine, generator or async generator.

    ``@monitor_performance("checkout")`` records ``otel_monitoring.operation.duration`` and a span for each
    run. Signature and type of the function stay, and what it raises passes through untouched. It may
    stand above or below ``@classmethod`` and ``@staticmethod``. Of a generator, the time counts that its
    own code runs.

    Args:
        name: What is timed; without one, the qualified name of the function.
        attributes: Further attributes of the spans.
    """
    if name is None or isinstance(name, str):
        return lambda function: _timed(function, name, attributes)
    return _timed(name, None, None)


def _timed(function: F, name: str | None, attributes: Mapping[str, AnyValue] | None) -> F:
    inner = getattr(function, "__func__", function)
    own_name = getattr(inner, "__qualname__", type(inner).__qualname__)
    qualified = f"{getattr(inner, '__module__', type(inner).__module__)}.{own_name}"
    operation = name or qualified
    labels: dict[str, AnyValue] = {OPERATION_NAME: operation}
    own: dict[str, AnyValue] = {CODE_FUNCTION_NAME: qualified, **(attributes or {})}
    return wrap(
        function,
        lambda: Timer(operation, histogram=OPERATION_DURATION, labels=labels, attributes=own),
    )


def _describe_url(url: str, labels: dict[str, AnyValue], attributes: dict[str, AnyValue]) -> None:
    parts = urlsplit(url)
    if parts.hostname:
        labels[SERVER_ADDRESS] = parts.hostname
        labels[SERVER_PORT] = parts.port or (443 if parts.scheme == "https" else 80)
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")
        attributes["url.full"] = shown.geturl()
