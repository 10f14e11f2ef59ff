"""The tap on events, and what is kept of one."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.trace import TracerProvider

from otel_monitoring.context.redact import Redactor
from otel_monitoring.ingest.events import EventTap, event_of
from otel_monitoring.model.record import Record

T_NS = 1_700_000_000_123_456_789


class Application:
    """Whoever emits events."""

    def __init__(self, **options: Any) -> None:
        self.tap = EventTap(**options)
        provider = LoggerProvider()
        provider.add_log_record_processor(self.tap)
        self._logger = provider.get_logger("shop")

    def emit(self, name: str | None, **fields: Any) -> None:
        self._logger.emit(timestamp=T_NS, event_name=name, **fields)

    def names(self, most: int = 100) -> list[str | None]:
        return [record.event_name for record in self.tap.take(most)]

    def kept(self) -> Record:
        [record] = self.tap.take(10)
        return event_of(record, Redactor())


def test_log_records_with_a_name_are_events() -> None:
    shop = Application()

    shop.emit("signup")
    shop.emit(None, body="a line of a log")
    shop.emit("", body="another one")

    assert shop.names() == ["signup"]


def test_what_was_taken_waits_no_more() -> None:
    shop = Application()
    for name in "abc":
        shop.emit(name)

    assert [shop.names(2), shop.names(2), shop.names(2)] == [["a", "b"], ["c"], []]


def test_events_that_others_keep_are_left_out() -> None:
    shop = Application(left_out={"otel_monitoring.audit"})

    shop.emit("otel_monitoring.audit")
    shop.emit("signup")

    assert shop.names() == ["signup"]


def test_where_too_many_wait_the_oldest_goes_and_is_counted() -> None:
    shop = Application(capacity=2)

    for name in "abcd":
        shop.emit(name)

    assert shop.tap.stats() == {"waiting": 2, "dropped": 2}
    assert shop.names() == ["c", "d"]


def test_long_ones_are_cut_once_many_wait() -> None:
    shop = Application()

    for _ in range(257):
        shop.emit("upload", body="x" * 200_000)

    *_, last = shop.tap.take(300)
    assert isinstance(last.body, str)
    assert len(last.body) < 70_000


def test_an_event_is_kept_with_what_it_says() -> None:
    shop = Application()

    shop.emit("signup", body="welcome", attributes={"plan": "pro", "steps": [1, 2]})

    assert shop.kept() == Record(
        "event",
        1_700_000_000_123,
        "signup",
        {"body": "welcome", "attributes": {"plan": "pro", "steps": (1, 2)}},
    )


def test_an_event_knows_its_trace_and_how_bad_it_is() -> None:
    shop = Application()
    tracer = TracerProvider().get_tracer("shop")

    with tracer.start_as_current_span("checkout") as span:
        shop.emit("payment.failed", severity_number=SeverityNumber.WARN)

    context, kept = span.get_span_context(), shop.kept()
    assert kept.trace == trace.format_trace_id(context.trace_id)
    assert kept.document == {"span": trace.format_span_id(context.span_id)}
    assert kept.severity == 13


def test_secrets_are_taken_out() -> None:
    shop = Application()

    shop.emit(
        "login by kim@example.org",
        body={"password": "hunter2"},
        attributes={"password": "hunter2", "user.id": "kim", "note": "token=hunter2"},
    )

    kept = shop.kept()
    assert "hunter2" not in str(kept)
    assert "kim" not in str(kept)
    assert set(kept.document["attributes"]) == {"password", "user.hash", "note"}


def test_an_event_without_a_time_has_that_of_its_observation() -> None:
    shop = Application()
    shop._logger.emit(event_name="signup", observed_timestamp=T_NS)

    assert shop.kept().time_ms == 1_700_000_000_123


def test_a_child_process_begins_empty() -> None:
    shop = Application(capacity=1)
    for name in "ab":
        shop.emit(name)

    shop.tap.after_fork()

    assert shop.tap.stats() == {"waiting": 0, "dropped": 0}
    assert shop.tap.force_flush()


def test_nothing_is_held_after_the_end() -> None:
    shop = Application()
    shop.emit("a")

    shop.tap.close()
    shop.emit("b")

    assert shop.tap.stats()["waiting"] == 0


@pytest.mark.parametrize("body", [b"\xff\0", 3, 2.5, ["a", {"b": None}], True])
def test_a_body_of_any_kind_is_kept(body: Any) -> None:
    shop = Application()

    shop.emit("odd", body=body)

    assert "body" in shop.kept().document
