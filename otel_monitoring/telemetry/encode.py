"""Spans, log records and metrics as OTLP export requests: bytes, without a message object per field.

The stock encoder of ``opentelemetry-exporter-otlp-proto-common`` is the reference: tests parse what is
written here and compare it with what the stock encoder makes of the same data.

Source: opentelemetry-proto 1.x, ``trace/v1``, ``logs/v1`` and ``metrics/v1``.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from otel_monitoring.telemetry.wire import any_value, field, fixed32, fixed64, varint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import Link, SpanContext, Status

    from otel_monitoring.telemetry.wire import AttributeEncoder

_YIELD_EVERY = 32
_HAS_IS_REMOTE, _IS_REMOTE = 0x100, 0x200
_NAMES_KEPT = 4096


class _Grouped:
    """Encoded rows by resource and scope, and the request around them."""

    def __init__(self, encoder: AttributeEncoder, headers: dict[int, tuple[Any, bytes]]) -> None:
        self._encoder = encoder
        self._headers = headers
        self._rows: dict[tuple[int, int], list[bytes]] = {}
        self._kept: dict[int, Any] = {}

    def add(self, resource: Resource, scope: InstrumentationScope | None, row: bytes) -> None:
        key = (id(resource), id(scope))
        rows = self._rows.get(key)
        if rows is None:
            rows = self._rows[key] = []
            self._kept[key[0]], self._kept[key[1]] = resource, scope
        rows.append(field(b"\x12", row))

    def request(self) -> bytes:
        by_resource: dict[int, list[bytes]] = {}
        for (resource_id, scope_id), rows in self._rows.items():
            scope = self._kept[scope_id]
            body = self._header(scope, self._scope) + b"".join(rows)
            if scope is not None and scope.schema_url:
                body += field(b"\x1a", scope.schema_url.encode())
            by_resource.setdefault(resource_id, []).append(field(b"\x12", body))
        return b"".join(
            field(b"\x0a", self._resource_body(self._kept[resource_id], scopes))
            for resource_id, scopes in by_resource.items()
        )

    def _resource_body(self, resource: Resource, scopes: list[bytes]) -> bytes:
        body = self._header(resource, self._resource) + b"".join(scopes)
        return body + (field(b"\x1a", resource.schema_url.encode()) if resource.schema_url else b"")

    def _header(self, owner: Any, make: Callable[[Any], bytes]) -> bytes:
        found = self._headers.get(id(owner))
        if found is not None and found[0] is owner:
            return found[1]
        if len(self._headers) >= _NAMES_KEPT:
            self._headers.clear()
        encoded = field(b"\x0a", make(owner))
        self._headers[id(owner)] = (owner, encoded)
        return encoded

    def _resource(self, resource: Resource) -> bytes:
        return b"".join(self._encoder.fields(b"\x0a", resource.attributes, is_limited=False))

    def _scope(self, scope: InstrumentationScope | None) -> bytes:
        if scope is None:
            return b""
        version = field(b"\x12", scope.version.encode()) if scope.version else b""
        attributes = b"".join(self._encoder.fields(b"\x1a", scope.attributes))
        return field(b"\x0a", scope.name.encode()) + version + attributes


class _Texts(dict[str, bytes]):
    """Texts of one field that come again and again, redacted and encoded once."""

    def __init__(self, tag: bytes, redact_text: Callable[[str], str]) -> None:
        super().__init__()
        self._tag = tag
        self._redact_text = redact_text

    def __missing__(self, text: str) -> bytes:
        if len(self) >= _NAMES_KEPT:
            self.clear()
        encoded = self[text] = field(self._tag, self._redact_text(text).encode("utf-8", "replace"))
        return encoded


class _Encoder:
    """What the encoders of all signals share.

    Args:
        attributes: Encodes and redacts attributes.
        redact_text: Applied to names, descriptions and bodies.
        max_bytes: A request is closed when it has grown to this size; one larger item travels alone.
    """

    _NAME_TAG = b""

    def __init__(
        self, *, attributes: AttributeEncoder, redact_text: Callable[[str], str], max_bytes: int = 1 << 20
    ) -> None:
        self._attributes = attributes
        self._redact_text = redact_text
        self._max_bytes = max_bytes
        self._names = _Texts(self._NAME_TAG, redact_text)
        self._levels = _Texts(b"\x1a", redact_text)
        self._headers: dict[int, tuple[Any, bytes]] = {}

    def _requests(
        self, items: Iterable[Any], row: Callable[[Any], tuple[Any, Any, bytes]]
    ) -> Iterator[tuple[bytes, int]]:
        """Group rows (resource, scope, bytes) into requests."""
        grouped, size, count = _Grouped(self._attributes, self._headers), 0, 0
        for index, item in enumerate(items):
            if index % _YIELD_EVERY == _YIELD_EVERY - 1:
                time.sleep(0)  # hand the interpreter lock to whoever serves a request
            resource, scope, encoded = row(item)
            if count and size + len(encoded) > self._max_bytes:
                yield grouped.request(), count
                grouped, size, count = _Grouped(self._attributes, self._headers), 0, 0
            grouped.add(resource, scope, encoded)
            size += len(encoded)
            count += 1
        if count:
            yield grouped.request(), count


class SpanEncoder(_Encoder):
    """Spans to ``ExportTraceServiceRequest`` bytes, in one step or in two.

    A span is some forty objects that the garbage collector has to look at for as long as it waits for export;
    its bytes are none. Encoding it where it ends costs no more and keeps the pauses of the collector short.
    """

    _NAME_TAG = b"\x2a"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._groups: list[tuple[Resource, InstrumentationScope | None]] = []
        self._group_of: dict[tuple[int, int], int] = {}
        self._lock = threading.Lock()

    def row(self, span: ReadableSpan) -> ReadableSpan | tuple[int, bytes]:
        """Return ``span`` as (a number for its resource and scope, its bytes); from any thread.

        The span itself comes back where there are more scopes than are numbered.
        """
        resource, scope = span.resource, span.instrumentation_scope
        group = self._group_of.get((id(resource), id(scope)))
        if group is None:
            if len(self._groups) >= _NAMES_KEPT:
                return span
            group = self._new_group(resource, scope)
        return group, self._span(span)

    def requests(self, spans: Sequence[ReadableSpan | tuple[int, bytes]]) -> Iterator[tuple[bytes, int]]:
        """Yield (request, number of spans in it), each request of at most ``max_bytes``.

        Args:
            spans: Spans, and what :meth:`row` made of spans.
        """
        return self._requests(spans, self._grouped_row)

    def after_fork(self) -> None:
        """Forget, in a child process, how the parent's resource was encoded."""
        self._lock = threading.Lock()
        self._headers.clear()

    def _grouped_row(self, item: ReadableSpan | tuple[int, bytes]) -> tuple[Any, Any, bytes]:
        if isinstance(item, tuple):
            return *self._groups[item[0]], item[1]
        return item.resource, item.instrumentation_scope, self._span(item)

    def _new_group(self, resource: Resource, scope: InstrumentationScope | None) -> int:
        with self._lock:
            key = (id(resource), id(scope))
            if key not in self._group_of:
                self._groups.append((resource, scope))  # held, so that an id stands for one object
                self._group_of[key] = len(self._groups) - 1
            return self._group_of[key]

    def _span(self, span: ReadableSpan) -> bytes:
        context, parent = span.context, span.parent
        parts = [
            b"\x0a\x10",
            context.trace_id.to_bytes(16, "big"),
            b"\x12\x08",
            context.span_id.to_bytes(8, "big"),
        ]
        if context.trace_state:
            parts.append(_trace_state(context))
        if parent is not None:
            parts += (b"\x22\x08", parent.span_id.to_bytes(8, "big"))
        parts += (self._names[span.name], b"\x30", bytes((span.kind.value + 1,)))
        parts += (b"\x39", fixed64(span.start_time or 0), b"\x41", fixed64(span.end_time or 0))
        parts += self._attributes.fields(b"\x4a", span._attributes)  # noqa: SLF001 - the property copies
        if span.dropped_attributes:
            parts.append(b"\x50" + varint(span.dropped_attributes))
        if span._events or span._links:  # noqa: SLF001 - the properties copy
            parts += self._events_and_links(span)
        parts += (self._status(span.status), b"\x85\x01", fixed32(_flags(parent)))
        return b"".join(parts)

    def _events_and_links(self, span: ReadableSpan) -> list[bytes]:
        parts = [field(b"\x5a", self._event(event)) for event in span.events]
        if span.dropped_events:
            parts.append(b"\x60" + varint(span.dropped_events))
        parts += [field(b"\x6a", self._link(link)) for link in span.links]
        if span.dropped_links:
            parts.append(b"\x70" + varint(span.dropped_links))
        return parts

    def _event(self, event: Event) -> bytes:
        name = field(b"\x12", self._redact_text(event.name).encode("utf-8", "replace"))
        body = b"\x09" + fixed64(event.timestamp) + name
        body += b"".join(self._attributes.fields(b"\x1a", event.attributes))
        return body + (b"\x20" + varint(event.dropped_attributes) if event.dropped_attributes else b"")

    def _link(self, link: Link) -> bytes:
        context = link.context
        body = b"\x0a\x10" + context.trace_id.to_bytes(16, "big")
        body += b"\x12\x08" + context.span_id.to_bytes(8, "big")
        body += b"".join(self._attributes.fields(b"\x22", link.attributes))
        if link.dropped_attributes:
            body += b"\x28" + varint(link.dropped_attributes)
        return body + b"\x35" + fixed32(_flags(context))

    def _status(self, status: Status) -> bytes:
        body = b""
        if status.description:
            body = field(b"\x12", self._redact_text(status.description).encode("utf-8", "replace"))
        if status.status_code.value:
            body += b"\x18" + bytes((status.status_code.value,))
        return field(b"\x7a", body)


