"""Durations and their arithmetic, within square brackets and behind ``offset``, and times behind ``@``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from otel_monitoring.promql.language.reading import Reader

_MS = 1000
_MAX_DEPTH = 50
_MAX_MS = 2**63 // 1_000_000
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "^": 3}
_SIGN = 3
_LATER = frozenset(("step", "range"))


class Durations:
    """Read durations from a reader's tokens; arithmetic of constants is done at once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._depth = 0

    def positive(self) -> int:
        """Return a range or a step in milliseconds.

        Raises:
            QueryError: It is not longer than 0.
        """
        start = self._reader.token.start
        length_ms = self._milliseconds(self._sum(1), start)
        if length_ms <= 0:
            self._reader.fail("duration must be greater than 0", start)
        return length_ms

    def offset(self) -> int:
        """Return an offset in milliseconds, with its sign; arithmetic stands in round brackets."""
        start = self._reader.token.start
        return self._milliseconds(self._one(), start)

    def time(self) -> int | Literal["start", "end"]:
        """Return the time behind ``@`` in Unix milliseconds, or which end of the query it is."""
        reader = self._reader
        for name in ("start", "end"):
            if reader.word() == name:
                reader.next()
                reader.expect("(", "@")
                reader.expect(")", "@")
                return "start" if name == "start" else "end"
        start, sign = reader.token.start, 1.0
        if reader.is_symbol("+", "-"):
            sign = -1.0 if reader.next().text == "-" else 1.0
        if reader.token.kind not in {"number", "duration"}:
            reader.unexpected("@", "timestamp")
        value = sign * reader.next().value
        if not math.isfinite(value) or abs(value) * _MS >= 2**63:
            reader.fail(f"timestamp out of bounds for @ modifier: {value}", start)
        return round(value * _MS)

    def _milliseconds(self, seconds: float, start: int) -> int:
        if not math.isfinite(seconds) or abs(seconds) * _MS >= _MAX_MS:
            self._reader.fail("duration out of range", start)
        return round(seconds * _MS)

    def _sum(self, least: int) -> float:
        left = self._one()
        while (precedence := _PRECEDENCE.get(self._reader.word(), 0)) >= least:
            op = self._reader.next()
            right = self._sum(precedence + (op.text != "^"))
            left = self._computed(op.text, left, right, op.start)
        return left

    def _one(self) -> float:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            self._reader.fail(f"durations nest at most {_MAX_DEPTH} deep", self._reader.token.start)
        value = self._nested()
        self._depth -= 1
        return value

    def _nested(self) -> float:
        reader = self._reader
        if reader.is_symbol("+", "-"):
            sign = -1.0 if reader.next().text == "-" else 1.0
            return sign * self._one()
        if reader.take("("):
            value = self._sum(1)
            reader.expect(")", "duration expression")
            return value
        word = reader.word()
        if word in _LATER:
            reader.fail(f"{word}() in a duration is not supported", reader.token.start)
        if word in {"max_of", "min_of"}:
            return self._extreme(word)
        if reader.token.kind not in {"number", "duration"}:
            reader.unexpected("duration expression", "number or duration")
        return reader.next().value

    def _extreme(self, word: str) -> float:
        reader = self._reader
        reader.next()
        reader.expect("(", "duration expression")
        first = self._sum(1)
        reader.expect(",", "duration expression")
        second = self._sum(1)
        reader.expect(")", "duration expression")
        return max(first, second) if word == "max_of" else min(first, second)

    def _computed(self, op: str, left: float, right: float, start: int) -> float:
        if op in "/%" and right == 0:
            self._reader.fail("division by zero" if op == "/" else "modulo by zero", start)
        try:
            found = {
                "+": lambda: left + right,
                "-": lambda: left - right,
                "*": lambda: left * right,
                "/": lambda: left / right,
                "%": lambda: math.fmod(left, right),
                "^": lambda: math.pow(left, right),
            }[op]()
        except (OverflowError, ValueError):
            self._reader.fail("duration out of range", start)
        return found
