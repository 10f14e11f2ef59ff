"""Numbers, characters and texts as Go writes them in a program."""

from __future__ import annotations

import ast

_SINGLE = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
}


def number(literal: str) -> float:
    """Read a number as Go does: a whole one is an int, ``1e3`` and ``1.5`` are floats.

    Raises:
        ValueError: It is no number.
    """
    text = literal.replace("_", "")
    legacy_octal = text.lstrip("+-").lstrip("0")
    try:
        if text.lstrip("+-").startswith("0") and legacy_octal.isdigit():
            return int(text, 8)
        return int(text, 0)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        msg = f"bad number syntax: {literal!r}"
        raise ValueError(msg) from None


def character(literal: str) -> int:
    """Read a character in single quotes as its code point.

    Raises:
        ValueError: It is not one character.
    """
    text = unquote(literal)
    if len(text) != 1:
        msg = f"malformed character constant: {literal}"
        raise ValueError(msg)
    return ord(text)


def unquote(literal: str) -> str:
    """Read a text in double quotes or backquotes.

    Raises:
        ValueError: An escape is not one of Go's.
    """
    if literal.startswith("`"):
        return literal[1:-1].replace("\r", "")
    try:
        return _unescape(literal[1:-1])
    except (ValueError, SyntaxError):
        msg = f"invalid string {literal}"
        raise ValueError(msg) from None


def _unescape(text: str) -> str:
    """Resolve Go's escapes; those with digits are the same as Python's."""
    out, at = [], 0
    while at < len(text):
        if text[at] != "\\":
            out.append(text[at])
            at += 1
            continue
        letter = text[at + 1]
        if letter in _SINGLE:
            out.append(_SINGLE[letter])
            at += 2
            continue
        length = {"x": 4, "u": 6, "U": 10}.get(letter, 4)
        if letter not in "xuU01234567" or len(text) < at + length:
            raise ValueError(text)
        out.append(ast.literal_eval(f'"{text[at : at + length]}"'))
        at += length
    return "".join(out)
