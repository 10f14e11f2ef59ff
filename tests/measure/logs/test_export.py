"""Log records on their way to OTLP: what enters the export path, and in which shape."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import _logs
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider

from otel_monitoring.context.redact import MARK, Limits, Redactor
from otel_monitoring.measure.logs.export import (
    ExportHandler,
    install_otlp_handler,
    other_exporters,
    otlp_handler,
)
from tests.secrets import SECRETS, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opentelemetry.sdk._logs import ReadWriteLogRecord


class Broken:
    def __str__(self) -> str:
        msg = "no text for you"
        raise ValueError(msg)


class Calling(LogRecordProcessor):
    """Call a function for each record."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        self._function()

    def shutdown(self) -> None: ...

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return True


class Exported:
    """A provider that keeps what it is given."""

    def __init__(self) -> None:
        self.provider = LoggerProvider(shutdown_on_exit=False)
        self._exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
        self.provider.add_log_record_processor(SimpleLogRecordProcessor(self._exporter))

    def records(self) -> list[Any]:
        return [data.log_record for data in self._exporter.get_finished_logs()]

    def only(self) -> Any:
        (record,) = self.records()
        return record


@pytest.fixture
def exported() -> Exported:
    return Exported()


@pytest.fixture(autouse=True)
def root() -> Iterator[logging.Logger]:
    """The root logger without the handlers of others, which is afterwards as it was before."""
    logger = logging.getLogger()
    handlers, level = [*logger.handlers], logger.level
    logger.setLevel(logging.DEBUG)
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


def installed(exported: Exported, **options: Any) -> ExportHandler:
    logging.getLogger().handlers.clear()  # those of pytest raise where a message is broken
    return install_otlp_handler(otlp_handler(exported.provider, **options))


def test_exports_a_record_with_its_fields_level_and_span(exported: Exported) -> None:
    installed(exported)
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("test")

    with tracer.start_as_current_span("work") as span:
        logging.getLogger("shop.orders").warning("order %s paid", 7, extra={"order_id": 7})

    record = exported.only()
    assert record.body == "order 7 paid"
    assert record.severity_text == "WARN"
    assert dict(record.attributes) == {"order_id": 7}
    assert record.trace_id == span.get_span_context().trace_id
    assert record.span_id == span.get_span_context().span_id


def test_makes_an_event_of_a_record_that_names_one(exported: Exported) -> None:
    installed(exported)

    logging.getLogger("shop").warning("x", extra={"otel.event.name": "shop.paid"})

    assert exported.only().event_name == "shop.paid"


@pytest.mark.parametrize(
    "secret",
    [secret for secret in SECRETS if secret.where in {"text", "log"}],
    ids=lambda secret: secret.name,
)
def test_takes_secrets_out_of_bodies_and_attributes(exported: Exported, secret: Secret) -> None:
    installed(exported)

    logging.getLogger("shop").warning("said %s", secret.carrier, extra={"note": secret.carrier})

    record = exported.only()
    assert secret.secret not in str(record.body)
    assert secret.secret not in str(dict(record.attributes))


def test_takes_secrets_out_of_exceptions(exported: Exported) -> None:
    installed(exported)

    def fail() -> None:
        msg = "refused password=hunter2x"
        raise ConnectionError(msg)

    try:
        fail()
    except ConnectionError:
        logging.getLogger("shop").exception("broken")

    attributes = dict(exported.only().attributes)
    assert attributes["exception.type"] == "ConnectionError"
    assert attributes["exception.message"] == f"refused password={MARK}"
    assert "in fail" in attributes["exception.stacktrace"]
    assert "hunter2x" not in str(attributes)


def test_bounds_what_it_exports(exported: Exported) -> None:
    installed(exported, redactor=Redactor(limits=Limits(attribute_chars=50, attributes=6)))

    logging.getLogger("shop").warning("x" * 1_000_000, extra={f"f{number}": "y" * 99 for number in range(5)})

    record = exported.only()
    assert len(record.body) <= 65_536
    assert [len(value) for value in record.attributes.values()] == [50, 50]


