"""Who changed what: kept for a while, and emitted as events."""

from __future__ import annotations

import json

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor

from otel_monitoring.context.redact import Redactor
from otel_monitoring.errors import MonitoringError
from otel_monitoring.measure.audit_trail import AuditTrail
from otel_monitoring.model.action import Action, Audited

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


class ArchiveFake:
    """Keeps actions in a list, and cannot be asked where it is away."""

    def __init__(self, *, is_away: bool = False) -> None:
        self.actions: list[Action] = []
        self._is_away = is_away

    def put(self, action: Action) -> None:
        self.actions.append(action)

    def find(self, **_: object) -> list[Audited]:
        if self._is_away:
            msg = "the storage is away"
            raise MonitoringError(msg)
        return [Audited(action, 7, "ab" * 32, "shop-1") for action in self.actions]


def test_actions_of_this_process_are_found_by_time_and_page_by_page(
    exporter: InMemoryLogRecordExporter,
) -> None:
    kept = trail(exporter)
    for at_ms, target in ((3, "a"), (1, "b"), (2, "c"), (2, "d")):
        kept(Action("silence.created", target, "kim", at_ms))

    first, is_kept = kept.find(since_ms=1, until_ms=3, most=2)
    second, _ = kept.find(until_ms=3, before=(first[-1].action.at_ms, first[-1].number))

    assert [one.action.target for one in first + second] == ["d", "c", "b"]
    assert not is_kept


def test_what_is_kept_elsewhere_is_found_there(exporter: InMemoryLogRecordExporter) -> None:
    kept = trail(exporter, archive=ArchiveFake())

    kept(action("a"))

    [found], is_kept = kept.find()
    assert (found.action.target, found.number, is_kept) == ("a", 7, True)


def test_where_it_cannot_be_asked_memory_answers(exporter: InMemoryLogRecordExporter) -> None:
    kept = trail(exporter, archive=ArchiveFake(is_away=True))

    kept(action("a"))

    [found], is_kept = kept.find()
    assert (found.action.target, found.digest, is_kept) == ("a", "", False)


def test_what_is_kept_holds_no_secret_but_who_it_was(exporter: InMemoryLogRecordExporter) -> None:
    archive, redactor = ArchiveFake(), Redactor()
    kept = trail(exporter, redact=redactor.text, fields=redactor.attributes, archive=archive)

    kept(Action("rule.changed", "token=hunter2", "kim@example.org", T_MS, after={"password": "hunter2"}))

    assert "hunter2" not in str(archive.actions)
    assert archive.actions[0].actor == "kim@example.org"
    assert "example.org" not in str(exporter.get_finished_logs()[0].to_json())
