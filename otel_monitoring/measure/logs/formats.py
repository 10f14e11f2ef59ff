"""Log lines: JSON for machines, colours for people.

Both are made of the same fields. Neither lets a record break out of its line: in JSON everything is escaped,
on a terminal control characters are shown as such.
"""

from __future__ import annotations

import json
import logging
import math
import re
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otel_monitoring.measure.logs.fields import FieldReader

_RESET = "\x1b[0m"
_DIM = "\x1b[2m"
_COLOURS = {
    logging.DEBUG: "\x1b[36m",
    logging.INFO: "\x1b[32m",
    logging.WARNING: "\x1b[33m",
    logging.ERROR: "\x1b[31m",
    logging.CRITICAL: "\x1b[1;31m",
}
_NOT_REPEATED = frozenset(["timestamp", "level", "logger", "message", "service", "exception", "stack"])
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u2028\u2029]")
_PLAIN_VALUE = re.compile(r"[\w.:/@%+\-\[\]]+")
_LEVEL_WIDTH = 8

# ASCII, so that a line is valid whatever the encoding of the stream; the values are bounded beforehand.
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class JsonFormatter(logging.Formatter):
    """One JSON object a line.

    Args:
        reader: What reads the fields of a record.
    """

    def __init__(self, reader: FieldReader) -> None:
        super().__init__()
        self._reader = reader

    def format(self, record: logging.LogRecord) -> str:
        """Return ``record`` as JSON, without a line break."""
        fields = self._reader.fields(record)
        try:
            return _encode(fields)
        except ValueError:  # not a number or infinite, for which JSON has no word
            return _encode(_finite(fields))


class ConsoleFormatter(logging.Formatter):
    """Time, level, logger and message, then the other fields, then the stack.

    Args:
        reader: What reads the fields of a record.
        colours: Whether to use the escape codes of a terminal.
    """

    def __init__(self, reader: FieldReader, *, colours: bool) -> None:
        super().__init__()
        self._reader = reader
        self._colours = colours

    def format(self, record: logging.LogRecord) -> str:
        """Return ``record`` as a line, and its stack indented beneath."""
        fields = self._reader.fields(record)
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        level = self._painted(record.levelname.ljust(_LEVEL_WIDTH), _COLOURS.get(record.levelno, ""))
        line = f"{clock}.{int(record.created % 1 * 1000):03d} {level} {_one_line(record.name)}  "
        line += _one_line(fields["message"])
        rest = " ".join(_pair(key, value) for key, value in fields.items() if key not in _NOT_REPEATED)
        if rest:
            line += f"  {self._painted(rest, _DIM)}"
        return line + "".join(_indented(text) for text in _stacks(fields))

    def _painted(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self._colours and colour else text


def _finite(value: Any) -> Any:
    """Return ``value`` with texts for the numbers that JSON does not know."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def _pair(key: str, value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    if not _PLAIN_VALUE.fullmatch(text):
        text = repr(text) if isinstance(value, str) else text
    return f"{_one_line(key)}={_one_line(text)}"


def _stacks(fields: dict[str, Any]) -> list[str]:
    found = [fields["exception"]["stacktrace"]] if "exception" in fields else []
    return [*found, fields["stack"]] if "stack" in fields else found


def _one_line(text: str) -> str:
    """Return ``text`` so that it can neither start a line of its own nor steer a terminal."""
    return _CONTROL.sub(_shown, text).replace("\n", "\\n")


def _indented(text: str) -> str:
    lines = text.rstrip("\n").split("\n")
    return "".join(f"\n    {_CONTROL.sub(_shown, line)}" for line in lines)


def _shown(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"
