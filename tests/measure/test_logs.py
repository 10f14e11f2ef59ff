"""Logging in one call, and loggers with bound fields."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest

from otel_monitoring.context.redact import MARK, Redactor
from otel_monitoring.errors import SettingsError
from otel_monitoring.measure.logs import (
    configure_logging,
    default_redactor,
    get_logger,
    installed_handler,
    installed_redactor,
)
from tests.measure.log_helpers import (
    Terminal,
    configure,
    configured,
    lines,
    untouched_root,  # noqa: F401 - a fixture
)


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


def test_replaces_its_own_handler_when_it_is_called_again() -> None:
    first = configured()
    before = len(logging.getLogger().handlers)

    second = configured()
    logging.getLogger("shop").error("once")

    assert len(logging.getLogger().handlers) == before
    assert first.getvalue() == ""
    assert len(lines(second)) == 1


def test_leaves_the_handlers_of_others_alone_unless_asked() -> None:
    theirs = logging.NullHandler()
    logging.getLogger().addHandler(theirs)

    configured(replace_handlers=False)
    kept = theirs in logging.getLogger().handlers
    configured(replace_handlers=True)

    assert kept
    assert [type(handler).__name__ for handler in logging.getLogger().handlers] == ["LineHandler"]


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
def test_refuses_what_it_does_not_know_and_changes_nothing(options: dict[str, Any], message: str) -> None:
    before = [*logging.getLogger().handlers]

    with pytest.raises(SettingsError, match=message):
        configure_logging(**options)

    assert logging.getLogger().handlers == before


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

    def test_tells_where_it_was_called(self, monkeypatch: pytest.MonkeyPatch) -> None:
        records: list[logging.LogRecord] = []
        handler = logging.Handler()
        monkeypatch.setattr(handler, "emit", records.append)
        logging.getLogger().addHandler(handler)

        get_logger("shop").error("x", exc_info=None, stacklevel=1)

        assert records[0].funcName == "test_tells_where_it_was_called"
