"""A position among tokens, and errors that name what was found there and what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from otel_monitoring.promql.language.lexer import parse_error

if TYPE_CHECKING:
    from otel_monitoring.promql.language.lexer import Token, TokenKind

_KEYWORDS = frozenset(
    (
        *("and", "or", "unless", "atan2", "by", "without", "on", "ignoring", "group_left", "group_right"),
        *("bool", "offset", "fill", "fill_left", "fill_right", "anchored", "smoothed"),
    )
)
_OPERATORS = frozenset(("+", "-", "*", "/", "%", "^", "=", "==", "!=", "<", ">", "<=", ">=", "=~", "!~"))


class Reader:
    """Walk over the tokens of an expression."""

    def __init__(self, expr: str, tokens: list[Token]) -> None:
        self._expr = expr
        self._tokens = tokens
        self._at = 0
        self.last_end = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._at]

    def peek(self) -> Token:
        """Return the token behind the next one."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def word(self) -> str:
        """Return the next token as a keyword or a symbol; empty for a literal."""
        token = self.token
        return token.text.lower() if token.kind in {"name", "symbol"} else ""

    def next(self) -> Token:
        """Go on, and return what was passed."""
        token = self.token
        if token.kind != "end":
            self._at += 1
            self.last_end = token.end
        return token

    def is_kind(self, *kinds: TokenKind) -> bool:
        """Tell whether a token of one of these kinds comes next."""
        return self.token.kind in kinds

    def is_symbol(self, *symbols: str) -> bool:
        """Tell whether one of these comes next."""
        return self.token.kind == "symbol" and self.token.text in symbols

    def take(self, symbol: str) -> bool:
        """Pass a symbol if it comes next, and tell whether it did."""
        found = self.is_symbol(symbol)
        if found:
            self.next()
        return found

    def expect(self, symbol: str, context: str) -> None:
        """Pass a symbol.

        Raises:
            QueryError: Something else comes next.
        """
        if not self.take(symbol):
            self.unexpected(context, f'"{symbol}"')

    def unexpected(self, context: str, expected: str) -> NoReturn:
        """Refuse the next token.

        Raises:
            QueryError: Always.
        """
        message = f"unexpected {_shown(self.token)}"
        message += f" in {context}" if context else ""
        message += f", expected {expected}" if expected else ""
        self.fail(message, self.token.start)

    def fail(self, message: str, offset: int) -> NoReturn:
        """Refuse the expression because of what is at a place in it.

        Raises:
            QueryError: Always.
        """
        raise parse_error(self._expr, offset, message) from None


def _shown(token: Token) -> str:
    if token.kind == "end":
        return "end of input"
    if token.kind == "symbol":
        return f"<op:{token.text}>" if token.text in _OPERATORS else f'"{token.text}"'
    if token.kind == "name" and token.text.lower() in _KEYWORDS:
        return f"<{token.text.lower()}>"
    kind = "identifier" if token.kind == "name" else token.kind
    limit = 40
    text = token.text if len(token.text) <= limit else f"{token.text[:limit]}..."
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{kind} "{escaped}"'
