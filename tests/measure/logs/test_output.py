"""The handler that writes log lines."""

from __future__ import annotations

import io
import logging
import sys
import threading
from typing import TYPE_CHECKING

from otel_monitoring.measure.logs import configure_logging
from tests.measure.logs.helpers import configure, configured, lines, own_lines

if TYPE_CHECKING:
    import pytest


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
