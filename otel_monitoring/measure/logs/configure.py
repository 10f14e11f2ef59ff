"""One handler on the root logger, with the format and the levels that were asked for."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Literal, TextIO

from otel_monitoring.errors import SettingsError
from otel_monitoring.measure.logs.fields import FieldReader
from otel_monitoring.measure.logs.formats import ConsoleFormatter, JsonFormatter
from otel_monitoring.measure.logs.installed import default_redactor
from otel_monitoring.measure.logs.output import LineHandler
from otel_monitoring.measure.logs.servers import capture_server_loggers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.context.redact import Redactor

FORMATS = ("auto", "json", "console")


def configure_logging(  # noqa: PLR0913 - one keyword per thing that can be chosen
    *,
    level: str | int = "INFO",
    format: Literal["auto", "json", "console"] = "auto",  # noqa: A002 - what it is called everywhere
    stream: TextIO | None = None,
    loggers: Mapping[str, str | int] | None = None,
    service: str = "",
    redactor: Redactor | None = None,
    correlation: Callable[[], Mapping[str, str]] | None = None,
    capture_uvicorn: bool = True,
    replace_handlers: bool = False,
) -> LineHandler:
    """Send the records of all loggers to one stream, in one format.

    Calling it again replaces what the call before installed, so that the last call counts.

    Args:
        level: The least severe level that is kept.
        format: ``json`` for one object a line, ``console`` for people, ``auto`` by whether the stream is
            a terminal.
        stream: Where the lines go, by default the standard error stream of the moment.
        loggers: Levels of single loggers, by name.
        service: The name of the service, which JSON lines bear.
        redactor: Takes secrets out; by default one with the built-in rules.
        correlation: Returns the fields of the current request, such as ``request_id``.
        capture_uvicorn: Take over the loggers of uvicorn and gunicorn.
        replace_handlers: Take away the other handlers of the root logger. By default they stay, and what
            they write is written twice.

    Returns:
        The handler, which stands on the root logger now.

    Raises:
        SettingsError: A level or the format is unknown.
    """
    numbers = {name: _level(value) for name, value in {"": level, **(loggers or {})}.items()}
    if format not in FORMATS:
        msg = f"log format is {format!r}, expected one of {', '.join(FORMATS)}"
        raise SettingsError(msg)
    redactor = redactor or default_redactor()
    handler = LineHandler(stream=stream, redactor=redactor)
    reader = FieldReader(redactor=redactor, guard=handler.guard, correlation=correlation, service=service)
    handler.setFormatter(_formatter(format, reader, stream))
    _install(handler, replace_handlers=replace_handlers)
    for name, number in numbers.items():
        logging.getLogger(name).setLevel(number)
    if capture_uvicorn:
        capture_server_loggers(formatter=JsonFormatter(reader))
    return handler


def _install(handler: LineHandler, *, replace_handlers: bool) -> None:
    root = logging.getLogger()
    for other in [*root.handlers]:
        if isinstance(other, LineHandler) or replace_handlers:
            root.removeHandler(other)
    root.addHandler(handler)


def _formatter(kind: str, reader: FieldReader, stream: TextIO | None) -> logging.Formatter:
    out = sys.stderr if stream is None else stream
    is_terminal = out is not None and out.isatty()
    if kind == "json" or (kind == "auto" and not is_terminal):
        return JsonFormatter(reader)
    return ConsoleFormatter(reader, colours=_wants_colours(is_terminal=is_terminal))


def _wants_colours(*, is_terminal: bool) -> bool:
    """Ask the environment first; source: no-color.org and force-color.org."""
    if os.environ.get("NO_COLOR"):
        return False
    return is_terminal or bool(os.environ.get("FORCE_COLOR"))


def _level(value: str | int) -> int:
    number = value if isinstance(value, int) else logging.getLevelNamesMapping().get(value.strip().upper())
    if number is None:
        expected = ", ".join(sorted(logging.getLevelNamesMapping()))
        msg = f"log level is {value!r}, expected a number or one of {expected}"
        raise SettingsError(msg)
    return number
