"""Loggers with bound fields."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from otel_monitoring.context.redact import MARK
from otel_monitoring.measure.logs import get_logger
from tests.measure.logs.helpers import configured, lines

if TYPE_CHECKING:
    import pytest


def test_puts_bound_fields_and_keywords_on_every_record() -> None:
    stream = configured()
    log = get_logger("shop.orders", team="blue")

    log.error("paid %s", 7, order_id=7)

    (line,) = lines(stream)
    assert (line["message"], line["team"], line["order_id"]) == ("paid 7", "blue", 7)


def test_binds_further_fields_without_changing_the_first() -> None:
    stream = configured()
    log = get_logger("shop.orders", team="blue")

    log.bind(order_id=7, team="red").error("a")
    log.error("b")

    first, second = lines(stream)
    assert (first["team"], first["order_id"]) == ("red", 7)
    assert second["team"] == "blue"
    assert "order_id" not in second


def test_takes_names_that_the_standard_library_uses() -> None:
    stream = configured()

    get_logger("shop", name="ann").error("x", args=1, message="m", extra={"module": "mod"})

    (line,) = lines(stream)
    assert (line["name_"], line["args_"], line["message_"], line["module_"]) == ("ann", 1, "m", "mod")


def test_redacts_fields_by_name() -> None:
    stream = configured()

    get_logger("shop", api_key="abc").error("x", user={"password": "y"})

    (line,) = lines(stream)
    assert (line["api_key"], line["user"]) == (MARK, {"password": MARK})


def test_tells_where_it_was_called(monkeypatch: pytest.MonkeyPatch) -> None:
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", records.append)
    logging.getLogger().addHandler(handler)

    get_logger("shop").error("x", exc_info=None, stacklevel=1)

    assert records[0].funcName == "test_tells_where_it_was_called"
