"""Durations and their arithmetic, within square brackets and behind ``offset``, and times behind ``@``."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NoReturn

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.language.lengths import Length

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.promql.language.lexer import Token
    from otel_monitoring.promql.language.reading import Reader

_MS = 1000
_MAX_DEPTH = 50
_MAX_OPERATORS = 100
_LATER = frozenset(("step", "range"))
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "^": 3}
_POWER = 3
_EXPECTED = "number, duration, step(), or range()"


class Durations:
    """Read durations from a reader's tokens."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._depth = 0
        self._many = 0
        self._within = ""

    def positive(self) -> Length:
        """Return a range or a step.

        Raises:
            QueryError: It is not longer than 0, as far as that can be told already.
        """
        self._within = "subquery or range selector"
        return self._checked(lambda: self._sum(1), least_ms=1)

    def offset(self) -> Length:
        """Return an offset, with its sign; arithmetic stands in round brackets."""
        self._within = "offset"
        return self._checked(lambda: self._signed(self._one), least_ms=None)

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

    def _checked(self, read: Callable[[], Length], *, least_ms: int | None) -> Length:
        start, self._many = self._reader.token.start, 0
        length = read()
        if not length.is_late:
            try:
                length.ms(least_ms=least_ms)
            except QueryError as error:
                self._reader.fail(str(error), start)
        return length

    def _sum(self, least: int) -> Length:
        left = self._signed(lambda: self._sum(_POWER))
        while (precedence := _PRECEDENCE.get(self._reader.word(), 0)) >= least:
            op = self._reader.next()
            right = self._sum(precedence + (op.text != "^"))
            if op.text in {"/", "%"} and right.is_plain and right.value == 0:
                self._reader.fail("division by zero" if op.text == "/" else "modulo by zero", op.start)
            left = self._counted(Length(op.text, (left, right)))
        return left

    def _signed(self, read: Callable[[], Length]) -> Length:
        """Read what may have a sign; within brackets a sign binds like a product."""
        reader = self._reader
        if not reader.is_symbol("+", "-"):
            return self._one()
        sign = reader.next().text
        again = reader.is_symbol("+", "-")
        length = self._deeper(lambda: self._signed(read)) if again else read()
        if sign == "+":
            return length
        if length.is_plain:
            return replace(length, value=-length.value)
        return self._counted(Length("-", (length,)))

    def _counted(self, length: Length) -> Length:
        self._many += 1
        if self._many > _MAX_OPERATORS:
            message = f"durations have at most {_MAX_OPERATORS} operators"
            self._reader.fail(message, self._reader.token.start)
        return length

    def _deeper(self, read: Callable[[], Length]) -> Length:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            self._reader.fail(f"durations nest at most {_MAX_DEPTH} deep", self._reader.token.start)
        length = read()
        self._depth -= 1
        return length

    def _one(self) -> Length:
        return self._deeper(self._nested)

    def _nested(self) -> Length:
        reader = self._reader
        if reader.take("("):
            length = replace(self._sum(1), bracketed=True)
            reader.expect(")", "duration expression")
            return length
        word = reader.word()
        if word in _LATER:
            reader.next()
            if not reader.take("("):
                reader.unexpected(self._within, _EXPECTED)
            reader.expect(")", "duration expression")
            return Length(word)
        if word in {"max_of", "min_of"}:
            return self._extreme(word)
        token = reader.token
        if token.kind not in {"number", "duration"}:
            self._refuse(token)
        reader.next()
        return Length(value=token.value, duration=token.kind == "duration")

    def _refuse(self, token: Token) -> NoReturn:
        if token.kind == "name" and self._within != "offset":
            self._reader.fail(f"unexpected character in duration expression: {token.text[0]!r}", token.start)
        self._reader.unexpected(self._within, _EXPECTED)

    def _extreme(self, word: str) -> Length:
        reader = self._reader
        reader.next()
        reader.expect("(", "duration expression")
        first = self._sum(1)
        reader.expect(",", "duration expression")
        second = self._sum(1)
        reader.expect(")", "duration expression")
        return self._counted(Length(word, (first, second)))
