"""From text to nodes, by the ``promql-parser`` library and the guards that it needs.

The library is native code: it panics on some inputs, overflows the stack on deeply nested ones, reads a
negative ``@`` as zero and accepts alternatives of matchers that Prometheus does not know.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import promql_parser as library

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import NAME
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.promql.language.nodes import (
    Aggregate,
    Binary,
    Call,
    Cardinality,
    Matching,
    Negation,
    Node,
    Number,
    Selector,
    Shift,
    Subquery,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from otel_monitoring.model.matcher import MatchOp

MAX_LENGTH = 16_384
MAX_DEPTH = 150
_MAX_OPERATORS = 1500

_STRING = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`"
_PIECE = re.compile(rf"{_STRING}|#[^\n]*|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<operator>[-+*/%^=<>!]|\w+)")
_REWRITTEN = re.compile(rf"(?P<kept>{_STRING}|#[^\n]*)|@\s*-\s*(?P<time>[0-9.]+(?:e[0-9]+)?)", re.IGNORECASE)
_ESCAPES = re.compile(r"(?P<bytes>(?:\\x[0-9a-fA-F]{2}|\\[0-7]{3})+)|\\.", re.DOTALL)
_ESCAPE = re.compile(r"\\x(?P<hexadecimal>..)|\\(?P<octal>...)")
_QUOTED = re.compile(r"'([^']+)'")
_NEGATIVE_FROM_S = 200_000_000_000
_MS = 1000
_OPS: dict[str, MatchOp] = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
_CARDS: dict[str, Cardinality] = {
    "OneToOne": "one-to-one",
    "ManyToOne": "many-to-one",
    "OneToMany": "one-to-many",
    "ManyToMany": "many-to-many",
}


def parse(expr: str) -> Node:
    """Parse an expression.

    Raises:
        QueryError: The text is not PromQL, is too long or too deeply nested, or uses what is not supported.
    """
    _check_size(expr)
    try:
        return _node(library.parse(_rewritten(expr)), 0)
    except QueryError:
        raise
    except Exception as error:
        msg = f"{_place(expr, str(error))}parse error: {error}: {_shown(expr)}"
        raise QueryError(msg) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        msg = f"parse error: the parser gave up on {_shown(expr)}"
        raise QueryError(msg) from None


def _check_size(expr: str) -> None:
    """Refuse what would overflow the stack of the native parser."""
    if len(expr) > MAX_LENGTH:
        msg = f"parse error: an expression has at most {MAX_LENGTH} characters, this one has {len(expr)}"
        raise QueryError(msg)
    depth = operators = 0
    for piece in _PIECE.finditer(expr):
        depth += (piece["open"] is not None) - (piece["close"] is not None)
        operators += piece["operator"] is not None and not piece["operator"][0].isalnum()
        if depth > MAX_DEPTH:
            msg = f"parse error: brackets nest at most {MAX_DEPTH} deep: at character {piece.start() + 1}"
            raise QueryError(msg)
        if operators > _MAX_OPERATORS:
            msg = f"parse error: an expression has at most {_MAX_OPERATORS} operators"
            raise QueryError(msg)


def _rewritten(expr: str) -> str:
    """Write what the library misreads so that it reads it right.

    A negative time becomes one after the year 8000; escapes of bytes become the characters that they encode.

    Raises:
        QueryError: The bytes of a string are not UTF-8.
    """

    def rewrite(found: re.Match[str]) -> str:
        if found["time"] is not None:
            return f"@ {_NEGATIVE_FROM_S + float(found['time']):f}"
        text = found["kept"]
        return text if text[0] in "`#" else _ESCAPES.sub(_decode, text)

    return _REWRITTEN.sub(rewrite, expr)


def _decode(found: re.Match[str]) -> str:
    if found["bytes"] is None:
        return found[0]
    encoded = [
        int(one["hexadecimal"], 16) if one["hexadecimal"] else int(one["octal"], 8)
        for one in _ESCAPE.finditer(found["bytes"])
    ]
    try:
        text = bytes(encoded).decode()
    except (UnicodeDecodeError, ValueError):
        msg = f"parse error: {found['bytes']} in a string is not UTF-8"
        raise QueryError(msg) from None
    return "".join(f"\\U{ord(char):08x}" for char in text)


def _place(expr: str, reason: str) -> str:
    """Return ``line:column: `` of what the library complains about, nothing where its words do not tell."""
    quoted = _QUOTED.search(reason)
    at = expr.find(quoted[1]) if quoted else -1
    if "end of input" in reason:
        at = len(expr)
    if at < 0:
        return ""
    line = expr.count("\n", 0, at) + 1
    return f"{line}:{at - expr.rfind(chr(10), 0, at)}: "


def _shown(expr: str) -> str:
    limit = 120
    return repr(expr if len(expr) <= limit else f"{expr[:limit]}...")


def _node(tree: Any, depth: int) -> Node:
    if depth > MAX_DEPTH:
        msg = f"parse error: expressions nest at most {MAX_DEPTH} deep"
        raise QueryError(msg)
    return _BUILDERS[type(tree).__name__](tree, depth + 1)


def _paren(tree: Any, depth: int) -> Node:
    return _node(tree.expr, depth)


def _selector(tree: Any, _depth: int) -> Selector:
    if tree.matchers.or_matchers:
        msg = "parse error: matchers cannot be joined with 'or' inside braces"
        raise QueryError(msg)
    matchers = [Matcher(m.name, _OPS[str(m.op).rpartition(".")[2]], m.value) for m in tree.matchers.matchers]
    if tree.name:
        matchers.insert(0, Matcher(NAME, "=", tree.name))
    for matcher in matchers:
        matcher.test()
    return Selector(tuple(matchers), _shift(tree))


def _matrix(tree: Any, depth: int) -> Selector:
    instant = _selector(tree.vector_selector, depth)
    return Selector(instant.matchers, instant.shift, _duration(tree.range, what="range"))


def _subquery(tree: Any, depth: int) -> Subquery:
    step_ms = None if tree.step is None else _duration(tree.step, what="step")
    return Subquery(_node(tree.expr, depth), _duration(tree.range, what="range"), step_ms, _shift(tree))


def _duration(length: timedelta, *, what: str) -> int:
    length_ms = round(length.total_seconds() * _MS)
    if length_ms <= 0:
        msg = f"parse error: a {what} is longer than 0, got {length_ms} ms"
        raise QueryError(msg)
    return length_ms


def _shift(tree: Any) -> Shift:
    offset_ms = 0 if tree.offset is None else round(tree.offset.total_seconds() * _MS)
    if tree.at is None:
        return Shift(offset_ms)
    kind = str(tree.at.type).rpartition(".")[2]
    if kind != "At":
        return Shift(offset_ms, "start" if kind == "Start" else "end")
    at_s = tree.at.at.timestamp()
    if at_s >= _NEGATIVE_FROM_S:
        at_s = _NEGATIVE_FROM_S - at_s
    return Shift(offset_ms, round(at_s * _MS))


def _negation(tree: Any, depth: int) -> Node:
    inner = _node(tree.expr, depth)
    return Number(-inner.value) if isinstance(inner, Number) else Negation(inner)


def _binary(tree: Any, depth: int) -> Binary:
    left, right = _node(tree.lhs, depth), _node(tree.rhs, depth)
    modifier = tree.modifier
    if modifier is None:
        return Binary(str(tree.op), left, right, Matching())
    fill = modifier.fill_values
    if fill is not None and (fill.lhs is not None or fill.rhs is not None):
        msg = "the modifiers fill, fill_left and fill_right are not supported"
        raise QueryError(msg)
    labels = modifier.matching
    matching = Matching(
        card=_CARDS[str(modifier.card).rpartition(".")[2]],
        on=labels is not None and str(labels.type).endswith("Include"),
        labels=tuple(labels.labels) if labels is not None else (),
        include=tuple(modifier.group_labels or ()),
    )
    return Binary(str(tree.op), left, right, matching, return_bool=modifier.return_bool)


def _aggregate(tree: Any, depth: int) -> Aggregate:
    modifier = tree.modifier
    return Aggregate(
        op=str(tree.op),
        expr=_node(tree.expr, depth),
        param=None if tree.param is None else _node(tree.param, depth),
        labels=tuple(modifier.labels) if modifier is not None else (),
        without=modifier is not None and str(modifier.type).endswith("Without"),
    )


def _call(tree: Any, depth: int) -> Call:
    return Call(tree.func.name, tuple(_node(arg, depth) for arg in tree.args))


_BUILDERS: dict[str, Callable[[Any, int], Node]] = {
    "ParenExpr": _paren,
    "VectorSelector": _selector,
    "MatrixSelector": _matrix,
    "SubqueryExpr": _subquery,
    "UnaryExpr": _negation,
    "BinaryExpr": _binary,
    "AggregateExpr": _aggregate,
    "Call": _call,
    "NumberLiteral": lambda tree, _: Number(tree.val),
    "StringLiteral": lambda tree, _: Text(tree.val),
}
