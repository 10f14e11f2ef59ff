"""Logging in one call, and loggers with bound fields."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from typing import TYPE_CHECKING, Any, TextIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider

from otel_monitoring.context.correlation import bind, log_fields
from otel_monitoring.context.redact import MARK, Limits, Redactor
from otel_monitoring.errors import SettingsError
from otel_monitoring.measure.logs import (
    configure_logging,
    default_redactor,
    get_logger,
    installed_handler,
    installed_redactor,
)
from tests.secrets import SECRETS, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.measure.log_output import LineHandler


class Broken:
    def __str__(self) -> str:
        msg = "no text for you"
        raise ValueError(msg)

    __repr__ = __str__


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def root() -> Iterator[logging.Logger]:
    """The root logger, which is afterwards as it was before."""
    logger = logging.getLogger()
    handlers, level = [*logger.handlers], logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def own_lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """What the test logged, without what a guard told about it."""
    return [line for line in lines(stream) if line["logger"] != "otel_monitoring.guard"]


def log_error(error: Exception) -> None:
    """Log ``error`` as it is caught, with a stack."""

    def fail() -> None:
        raise error

    try:
        fail()
    except type(error):
        logging.getLogger("shop").exception("broken")


def configure(stream: TextIO, **options: Any) -> LineHandler:
    """Configure logging without the handlers of pytest, which raise."""
    defaults = {"stream": stream, "format": "json", "capture_uvicorn": False, "replace_handlers": True}
    return configure_logging(**{**defaults, **options})


def configured(**options: Any) -> io.StringIO:
    stream = io.StringIO()
    configure(stream, **options)
    return stream


def test_writes_one_json_object_for_a_record() -> None:
    stream = configured(service="shop")

    logging.getLogger("shop.orders").warning("order %s paid", 7, extra={"order_id": 7})

    (line,) = lines(stream)
    assert line["timestamp"].endswith("Z")
    assert len(line["timestamp"]) == len("2024-05-02T10:11:12.345Z")
    del line["timestamp"]
    assert line == {
        "level": "WARNING",
        "logger": "shop.orders",
        "message": "order 7 paid",
        "service": "shop",
        "order_id": 7,
    }


def test_bears_the_ids_of_the_span_and_the_request() -> None:
    stream = configured(correlation=log_fields)
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("test")

    with tracer.start_as_current_span("work") as span, bind(request_id="r-1"):
        logging.getLogger("shop").warning("inside")
    logging.getLogger("shop").warning("outside")

    inside, outside = lines(stream)
    assert inside["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert inside["span_id"] == f"{span.get_span_context().span_id:016x}"
    assert inside["request_id"] == "r-1"
    assert not {"trace_id", "span_id", "request_id"} & outside.keys()


def test_tells_type_message_and_stack_of_an_exception() -> None:
    stream = configured()

    try:
        json.loads("{")
    except ValueError:
        logging.getLogger("shop").exception("cannot read")

    (line,) = lines(stream)
    assert line["exception"]["type"] == "json.decoder.JSONDecodeError"
    assert line["exception"]["message"].startswith("Expecting property name")
    assert "test_logs.py" in line["exception"]["stacktrace"]


def test_tells_the_stack_that_was_asked_for() -> None:
    stream = configured()

    logging.getLogger("shop").warning("here", stack_info=True)

    assert "test_tells_the_stack_that_was_asked_for" in lines(stream)[0]["stack"]


@pytest.mark.parametrize(
    "secret",
    [secret for secret in SECRETS if secret.where in {"text", "log"}],
    ids=lambda secret: secret.name,
)
def test_takes_secrets_out_of_messages_arguments_and_fields(secret: Secret) -> None:
    stream = configured()

    logging.getLogger("shop").warning("said %s", secret.carrier, extra={"note": secret.carrier})
    logging.getLogger("shop").warning(secret.carrier)

    assert json.dumps(secret.secret)[1:-1] not in stream.getvalue()
    assert len(lines(stream)) == 2


@pytest.mark.parametrize(
    "secret", [secret for secret in SECRETS if secret.where == "exception"], ids=lambda secret: secret.name
)
def test_takes_secrets_out_of_exceptions(secret: Secret) -> None:
    stream = configured()

    log_error(RuntimeError(secret.carrier))

    assert secret.secret not in stream.getvalue()
    assert MARK in lines(stream)[0]["exception"]["stacktrace"]


def test_degrades_where_arguments_do_not_fit_and_says_so() -> None:
    stream = configured()

    logging.getLogger("shop").warning("%d of %d", "seven")  # noqa: PLE1206 - the mistake in question

    (line,) = own_lines(stream)
    assert line["message"] == "%d of %d"
    assert line["args"] == ["seven"]
    assert line["logging_error"].startswith("message at test_logs.py:")
    assert "TypeError" in line["logging_error"]


def test_degrades_where_a_message_or_a_field_cannot_be_printed() -> None:
    stream = configured()

    logging.getLogger("shop").warning(Broken(), extra={"odd": Broken()})

    (line,) = own_lines(stream)
    assert line["message"] == "<Broken>"
    assert line["odd"] == "<Broken>"
    assert "ValueError: no text for you" in line["logging_error"]


def test_degrades_where_an_exception_cannot_be_printed() -> None:
    class BrokenError(Exception):
        def __str__(self) -> str:
            msg = "no"
            raise RuntimeError(msg)

    stream = configured()

    log_error(BrokenError())

    (line,) = own_lines(stream)
    assert line["exception"]["type"].endswith("BrokenError")


def test_goes_on_without_the_fields_of_a_correlation_that_raises() -> None:
    def broken() -> dict[str, str]:
        msg = "no ids"
        raise LookupError(msg)

    stream = configured(correlation=broken)

    logging.getLogger("shop").warning("still here")

    assert own_lines(stream)[0]["message"] == "still here"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    message=st.one_of(st.text(), st.integers(), st.none(), st.binary()),
    args=st.lists(st.one_of(st.text(), st.integers(), st.none(), st.dictionaries(st.text(), st.integers()))),
    extra=st.dictionaries(st.text(), st.one_of(st.text(), st.floats(), st.binary(), st.lists(st.integers()))),
    kind=st.sampled_from(["json", "console"]),
)
def test_never_raises_and_never_breaks_a_line(
    message: Any, args: list[Any], extra: dict[str, Any], kind: str
) -> None:
    stream = configured(format=kind)
    record = logging.LogRecord("shop", logging.INFO, "a.py", 1, message, tuple(args), None)
    record.__dict__.update({key: value for key, value in extra.items() if key not in record.__dict__})

    logging.getLogger("shop").handle(record)

    mine = [line for line in stream.getvalue().split("\n") if " shop" in line or '"logger":"shop"' in line]
    assert len(mine) == 1
    if kind == "json":
        assert json.loads(mine[0])["logger"] == "shop"


def test_writes_numbers_that_json_does_not_know_as_texts() -> None:
    stream = configured()

    logging.getLogger("shop").warning("x", extra={"ratio": float("nan"), "all": [float("inf")]})

    (line,) = lines(stream)
    assert (line["ratio"], line["all"]) == ("nan", ["inf"])


def test_bounds_messages_fields_and_their_number() -> None:
    stream = configured(redactor=Redactor(limits=Limits(attribute_chars=50, attributes=3)))

    logging.getLogger("shop").warning("x" * 1_000_000, extra={f"f{number}": "y" * 100 for number in range(5)})

    (line,) = lines(stream)
    assert len(line["message"]) <= 65_536
    assert [len(line[f"f{number}"]) for number in range(3)] == [50, 50, 50]
    assert "f3" not in line
    assert line["logging_error"] == "fields left out, there were too many"


def test_is_readable_on_a_terminal() -> None:
    stream = Terminal()
    configure(stream, format="auto")

    logging.getLogger("shop").error("order paid", extra={"order_id": 7, "note": "two words"})

    text = stream.getvalue()
    assert "\x1b[31mERROR" in text
    assert " shop  order paid  " in text
    assert "order_id=7 note='two words'" in text


def test_writes_json_where_there_is_no_terminal() -> None:
    stream = configured(format="auto")

    logging.getLogger("shop").error("order paid")

    assert lines(stream)[0]["message"] == "order paid"


def test_uses_no_colours_where_they_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    configure(stream, format="auto")

    logging.getLogger("shop").error("order paid")

    assert "\x1b" not in stream.getvalue()


def test_lets_no_message_forge_a_line_or_steer_the_terminal() -> None:
    stream = configured(format="console")

    logging.getLogger("shop").error("first\n12:00:00 INFO forged\r\x1b[2J\u2028x")

    (line,) = stream.getvalue().splitlines()
    assert r"first\n12:00:00 INFO forged\x0d\x1b[2J\x2028x" in line


def test_indents_the_stack_beneath_the_line() -> None:
    stream = configured(format="console")

    try:
        json.loads("{")
    except ValueError:
        logging.getLogger("shop").exception("cannot read")

    head, *stack = stream.getvalue().splitlines()
    assert head.endswith("cannot read")
    assert all(line.startswith("    ") for line in stack)
    assert "JSONDecodeError" in stack[-1]


def test_replaces_its_own_handler_when_it_is_called_again(root: logging.Logger) -> None:
    first = configured()
    before = len(root.handlers)

    second = configured()
    logging.getLogger("shop").error("once")

    assert len(root.handlers) == before
    assert first.getvalue() == ""
    assert len(lines(second)) == 1


def test_leaves_the_handlers_of_others_alone_unless_asked(root: logging.Logger) -> None:
    theirs = logging.NullHandler()
    root.addHandler(theirs)

    configured(replace_handlers=False)
    kept = theirs in root.handlers
    configured(replace_handlers=True)

    assert kept
    assert [type(handler).__name__ for handler in root.handlers] == ["LineHandler"]


def test_sets_levels_of_all_and_of_single_loggers() -> None:
    stream = configured(level="warning", loggers={"shop.noisy": "ERROR", "shop.chatty": logging.DEBUG})
    try:
        logging.getLogger("shop.noisy").warning("no")
        logging.getLogger("shop.chatty").debug("yes")
        logging.getLogger("shop").info("no")
    finally:
        logging.getLogger("shop.noisy").setLevel(logging.NOTSET)
        logging.getLogger("shop.chatty").setLevel(logging.NOTSET)

    assert [line["message"] for line in lines(stream)] == ["yes"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": "LOUD"}, "log level is 'LOUD', expected a number or one of"),
        ({"loggers": {"a": "LOUD"}}, "log level is 'LOUD'"),
        ({"format": "xml"}, "log format is 'xml', expected one of auto, json, console"),
    ],
)
def test_refuses_what_it_does_not_know_and_changes_nothing(
    root: logging.Logger, options: dict[str, Any], message: str
) -> None:
    before = [*root.handlers]

    with pytest.raises(SettingsError, match=message):
        configure_logging(**options)

    assert root.handlers == before


def test_goes_on_where_the_stream_is_closed() -> None:
    stream = io.StringIO()
    handler = configure(stream)
    stream.close()

    logging.getLogger("shop").error("into the void")

    assert handler.failures()["ValueError"] >= 1


def test_escapes_what_the_stream_cannot_encode() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    configure(stream, format="console")

    logging.getLogger("shop").error("Grüße")

    assert rb"Gr\xfc\xdfe" in raw.getvalue()


def test_follows_the_standard_error_stream_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    configure_logging(format="json", capture_uvicorn=False)
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)

    logging.getLogger("shop").error("here")

    assert lines(stream)[0]["message"] == "here"


def test_holds_no_lock_while_code_of_the_program_runs() -> None:
    stream = io.StringIO()
    handler = configure(stream)
    got: list[bool] = []

    class Watching:
        def __str__(self) -> str:
            watcher = threading.Thread(target=watch)
            watcher.start()
            watcher.join()
            return "watched"

    def watch() -> None:
        assert handler.lock is not None
        got.append(handler.lock.acquire(blocking=False))
        handler.lock.release()

    logging.getLogger("shop").error("%s", Watching())

    assert got == [True]


def test_logs_from_within_what_is_logged() -> None:
    stream = configured()

    class Talking:
        def __str__(self) -> str:
            logging.getLogger("shop").error("inner")
            return "outer"

    logging.getLogger("shop").error("%s", Talking())

    assert [line["message"] for line in lines(stream)] == ["inner", "outer"]


def test_asks_filters_and_survives_those_that_raise() -> None:
    stream = io.StringIO()
    handler = configure(stream)

    def pick(record: logging.LogRecord) -> bool:
        if record.msg == "raise":
            raise KeyError(record.msg)
        return record.msg != "drop"

    handler.addFilter(pick)
    for message in ("keep", "drop", "raise"):
        logging.getLogger("shop").error(message)

    assert [line["message"] for line in own_lines(stream)] == ["keep", "raise"]


def test_tells_who_is_installed() -> None:
    redactor = Redactor()
    before = installed_handler()

    handler = configure_logging(stream=io.StringIO(), redactor=redactor, capture_uvicorn=False)

    assert before is None
    assert installed_handler() is handler
    assert installed_redactor() is redactor
    assert default_redactor() is default_redactor()


class TestServiceLogger:
    def test_puts_bound_fields_and_keywords_on_every_record(self) -> None:
        stream = configured()
        log = get_logger("shop.orders", team="blue")

        log.error("paid %s", 7, order_id=7)

        (line,) = lines(stream)
        assert (line["message"], line["team"], line["order_id"]) == ("paid 7", "blue", 7)

    def test_binds_further_fields_without_changing_the_first(self) -> None:
        stream = configured()
        log = get_logger("shop.orders", team="blue")

        log.bind(order_id=7, team="red").error("a")
        log.error("b")

        first, second = lines(stream)
        assert (first["team"], first["order_id"]) == ("red", 7)
        assert second["team"] == "blue"
        assert "order_id" not in second

    def test_takes_names_that_the_standard_library_uses(self) -> None:
        stream = configured()

        get_logger("shop", name="ann").error("x", args=1, message="m", extra={"module": "mod"})

        (line,) = lines(stream)
        assert (line["name_"], line["args_"], line["message_"], line["module_"]) == ("ann", 1, "m", "mod")

    def test_redacts_fields_by_name(self) -> None:
        stream = configured()

        get_logger("shop", api_key="abc").error("x", user={"password": "y"})

        (line,) = lines(stream)
        assert (line["api_key"], line["user"]) == (MARK, {"password": MARK})

    def test_tells_where_it_was_called(self, root: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
        records: list[logging.LogRecord] = []
        handler = logging.Handler()
        monkeypatch.setattr(handler, "emit", records.append)
        root.addHandler(handler)

        get_logger("shop").error("x", exc_info=None, stacklevel=1)

        assert records[0].funcName == "test_tells_where_it_was_called"
