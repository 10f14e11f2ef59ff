"""What reaches the queues of spans and log records, and how long it may be."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import Status, StatusCode

from otel_monitoring.context.limits import MAX_TEXT_CHARS
from otel_monitoring.guard import Guard
from otel_monitoring.telemetry.processors import QueueLogProcessor, QueueSpanProcessor

LONG = "x" * (2 * MAX_TEXT_CHARS)


class Queue:
    """In place of a pipeline: keeps what is put into it."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.put = self.items.append
        self.dropped: list[str] = []

    def flush(self, timeout_s: float) -> bool:
        return True

    encode: Any = None

    def lost(self, reason: str) -> None:
        self.dropped.append(reason)


def logged(**fields: Any) -> Any:
    """Return the record that is queued, and check that the emitted one is as it was."""
    queue: Any = Queue()
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(QueueLogProcessor(queue))
    record = LogRecord(**fields)
    provider.get_logger("test").emit(record)
    (item,) = queue.items
    assert record.body is fields.get("body")
    return item.log_record


def ended(description: str) -> Any:
    queue: Any = Queue()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(QueueSpanProcessor(queue, guard=Guard("tests")))
    with provider.get_tracer("test").start_as_current_span("work") as span:
        span.set_status(Status(StatusCode.ERROR, description))
    (item,) = queue.items
    return item


def test_a_span_that_is_not_sampled_is_not_queued() -> None:
    queue: Any = Queue()
    provider = TracerProvider(shutdown_on_exit=False, sampler=ALWAYS_OFF)
    provider.add_span_processor(QueueSpanProcessor(queue, guard=Guard("tests")))

    provider.get_tracer("test").start_span("work").end()

    assert queue.items == []


def test_a_span_is_encoded_where_it_ends_if_the_pipeline_can() -> None:
    queue: Any = Queue()
    queue.encode = lambda span: span.name.encode()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(QueueSpanProcessor(queue, guard=Guard("tests")))
    tracer = provider.get_tracer("test")

    tracer.start_span("plain").end()
    eventful = tracer.start_span("eventful")
    eventful.add_event("it happened")
    eventful.end()

    assert queue.items[0] == b"plain"
    assert queue.items[1].name == "eventful"


def test_a_span_that_cannot_be_encoded_is_counted_and_harms_nobody() -> None:
    queue: Any = Queue()
    guard = Guard("tests")
    provider = TracerProvider(shutdown_on_exit=False)

    def encode(_span: Any) -> bytes:
        raise ZeroDivisionError

    queue.encode = encode
    provider.add_span_processor(QueueSpanProcessor(queue, guard=guard))

    provider.get_tracer("test").start_span("work").end()

    assert (queue.items, queue.dropped, guard.counts()) == ([], ["encoding"], {"ZeroDivisionError": 1})


def test_an_error_is_described_as_it_was() -> None:
    assert ended("no such table").status.description == "no such table"


def test_a_huge_description_is_cut() -> None:
    span = ended(LONG)

    assert len(span.status.description) == MAX_TEXT_CHARS
    assert (span.name, span.status.status_code) == ("work", StatusCode.ERROR)


@pytest.mark.parametrize(
    "body", ["short", {"a": ["b", 1]}, None, b"bytes"], ids=["text", "nested", "none", "bytes"]
)
def test_an_ordinary_record_is_not_copied(body: Any) -> None:
    assert logged(body=body, attributes={"key": "value"}).body is body


@pytest.mark.parametrize(
    "body",
    [LONG, LONG.encode(), {"a": {"b": LONG}}, [LONG], ["a"] * 10_000, [[[[[["deep"] * 10_000]]]]]],
    ids=["text", "bytes", "nested", "list", "many", "deep"],
)
def test_a_huge_body_is_cut(body: Any) -> None:
    assert len(str(logged(body=body).body)) <= MAX_TEXT_CHARS + 20


def test_a_huge_attribute_is_cut_and_the_others_are_kept() -> None:
    record = logged(body="text", attributes={"long": LONG, "short": 1})

    assert len(record.attributes["long"]) <= MAX_TEXT_CHARS
    assert (record.attributes["short"], record.body) == (1, "text")