def test_exports_what_cannot_be_formatted_and_says_so(exported: Exported) -> None:
    handler = installed(exported)

    logging.getLogger("shop").warning("%d", "x", extra={"odd": Broken()})

    (record,) = [one for one in exported.records() if one.body == "%d"]
    assert record.attributes["odd"] == "<Broken>"
    assert "TypeError" in record.attributes["logging_error"]
    assert handler.failures() == {"TypeError": 1}


@given(
    message=st.one_of(st.text(), st.integers(), st.none()),
    args=st.lists(st.one_of(st.text(), st.integers(), st.none())),
    extra=st.dictionaries(st.text(), st.recursive(st.one_of(st.text(), st.floats(), st.binary()), st.lists)),
)
def test_never_raises_and_loses_no_record(message: Any, args: list[Any], extra: dict[str, Any]) -> None:
    exported = Exported()
    handler = otlp_handler(exported.provider)
    record = logging.LogRecord("shop", logging.INFO, "a.py", 1, message, tuple(args), None)
    record.__dict__.update({key: value for key, value in extra.items() if key not in record.__dict__})

    handler.handle(record)

    assert len(exported.records()) == 1


def test_leaves_the_record_as_it_was_for_other_handlers(exported: Exported) -> None:
    handler = otlp_handler(exported.provider)
    record = logging.LogRecord("shop", logging.INFO, "a.py", 1, "password=%s", ("x1",), None)
    before = dict(record.__dict__)

    handler.handle(record)

    assert record.__dict__ == before


def test_leaves_out_what_contrib_writes_into_records_for_formats(exported: Exported) -> None:
    installed(exported)

    logging.getLogger("shop").warning("x", extra={"otelTraceID": "0", "color_message": "y", "order_id": 7})

    assert dict(exported.only().attributes) == {"order_id": 7}


def test_asks_its_filters_and_its_level(exported: Exported) -> None:
    handler = installed(exported, level=logging.WARNING)
    handler.addFilter(lambda record: record.getMessage() != "drop")

    for message in ("keep", "drop"):
        logging.getLogger("shop").warning(message)
    logging.getLogger("shop").info("too low")

    assert [record.body for record in exported.records()] == ["keep"]


@pytest.mark.parametrize("name", ["otel_monitoring", "otel_monitoring.guard", "opentelemetry.sdk.trace"])
def test_keeps_our_own_and_the_sdks_loggers_out(exported: Exported, name: str) -> None:
    handler = installed(exported)

    logging.getLogger(name).error("export failed")

    assert exported.records() == []
    assert handler.skipped() == {"own": 1}


def test_takes_loggers_whose_names_only_begin_alike(exported: Exported) -> None:
    installed(exported)

    logging.getLogger("opentelemetry_shop").error("x")

    assert exported.only().body == "x"


@pytest.mark.parametrize(
    ("thread", "expected"),
    [("OtelBatchLogRecordProcessor", 0), ("otel-monitoring-export", 0), ("worker-1", 1)],
)
def test_keeps_http_clients_out_where_an_export_thread_uses_them(
    exported: Exported, thread: str, expected: int
) -> None:
    installed(exported)

    runner = threading.Thread(target=lambda: logging.getLogger("httpx").info("POST /v1/logs"), name=thread)
    runner.start()
    runner.join()

    assert len(exported.records()) == expected


def test_respects_that_instrumentation_is_suppressed(exported: Exported) -> None:
    handler = installed(exported)

    with suppress_instrumentation():
        logging.getLogger("shop").error("inside")
    logging.getLogger("shop").error("outside")

    assert exported.only().body == "outside"
    assert handler.skipped() == {"suppressed": 1}