class LogEncoder(_Encoder):
    """Log records to ``ExportLogsServiceRequest`` bytes."""

    _NAME_TAG = b"\x62"

    def requests(self, records: Sequence[ReadableLogRecord]) -> Iterator[tuple[bytes, int]]:
        """Yield (request, number of records in it), each request of at most ``max_bytes``."""
        return self._requests(
            records, lambda one: (one.resource, one.instrumentation_scope, self._record(one))
        )

    def _record(self, readable: ReadableLogRecord) -> bytes:
        record = readable.log_record
        parts: list[bytes] = [b"\x09", fixed64(record.timestamp)] if record.timestamp else []
        if record.severity_number is not None:
            parts += (b"\x10", varint(record.severity_number.value))
        if record.severity_text:
            parts.append(self._levels[record.severity_text])
        parts.append(field(b"\x2a", self._body(record.body)))
        parts += self._attributes.fields(b"\x32", record.attributes)
        if readable.dropped_attributes:
            parts.append(b"\x38" + varint(readable.dropped_attributes))
        parts += _log_context(record)
        if record.event_name:
            parts.append(self._names[record.event_name])
        return b"".join(parts)

    def _body(self, body: Any) -> bytes:
        if isinstance(body, str):
            return any_value(self._redact_text(body))
        if body is None:
            return b""
        redacted = self._attributes.value("body", body)
        return any_value(redacted)


def _log_context(record: Any) -> list[bytes]:
    parts: list[bytes] = []
    if record.trace_flags:
        parts += (b"\x45", fixed32(int(record.trace_flags)))
    if record.trace_id:
        parts += (b"\x4a\x10", record.trace_id.to_bytes(16, "big"))
    if record.span_id:
        parts += (b"\x52\x08", record.span_id.to_bytes(8, "big"))
    if record.observed_timestamp:
        parts += (b"\x59", fixed64(record.observed_timestamp))
    return parts


def _flags(context: SpanContext | None) -> int:
    return _HAS_IS_REMOTE | (_IS_REMOTE if context is not None and context.is_remote else 0)


def _trace_state(context: SpanContext) -> bytes:
    text = ",".join(f"{key}={value}" for key, value in context.trace_state.items())
    return field(b"\x1a", text.encode("utf-8", "replace"))
