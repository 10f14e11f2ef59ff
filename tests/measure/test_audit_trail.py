"""Who changed what: kept for a while, and emitted as events."""

from __future__ import annotations

import json

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor

from otel_monitoring.measure.audit_trail import AuditTrail
from otel_monitoring.model.action import Action

T_MS = 1_700_000_000_000


@pytest.fixture
def exporter() -> InMemoryLogRecordExporter:
    return InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]


def trail(exporter: InMemoryLogRecordExporter, **options: object) -> AuditTrail:
    provider = LoggerProvider()
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    return AuditTrail(logger=provider.get_logger("t"), **options)  # type: ignore[arg-type]


def action(target: str = "x", **more: object) -> Action:
    return Action("silence.created", target, "kim", T_MS, **more)  # type: ignore[arg-type]


def test_keeps_the_newest_actions_with_the_last_in_front(exporter: InMemoryLogRecordExporter) -> None:
    kept = trail(exporter, most=2)

    for target in ("a", "b", "c"):
        kept(action(target))

    assert [one.target for one in kept.newest(10)] == ["c", "b"]
    assert [one.target for one in kept.newest(1)] == ["c"]


def test_an_action_is_emitted_as_an_event(exporter: InMemoryLogRecordExporter) -> None:
    trail(exporter)(action("7f", after={"comment": "upgrade"}))

    (told,) = exporter.get_finished_logs()
    record = told.log_record
    assert record.event_name == "otel_monitoring.audit"
    assert record.timestamp == T_MS * 1_000_000
    assert record.body == "kim: silence.created 7f"
    attributes = dict(record.attributes or {})
    assert json.loads(str(attributes.pop("otel_monitoring.audit.after"))) == {"comment": "upgrade"}
    assert attributes == {
        "otel_monitoring.audit.action": "silence.created",
        "otel_monitoring.audit.target": "7f",
        "otel_monitoring.audit.actor": "kim",
    }


def test_what_leaves_the_process_is_redacted(exporter: InMemoryLogRecordExporter) -> None:
    kept = trail(exporter, redact=lambda text: text.replace("hunter2", "***"))

    kept(action("hunter2", before={"comment": "hunter2"}))

    assert "hunter2" not in str(exporter.get_finished_logs()[0].to_json())


def test_a_logger_that_fails_undoes_nothing() -> None:
    class Broken:
        def emit(self, **_: object) -> None:
            raise ValueError

    kept = AuditTrail(logger=Broken())  # type: ignore[arg-type]

    kept(action())

    assert [one.target for one in kept.newest(1)] == ["x"]


def test_holds_in_a_child_process(exporter: InMemoryLogRecordExporter) -> None:
    kept = trail(exporter)
    kept._lock.acquire()

    kept.after_fork()

    kept(action())
    assert len(kept.newest(5)) == 1
