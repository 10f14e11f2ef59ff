"""From the text of a Go template to tokens.

Source: the documentation of Go's ``text/template``; what a token may be followed by is as strict as
there, so that a template that is refused by Prometheus is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from otel_monitoring.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

Kind = Literal[
    "text", "open", "close", "space", "(", ")", "|", ",", "=", ":=", ".",
    "field", "variable", "word", "string", "char", "number", "end",
]  # fmt: skip


class TemplateError(RuleError):
    """A template does not parse, or fails while it is expanded."""


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a template.

    Attributes:
        kind: What it is.
        text: As it stands in the template; of a ``text`` what remains after trimming.
        line: Counted from 1.
    """

    kind: Kind
    text: str
    line: int


_SPACE = " \t\r\n"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<declare>:=)
    | (?P<string>"(?:\\.|[^"\\\n])*" | `[^`]*`)
    | (?P<char>'(?:\\.|[^'\\\n])+')
    | (?P<number>[+-]?\.?[0-9](?:[0-9a-fA-FxXoObB_.]|(?<=[eEpP])[+-]|[pP])*)
    | (?P<field>\.[^\W\d]\w*)
    | (?P<variable>\$\w*)
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>[()|,=.])
    """,
    re.VERBOSE,
)
_NEEDS_END = {"field", "variable", "word"}
_MAY_FOLLOW = " \t\r\n.,|:()"


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a template, an ``end`` last.

    Raises:
        TemplateError: The text is not made of tokens.
    """
    at, trim_next = 0, False
    while True:
        left = text.find("{{", at)
        piece = text[at:] if left < 0 else text[at:left]
        if trim_next:
            piece = piece.lstrip(_SPACE)
        opens_trimmed = left >= 0 and _trims_left(text, left)
        if opens_trimmed:
            piece = piece.rstrip(_SPACE)
        if piece:
            yield Token("text", piece, _line(text, at))
        if left < 0:
            yield Token("end", "", _line(text, len(text)))
            return
        at, trim_next = yield from _action(text, left, left + (3 if opens_trimmed else 2))


def _trims_left(text: str, left: int) -> bool:
    return text[left + 2 : left + 3] == "-" and text[left + 3 : left + 4] in tuple(_SPACE)


def _close(text: str, at: int) -> tuple[int, bool] | None:
    """Return the end of a closing delimiter at ``at``, and whether it trims what follows."""
    if text.startswith("}}", at):
        return at + 2, False
    if text[at : at + 1] in tuple(_SPACE) and text.startswith("-}}", at + 1):
        return at + 4, True
    return None


def _action(text: str, left: int, at: int) -> Generator[Token, None, tuple[int, bool]]:
    """Yield the tokens of one action; return where it ends and whether it trims what follows."""
    start = at + 1 if at == left + len("{{-") else at
    if text.startswith("/*", start):
        return _comment(text, start)
    yield Token("open", "{{", _line(text, left))
    while True:
        closed = _close(text, at)
        if closed:
            yield Token("close", "}}", _line(text, at))
            return closed
        token, at = _token(text, at, left)
        yield token


def _comment(text: str, at: int) -> tuple[int, bool]:
    found = _COMMENT.match(text, at)
    if found is None:
        raise _error(text, at, "unclosed comment")
    closed = _close(text, found.end())
    if closed is None:
        raise _error(text, at, "comment ends before closing delimiter")
    return closed


def _token(text: str, at: int, left: int) -> tuple[Token, int]:
    found = _TOKEN.match(text, at)
    if found is None:
        raise _error(text, at, _complaint(text, at, left))
    group = str(found.lastgroup)
    end = found.end()
    if group == "space" and text.startswith("-}}", end):
        end -= 1  # the last space belongs to the trimming delimiter
    word = text[at:end]
    if group in _NEEDS_END and not _may_end(text, end):
        raise _error(text, end, f"bad character {text[end]!r}")
    if group == "number" and (text[end : end + 1].isalnum()):
        raise _error(text, at, f"bad number syntax: {text[at : end + 1]!r}")
    kind = {"mark": word, "declare": ":="}.get(group, group)
    return Token(kind, word, _line(text, at)), end  # type: ignore[arg-type]


def _may_end(text: str, end: int) -> bool:
    return end >= len(text) or text[end] in _MAY_FOLLOW or text.startswith("}}", end) or text[end] == "="


def _complaint(text: str, at: int, left: int) -> str:
    if at >= len(text):
        return f"unclosed action, begun in line {_line(text, left)}"
    if text[at] in "\"`'":
        return "unterminated quoted string"
    return f"unexpected {text[at]!r} in command"


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _error(text: str, at: int, message: str) -> TemplateError:
    return TemplateError(f"template line {_line(text, at)}: {message}")
