"""What the tests of logging share."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any, TextIO

from otel_monitoring.measure.logs import configure_logging

if TYPE_CHECKING:
    from otel_monitoring.measure.logs.output import LineHandler


class Broken:
    def __str__(self) -> str:
        msg = "no text for you"
        raise ValueError(msg)

    __repr__ = __str__


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


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
