"""The loggers of uvicorn and gunicorn, taken over."""

from __future__ import annotations

import importlib
import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.context.redact import Redactor
from otel_monitoring.measure.logs import configure_logging
from otel_monitoring.measure.logs.access import access_of
from otel_monitoring.measure.logs.servers import SERVER_LOGGERS, capture_server_loggers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "9f86d081884c7d659a2feaa0c55ad015"


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Loggers that are afterwards as they were before."""
    loggers = [logging.getLogger(name) for name in ("", *SERVER_LOGGERS)]
    before = [([*logger.handlers], logger.level, logger.propagate) for logger in loggers]
    yield
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logger.propagate = propagate


def uvicorn_config(**options: Any) -> None:
    from uvicorn import Config

    Config("app:app", **options)


def gunicorn_logger(**options: Any) -> Any:
    Config = importlib.import_module("gunicorn.config").Config  # noqa: N806 - a class
    Logger = importlib.import_module("gunicorn.glogging").Logger  # noqa: N806 - a class

    config = Config()
    for name, value in options.items():
        config.set(name, value)
    return Logger(config)


def captured() -> io.StringIO:
    stream = io.StringIO()
    configure_logging(stream=stream, format="json", replace_handlers=True)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_brings_uvicorns_records_to_the_root_once_each() -> None:
    uvicorn_config()

    stream = captured()
    logging.getLogger("uvicorn.error").info("Started", extra={"color_message": "\x1b[1mStarted"})
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "10.0.0.7:5", "GET", f"/a?token={TOKEN}&x=1", "1.1", 200
    )

    error, access = lines(stream)
    assert error["message"] == "Started"
    assert "color_message" not in error
    assert access["message"] == '10.0.0.7:5 - "GET /a?token=[redacted]&x=1 HTTP/1.1" 200'
    assert access["http.request.method"] == "GET"
    assert access["url.path"] == "/a"
    assert access["url.query"] == "token=[redacted]&x=1"
    assert access["http.response.status_code"] == 200
    assert access["client.address"] == "10.0.0.7"


def test_takes_over_again_where_the_server_configured_itself_later() -> None:
    captured()
    uvicorn_config()

    changed = capture_server_loggers()
    again = capture_server_loggers()

    assert changed == ["uvicorn", "uvicorn.access"]
    assert again == []


def test_leaves_a_switched_off_access_log_off() -> None:
    uvicorn_config(access_log=False)

    stream = captured()
    logging.getLogger("uvicorn.access").info("no")

    assert stream.getvalue() == ""


def test_leaves_handlers_of_the_program_on_the_servers_loggers() -> None:
    uvicorn_config()
    theirs = logging.StreamHandler(io.StringIO())
    theirs.setFormatter(logging.Formatter("%(message)s"))
    logging.getLogger("uvicorn.access").addHandler(theirs)

    captured()

    assert logging.getLogger("uvicorn.access").handlers == [theirs]


def test_leaves_the_servers_alone_where_that_is_asked_for() -> None:
    uvicorn_config()
    before = [*logging.getLogger("uvicorn").handlers]

    configure_logging(stream=io.StringIO(), capture_uvicorn=False)

    assert logging.getLogger("uvicorn").handlers == before


def test_brings_gunicorns_records_to_the_root() -> None:
    server = gunicorn_logger(accesslog="-", errorlog="-")

    stream = captured()
    server.info("Listening at: %s", "http://127.0.0.1:8000")

    (line,) = lines(stream)
    assert line["message"] == "Listening at: http://127.0.0.1:8000"
    assert logging.getLogger("gunicorn.access").handlers == []


def test_understands_gunicorns_access_log() -> None:
    make_atoms = importlib.import_module("gunicorn.glogging").SafeAtoms
    server = gunicorn_logger(accesslog="-")
    atoms = make_atoms(
        {
            "h": "10.0.0.7",
            "m": "GET",
            "U": "/a",
            "q": f"token={TOKEN}",
            "s": "200",
            "H": "HTTP/1.1",
            "r": f"GET /a?token={TOKEN} HTTP/1.1",
            "f": f"https://x.example.org/?key=1&token={TOKEN}",
            "{authorization}i": f"Bearer {TOKEN}",
        }
    )

    stream = captured()
    server.access_log.info('%(h)s "%(r)s" %(s)s "%(f)s" %({authorization}i)s %(nothing)s', atoms)

    (line,) = lines(stream)
    assert TOKEN not in stream.getvalue()
    assert line["message"].startswith(
        '10.0.0.7 "GET /a?token=[redacted] HTTP/1.1" 200 "https://x.example.org/?key=1'
    )
    assert line["message"].endswith("[redacted] -")
    assert (line["url.path"], line["http.response.status_code"]) == ("/a", 200)


def test_lets_gunicorns_files_be_and_gives_them_the_format(tmp_path: Path) -> None:
    path = tmp_path / "error.log"
    server = gunicorn_logger(errorlog=str(path))

    captured()
    server.error("broken pipe password=hunter2x")
    for handler in logging.getLogger("gunicorn.error").handlers:
        handler.close()

    assert json.loads(path.read_text())["message"] == "broken pipe password=[redacted]"


def test_sees_no_access_in_other_records() -> None:
    other = logging.LogRecord("shop", logging.INFO, "a.py", 1, "x", ("a", "b", "c", "d", "e"), None)
    odd = logging.LogRecord("uvicorn.access", logging.INFO, "a.py", 1, "x", (), None)

    assert access_of(other, Redactor()) is None
    assert access_of(odd, Redactor()) is None