def test_does_not_recurse_where_the_pipeline_logs(
    exported: Exported, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = installed(exported)
    exported.provider.add_log_record_processor(Calling(lambda: logging.getLogger("shop").error("again")))

    logging.getLogger("shop").error("once")

    assert [record.body for record in exported.records()] == ["once"]
    assert handler.skipped() == {"reentrant": 1}
    assert capsys.readouterr().err == ""


def test_holds_no_lock_while_the_pipeline_runs(exported: Exported) -> None:
    handler = installed(exported)
    got: list[bool] = []

    def watch() -> None:
        assert handler.lock is not None
        got.append(handler.lock.acquire(blocking=False))
        handler.lock.release()

    def from_another_thread() -> None:
        watcher = threading.Thread(target=watch)
        watcher.start()
        watcher.join()

    exported.provider.add_log_record_processor(Calling(from_another_thread))

    logging.getLogger("shop").error("x")

    assert got == [True]


def test_catches_and_counts_what_the_pipeline_raises(exported: Exported) -> None:
    def fail() -> None:
        msg = "no disk"
        raise OSError(msg)

    handler = installed(exported)
    exported.provider.add_log_record_processor(Calling(fail))

    logging.getLogger("shop").error("x")
    logging.getLogger("shop").error("y")

    assert handler.failures() == {"OSError": 2}


def test_flushes_nothing_when_logging_shuts_down(exported: Exported) -> None:
    handler = installed(exported)
    before = threading.active_count()

    handler.flush()
    handler.close()

    assert threading.active_count() == before


def test_is_installed_once_for_a_provider(exported: Exported, root: logging.Logger) -> None:
    installed(exported)
    second = install_otlp_handler(otlp_handler(exported.provider))
    third = install_otlp_handler(otlp_handler(Exported().provider))

    assert root.handlers == [second, third]


def test_stands_aside_where_contribs_handler_serves_the_same_provider(
    exported: Exported, root: logging.Logger
) -> None:
    handler = installed(exported)
    theirs = LoggingHandler(logger_provider=exported.provider)
    root.addHandler(theirs)

    logging.getLogger("shop").error("once")
    root.removeHandler(theirs)
    logging.getLogger("shop").error("twice")

    assert [record.body for record in exported.records()] == ["once", "twice"]
    assert handler.skipped() == {"other_handler": 1}


def test_does_not_stand_aside_for_a_handler_of_another_provider(
    exported: Exported, root: logging.Logger
) -> None:
    installed(exported)
    root.addHandler(LoggingHandler(logger_provider=Exported().provider))

    logging.getLogger("shop").error("x")

    assert exported.only().body == "x"


def test_sees_through_the_global_proxy(
    exported: Exported, root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = _logs._internal.ProxyLoggerProvider()
    root.addHandler(LoggingHandler(logger_provider=proxy))

    before = other_exporters(exported.provider)
    monkeypatch.setattr("otel_monitoring.measure.logs.export.get_logger_provider", lambda: exported.provider)

    assert before == []
    assert other_exporters(exported.provider) == [
        "opentelemetry.instrumentation.logging.handler.LoggingHandler"
    ]


def test_counts_logfires_handler_only_where_logfire_provides_the_tracer(
    exported: Exported, root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LogfireLoggingHandler(logging.Handler):
        """Named as the real one."""

    class FakeTracerProvider:
        """Says that it is of Logfire."""

    FakeTracerProvider.__module__ = "logfire._internal.tracer"
    root.addHandler(LogfireLoggingHandler())

    before = other_exporters(exported.provider)
    monkeypatch.setattr("opentelemetry.trace.get_tracer_provider", FakeTracerProvider)

    assert before == []
    assert len(other_exporters(exported.provider)) == 1


def test_remembers_a_bounded_number_of_logger_names(exported: Exported) -> None:
    handler = otlp_handler(exported.provider)

    for number in range(5000):
        handler._kind_of(f"logger{number}")

    assert len(handler._kinds) <= 2048
