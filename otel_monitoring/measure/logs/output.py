"""The handler that writes log lines to a stream."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, TextIO

from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from otel_monitoring.context.redact import Redactor


class LineHandler(logging.Handler):
    """Write one line for each record, and never raise.

    The lock is held while a finished line is written, nothing longer: formatting runs code of the program
    (``__str__`` of what it logs), and that may log itself or wait for another thread.

    Args:
        stream: Where the lines go; ``None`` is the standard error stream of the moment.
        redactor: What the formatter redacts with; others who log can ask for it.
    """

    def __init__(self, *, stream: TextIO | None, redactor: Redactor) -> None:
        super().__init__()
        self.redactor = redactor
        self._stream = stream
        self.guard = Guard("logging")

    def handle(self, record: logging.LogRecord) -> bool:
        """Write ``record`` if the filters let it pass; return whether they did."""
        kept: bool | logging.LogRecord = True
        if self.filters:
            with self.guard:  # a filter that raises loses no record
                kept = self.filter(record)
        if not kept:
            return False
        self.emit(kept if isinstance(kept, logging.LogRecord) else record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        """Write ``record``."""
        line = self.guard.call(self.format, record)
        if line is None:
            line = f"{record.levelname} {record.name}: a record that cannot be formatted"
        stream = sys.stderr if self._stream is None else self._stream
        if stream is None:  # a program without a console
            return
        with self.guard:
            self._write(stream, line + "\n")

    def flush(self) -> None:
        """Have nothing left to write."""

    def failures(self) -> dict[str, int]:
        """Return how many records were formatted or written badly, by kind of error."""
        return self.guard.counts()

    def _write(self, stream: TextIO, line: str) -> None:
        try:
            self._write_locked(stream, line)
        except UnicodeEncodeError as error:
            self._write_locked(stream, line.encode(error.encoding, "backslashreplace").decode(error.encoding))

    def _write_locked(self, stream: TextIO, line: str) -> None:
        self.acquire()
        try:
            stream.write(line)
            stream.flush()
        finally:
            self.release()
