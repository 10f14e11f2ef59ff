"""Logging in one call."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from otel_monitoring.errors import SettingsError
from otel_monitoring.measure.logs import configure_logging
from tests.measure.logs.helpers import Terminal, configure, configured, lines


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
