"""SQL without its values: every literal becomes ``?``, comments go, structure and placeholders stay.

Dialects disagree on what a quote or a backslash means. Where a statement can be read in two ways, the
reading that shows less is taken.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\r\n]* | /\*.*?(?:\*/|\Z) | \#(?=[ \t])[^\r\n]* )
    | (?P<dollar> (?<![\w$])\$(?P<tag>(?:[A-Za-z_]\w{0,62})?)\$.*?(?:\$(?P=tag)\$|\Z) )
    | (?P<escaped> (?<![\w$])[Ee]'(?:[^'\\]|''|\\.)*+(?:'|\\?\Z) )
    | (?P<string> (?:(?<![\w$])(?:[NnBbXx]|[Uu]&|_[A-Za-z0-9]{1,16}[ ]?))?
                  '(?:[^'\\]|''|\\[^'])*+(?:'|\\'.*|\\?\Z) )
    | (?P<quoted> "(?:[^"\\]|""|\\.)*+(?:"|\\?\Z) )
    | (?P<name> `[^`]*(?:`|\Z) | \[[A-Za-z_][\w $.]*\] )
    | (?P<parameter> %\(\w+\)s | %s | (?<!:):[A-Za-z_]\w* | \$[0-9]+ | @[@\w]+ )
    | (?P<word> [^\W\d][\w$]*+ )
    | (?P<number> (?<![\w.?])\.?[0-9][\w.]*(?:(?<=[eE])[+\-][0-9]+)? )
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r'"[^\W\d][\w$ .:\-]{0,126}"')
_IN_LIST = re.compile(r"\b(in\s*)\(\s*\?(?:\s*,\s*\?)+\s*\)", re.IGNORECASE)
_COMMAND = re.compile(r"\s*(auth|hello|config\s+set|acl\s+setuser)\b.*", re.IGNORECASE | re.DOTALL)
_BEFORE_VALUES = frozenset(
    ["VALUES", "IN", "LIKE", "ILIKE", "BETWEEN", "REGEXP", "RLIKE", "MATCH", "IDENTIFIED", "PASSWORD"]
)
_BEFORE_NAMES = frozenset(
    ["SELECT", "FROM", "INTO", "ON", "SET", "WHERE", "JOIN", "RETURNING", "TABLE", "UPDATE", "GROUP", "ORDER"]
)
_OPERATORS = frozenset("=<>~!:|")


def strip_literals(sql: str) -> str:
    """Return ``sql`` with ``?`` for each literal, without comments, and with ``IN (?, ?)`` as ``IN (?)``.

    Text in double quotes is a name in standard SQL and a value in MySQL; it stays where a name is expected.
    Commands of Redis that carry a password keep their first word alone.
    """
    command = _COMMAND.fullmatch(sql)
    if command:
        return f"{command[1]} ?"
    cleaned = _TOKEN.sub(_Reader(sql), sql).strip()
    # The length of a list makes no new statement.
    return _IN_LIST.sub(r"\1(?)", cleaned)


class _Reader:
    """Decide about one token after the other, remembering whether names or values are expected."""

    __slots__ = ("_expects_values", "_is_document", "_sql")

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._is_document = sql.lstrip()[:1] in {"{", "["}  # as MongoDB takes it
        self._expects_values = self._is_document

    def __call__(self, token: re.Match[str]) -> str:
        kind = token.lastgroup
        if kind == "word":
            self._notice(token[0].upper())
            return token[0]
        if kind in {"name", "parameter"}:
            return token[0]
        if kind == "quoted" and self._is_name(token):
            return token[0]
        return " " if kind == "comment" else "?"

    def _notice(self, word: str) -> None:
        if word in _BEFORE_VALUES:
            self._expects_values = True
        elif word in _BEFORE_NAMES:
            self._expects_values = False

    def _is_name(self, token: re.Match[str]) -> bool:
        start, end = token.span()
        before = self._sql[max(start - 8, 0) : start].rstrip()[-1:]
        after = self._sql[end : end + 8].lstrip()[:1]
        if not _NAME.fullmatch(token[0]):
            return False
        if "." in {before, after} or (after == ":" and self._is_document):
            return True
        return not self._expects_values and before not in _OPERATORS
