"""The correlation on log records."""

from __future__ import annotations

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.context import Context
from opentelemetry.sdk._logs import LoggerProvider, ReadWriteLogRecord
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor

from otel_monitoring.context import correlation
from otel_monitoring.context.correlation import Correlation, bind, in_context
from otel_monitoring.context.logs import CorrelationLogProcessor


class Telemetry:
    def __init__(self) -> None:
        self.exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
        provider = LoggerProvider(shutdown_on_exit=False)
        provider.add_log_record_processor(CorrelationLogProcessor())
        provider.add_log_record_processor(SimpleLogRecordProcessor(self.exporter))
        self.logger = provider.get_logger("tests")

    def attributes(self) -> list[dict[str, object]]:
        return [dict(log.log_record.attributes or {}) for log in self.exporter.get_finished_logs()]


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


def test_a_record_bears_the_correlation_beside_its_own_attributes(telemetry: Telemetry) -> None:
    with bind(request_id="r1") as mine:
        correlation.set_user("ada")
        telemetry.logger.emit(body="paid", attributes={"order": 7})

    assert telemetry.attributes() == [
        {"order": 7, "otel_monitoring.request.id": "r1", "user.hash": mine.user_hash}
    ]


def test_a_record_outside_of_a_request_bears_nothing(telemetry: Telemetry) -> None:
    telemetry.logger.emit(body="started")

    assert telemetry.attributes() == [{}]


def test_the_context_of_the_record_counts(telemetry: Telemetry) -> None:
    context = in_context(Correlation("given"), Context())

    with bind(request_id="current"):
        telemetry.logger.emit(LogRecord(body="paid", context=context))

    assert telemetry.attributes() == [{"otel_monitoring.request.id": "given"}]


def test_what_a_record_says_already_stays(telemetry: Telemetry) -> None:
    with bind(request_id="r1", tenant_id="acme"):
        telemetry.logger.emit(body="paid", attributes={"otel_monitoring.tenant.id": "other"})

    assert telemetry.attributes() == [
        {"otel_monitoring.tenant.id": "other", "otel_monitoring.request.id": "r1"}
    ]


def test_a_record_without_attributes_gets_them() -> None:
    with bind(request_id="r1"):
        record = ReadWriteLogRecord(LogRecord(body="paid"))
        record.log_record.attributes = None
        CorrelationLogProcessor().on_emit(record)

    assert record.log_record.attributes == {"otel_monitoring.request.id": "r1"}


def test_it_holds_nothing_back() -> None:
    processor = CorrelationLogProcessor()
    processor.shutdown()

    assert processor.force_flush()
