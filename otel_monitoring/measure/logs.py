"""Logging in one call: JSON lines or colours, correlated and redacted, for the program and its server.

``configure_logging()`` puts one handler on the root logger; ``get_logger("shop.orders", team="blue")`` gives
loggers whose fields stand on every record.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TextIO

from otel_monitoring.context.redact import Redactor
from otel_monitoring.errors import SettingsError
from otel_monitoring.measure.log_fields import STANDARD, FieldReader
from otel_monitoring.measure.log_formats import ConsoleFormatter, JsonFormatter
from otel_monitoring.measure.log_output import LineHandler
from otel_monitoring.measure.log_servers import capture_server_loggers

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

FORMATS = ("auto", "json", "console")
_KEYWORDS = frozenset(["exc_info", "stack_info", "stacklevel", "extra"])


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


class ServiceLogger(logging.LoggerAdapter[logging.Logger]):
    """A logger whose fields stand on every record, and that takes further ones as keywords.

    ``log.info("order paid", order_id=7)`` puts ``order_id`` on the record, beside what is bound. A field
    whose name is taken by the standard library gets an underscore: ``name_``.
    """

    extra: dict[str, Any]

    def bind(self, /, **fields: Any) -> ServiceLogger:
        """Return a logger with ``fields`` beside those of this one, which stays as it is."""
        return ServiceLogger(self.logger, {**self.extra, **fields})

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Gather bound fields, ``extra`` and further keywords in ``extra``."""
        given = {key: kwargs.pop(key) for key in [*kwargs] if key not in _KEYWORDS}
        extra = kwargs.get("extra")
        fields = {**self.extra, **(extra if isinstance(extra, Mapping) else {}), **given}
        kwargs["extra"] = {f"{key}_" if key in STANDARD else key: value for key, value in fields.items()}
        return msg, kwargs


def get_logger(name: str, /, **fields: Any) -> ServiceLogger:
    """Return the logger ``name`` with ``fields`` bound to it."""
    return ServiceLogger(logging.getLogger(name), fields)


def installed_handler() -> LineHandler | None:
    """Return the handler that :func:`configure_logging` put on the root logger, if it did."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LineHandler):
            return handler
    return None


def installed_redactor() -> Redactor:
    """Return the redactor that log lines go through, or one with the built-in rules."""
    handler = installed_handler()
    return default_redactor() if handler is None else handler.redactor


@cache
def default_redactor() -> Redactor:
    """Return the redactor of those who were given none, made at the first call."""
    return Redactor()


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
