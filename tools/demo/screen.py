"""What the demo says: few lines, each with the time since the start, in colour on a terminal."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

PLAIN, BOLD, GREEN, RED, GREY = "", "1", "32", "1;31", "90"


class Screen:
    """Print lines on a stream; colours only where it is a terminal and ``NO_COLOR`` is not set.

    Args:
        stream: Where the lines go.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._colours = stream.isatty() and not os.environ.get("NO_COLOR")
        self._start_s = time.monotonic()

    def heading(self, text: str) -> None:
        """Print a line that stands out."""
        self._print(self._coloured(text, BOLD))

    def fact(self, name: str, value: str) -> None:
        """Print something to know before it begins, such as an address."""
        self._print(f"  {name:<10}{value}")

    def event(self, text: str, colour: str = PLAIN) -> None:
        """Print what just happened, after the minutes and seconds since the start."""
        minutes, seconds = divmod(int(time.monotonic() - self._start_s), 60)
        clock = self._coloured(f"{minutes:4}:{seconds:02}", GREY)
        self._print(f"{clock}  {self._coloured(text, colour)}")

    def _coloured(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if colour and self._colours else text

    def _print(self, text: str) -> None:
        print(text, file=self._stream, flush=True)
