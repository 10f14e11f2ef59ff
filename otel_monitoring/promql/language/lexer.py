"""Tokens of PromQL, each with its place in the text.

What a colon means depends on where it stands: within square brackets it parts range and step, elsewhere it
belongs to the name of a metric.

Source: the lexical rules of Prometheus 3 as its documentation of the language states them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from otel_monitoring.errors import QueryError

TokenKind = Literal["name", "number", "duration", "string", "symbol", "end"]

_UNITS_MS = {
    "y": 31_536_000_000,
    "w": 604_800_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1000,
    "ms": 1,
}
_SKIPPED = re.compile(r"(?:[ \t\r\n]|#[^\n\r]*)*")
_DURATION = re.compile(
    r"(?=[0-9])(?:[0-9]+y)?(?:[0-9]+w)?(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m(?!s))?(?:[0-9]+s)?(?:[0-9]+ms)?"
)
_DURATION_PART = re.compile(r"([0-9]+)(ms|[ywdhms])")
_NUMBER = re.compile(
    r"0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
)
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_SYMBOL = re.compile(r"=~|!~|==|!=|>=|<=|[-+*/%^=<>(){}\[\],@:]")
_WORDLIKE = re.compile(r"[a-zA-Z0-9_.]")
_LITERAL = {"inf": float("inf"), "nan": float("nan")}
_ESCAPE = re.compile(
    r"\\(?:(?P<simple>[abfnrtv\\'\"])|(?P<octal>[0-7]{3})|x(?P<byte>[0-9a-fA-F]{2})"
    r"|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8}))"
)
_SIMPLE = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34}
_MAX_BYTE = 255
_MOST_DIGITS = 20
"""Digits of a duration that are looked at: with more of them it is out of range in any unit."""

LONE = 0xDC00
"""What is added to a byte that is no UTF-8, so that a string can hold it."""
_LONE_BYTE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression.

    Attributes:
        kind: What it is.
        text: As written; for a string the text that it means.
        start: Where it begins, in characters.
        end: Where it ends, exclusive.
        value: Of a number; of a duration in seconds.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    value: float = 0.0


def is_byte(char: str) -> bool:
    """Tell whether a character of a string stands for a byte that is no UTF-8."""
    return _LONE_BYTE.match(char) is not None


def shown(text: str) -> str:
    """Return a string with every byte that is no UTF-8 replaced, as whoever reads it in JSON would see it."""
    return text if text.isascii() else _LONE_BYTE.sub("\ufffd", text)


def position_text(expr: str, offset: int) -> str:
    """Return ``line:column`` of a place in an expression, both from 1; columns count characters."""
    line = expr.count("\n", 0, offset) + 1
    return f"{line}:{offset - expr.rfind(chr(10), 0, offset)}"


def parse_error(expr: str, offset: int, message: str) -> QueryError:
    """Return the error of an expression that cannot be read, with the place in front."""
    return QueryError(f"{position_text(expr, offset)}: parse error: {shown(message)}")


def tokens(expr: str) -> list[Token]:
    """Split an expression; the last token is of the kind ``end``.

    Raises:
        QueryError: There is a character or a literal that PromQL does not know.
    """
    found: list[Token] = []
    at, brackets = 0, 0
    while (at := _past(_SKIPPED.match(expr, at))) < len(expr):
        token = _token(expr, at, in_brackets=brackets > 0)
        if token.kind == "symbol":
            brackets = max(brackets + (token.text == "[") - (token.text == "]"), 0)
        found.append(token)
        at = token.end
    found.append(Token("end", "", len(expr), len(expr)))
    return found


def _past(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _token(expr: str, at: int, *, in_brackets: bool) -> Token:
    char = expr[at]
    if char in "'\"`":
        return _string(expr, at)
    if char in "0123456789" or (char == "." and expr[at + 1 : at + 2].isdecimal()):
        return _number(expr, at)
    name = (_NAME if in_brackets else _METRIC).match(expr, at)
    if name:
        literal = _LITERAL.get(name[0].lower())
        if literal is not None:
            return Token("number", name[0], at, name.end(), literal)
        return Token("name", name[0], at, name.end())
    symbol = _SYMBOL.match(expr, at)
    if symbol is None:
        raise parse_error(expr, at, f"unexpected character: {char!r}")
    return Token("symbol", symbol[0], at, symbol.end())


def _number(expr: str, at: int) -> Token:
    duration = _DURATION.match(expr, at)
    if duration and duration[0] and not _WORDLIKE.match(expr, duration.end()):
        parts = _DURATION_PART.findall(duration[0])
        total_ms = sum(int(many.lstrip("0")[:_MOST_DIGITS] or "0") * _UNITS_MS[unit] for many, unit in parts)
        if total_ms >= 2**63 // 1_000_000:
            raise parse_error(expr, at, f'duration out of range: "{duration[0]}"')
        return Token("duration", duration[0], at, duration.end(), total_ms / 1000)
    number = _NUMBER.match(expr, at)
    if number is None or _WORDLIKE.match(expr, number.end()):
        end = at
        while _WORDLIKE.match(expr, end):
            end += 1
        raise parse_error(expr, at, f'bad number or duration syntax: "{expr[at:end]}"')
    try:
        value = _value(number[0])
    except (ValueError, OverflowError):
        raise parse_error(expr, at, f'error parsing number: "{number[0]}"') from None
    return Token("number", number[0], at, number.end(), value)


def _value(text: str) -> float:
    """Read a number as Go does: whole ones by their prefix, a leading zero means octal."""
    lowered = text.lower()
    if lowered[:2] in {"0x", "0b", "0o"}:
        return float(int(text, 0))
    plain = text.replace("_", "")
    if text.startswith("0") and len(plain) > 1 and set(plain) <= set("01234567"):
        return float(int(plain, 8))
    if "_" in text and not plain.isdecimal():
        raise ValueError(text)
    return float(text)


def _string(expr: str, at: int) -> Token:
    quote, end = expr[at], at + 1
    while end < len(expr) and expr[end] != quote:
        if quote != "`":
            if expr[end] == "\n":
                break
            end += expr[end] == "\\"
        end += 1
    if end >= len(expr) or expr[end] != quote:
        kind = "raw string" if quote == "`" else "quoted string"
        raise parse_error(expr, at, f"unterminated {kind}")
    raw = expr[at + 1 : end]
    return Token("string", raw if quote == "`" else _unescaped(expr, raw, at), at, end + 1)


def _unescaped(expr: str, raw: str, at: int) -> str:
    """Replace Go's escapes; bytes that make up no UTF-8 stay apart, see :func:`is_byte`."""
    if "\\" not in raw:
        return raw
    encoded, place = bytearray(), 0
    while place < len(raw):
        if raw[place] != "\\":
            encoded += raw[place].encode("utf-8", "surrogatepass")
            place += 1
            continue
        escape = _ESCAPE.match(raw, place)
        if escape is None:
            raise parse_error(expr, at + 1 + place, f"unknown escape sequence {raw[place : place + 2]!r}")
        encoded += _escaped(expr, escape, at + 1 + place)
        place = escape.end()
    return encoded.decode(errors="surrogateescape")


def _escaped(expr: str, escape: re.Match[str], at: int) -> bytes:
    if escape["simple"]:
        return bytes([_SIMPLE[escape["simple"]]])
    if escape["octal"] or escape["byte"]:
        code = int(escape["octal"], 8) if escape["octal"] else int(escape["byte"], 16)
        if code <= _MAX_BYTE:
            return bytes([code])
    else:
        try:
            return chr(int(escape["short"] or escape["long"], 16)).encode()
        except (ValueError, OverflowError, UnicodeEncodeError):
            pass
    raise parse_error(expr, at, f"escape sequence {escape[0]} is an invalid Unicode code point")
