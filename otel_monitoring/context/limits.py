"""How long a text and how many attributes may be, and what stays of what is longer."""

from __future__ import annotations

from dataclasses import dataclass

MAX_TEXT_CHARS = 65_536
"""What is read of any text; its middle is left out where it is longer."""

_ELLIPSIS = "…"
_GAP = "\n… {} characters left out …\n"
_GAP_ROOM = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """The sizes that nothing we store, export or send goes beyond.

    Attributes:
        attribute_chars: Characters of one attribute value.
        attributes: Attributes of one span, event or log record.
        stacktrace_chars: Characters of one stack trace; its head and its tail are kept.
    """

    attribute_chars: int = 4096
    attributes: int = 128
    stacktrace_chars: int = 65_536


def clip(text: str, limit: int) -> str:
    """Return ``text``, its end cut and marked where it is longer than ``limit`` characters."""
    if len(text) <= limit:
        return text
    return text[: max(limit - 1, 0)] + _ELLIPSIS


def clip_middle(text: str, limit: int) -> str:
    """Return ``text`` with its head and its tail where it is longer than ``limit`` characters.

    Of a stack trace both ends matter: where the program came from, and what was raised.
    """
    if len(text) <= limit:
        return text
    half = (limit - _GAP_ROOM) // 2
    if half <= 0:
        return clip(text, limit)
    gap = _GAP.format(len(text) - 2 * half)
    return text[:half] + gap + text[-half:]
