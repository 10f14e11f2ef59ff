"""An expression in its canonical form: spaces, line breaks and brackets where Prometheus puts them.

What fits within a hundred characters stays on one line; what does not is broken at its operator, its
arguments or its brackets, each level two spaces further in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from otel_monitoring.model.labels import NAME
from otel_monitoring.promql.language.lexer import LONE, is_byte
from otel_monitoring.promql.language.nodes import (
    Aggregate,
    Binary,
    Call,
    Negation,
    Node,
    Number,
    Place,
    Selector,
    Subquery,
    Text,
)
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.promql.language.precedence import PRECEDENCE, UNARY
from otel_monitoring.promql.vectors.number import number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.promql.language.lengths import Length, Lengths
    from otel_monitoring.promql.language.nodes import Fill, Matching, Shift

_WIDTH = 100
_INDENT = "  "
_MS = 1000
_UNITS_MS = (
    ("y", 31_536_000_000, False),
    ("w", 604_800_000, False),
    ("d", 86_400_000, True),
    ("h", 3_600_000, True),
    ("m", 60_000, True),
    ("s", 1000, True),
    ("ms", 1, True),
)
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_NOT_A_METRIC = frozenset(("on", "ignoring", "bool", "group_left", "group_right", "atan2", "inf", "nan"))


def formatted(expr: str) -> str:
    """Return an expression as Prometheus formats it.

    Raises:
        QueryError: The text is not PromQL.
    """
    return pretty(parse(expr))


def pretty(node: Node, level: int = 0) -> str:
    """Return a node as text, long ones over several lines.

    Args:
        node: What to write.
        level: How many times it is indented.
    """
    text = one_line(node)
    if len(text) <= _WIDTH or isinstance(node, (Number, Text, Selector)):
        return _INDENT * level + text
    brackets = node.place.brackets
    level += brackets
    body = _broken(node, level)
    for _ in range(brackets):
        level -= 1
        body = f"{_INDENT * level}(\n{body}\n{_INDENT * level})"
    return body


def _broken(node: Node, level: int) -> str:
    pad = _INDENT * level
    if isinstance(node, Binary):
        left, right = _side(node, node.left, level + 1), _side(node, node.right, level + 1)
        return f"{left}\n{pad}{_operator(node)}\n{right}"
    if isinstance(node, (Aggregate, Call)):
        args = _arguments(node)
        inner = ",\n".join(pretty(arg, level + 1) for arg in args)
        return f"{pad}{_head(node)}(\n{inner}\n{pad})" if args else f"{pad}{_head(node)}()"
    if isinstance(node, Negation):
        return f"{pad}-{pretty(node.expr, level).lstrip()}" if not _binds_less(node) else pad + _bare(node)
    return pad + _bare(node) if not isinstance(node, Subquery) else _broken_subquery(node, level)


def _broken_subquery(node: Subquery, level: int) -> str:
    if _needs_brackets(node.expr):
        return _INDENT * level + _bare(node)
    return pretty(node.expr, level) + _subquery_tail(node)


def _side(node: Binary, side: Node, level: int) -> str:
    if _sided(node, side) != one_line(side):
        return _INDENT * level + _sided(node, side)
    return pretty(side, level)


def one_line(node: Node) -> str:
    """Return a node as text without line breaks."""
    brackets = node.place.brackets
    return "(" * brackets + _bare(node) + ")" * brackets


def _leaf(node: Number | Text | Selector) -> str:
    if isinstance(node, Number):
        return _number(node)
    return _quoted(node.value) if isinstance(node, Text) else _selector(node)


def _bare(node: Node) -> str:
    if isinstance(node, (Number, Text, Selector)):
        return _leaf(node)
    if isinstance(node, Subquery):
        inner = one_line(node.expr)
        return (f"({inner})" if _needs_brackets(node.expr) else inner) + _subquery_tail(node)
    if isinstance(node, Negation):
        inner = one_line(node.expr)
        return f"-({inner})" if _binds_less(node) else f"-{inner}"
    if isinstance(node, Binary):
        return f"{_sided(node, node.left)} {_operator(node)} {_sided(node, node.right)}"
    return f"{_head(node)}({', '.join(one_line(arg) for arg in _arguments(node))})"


def _number(node: Number) -> str:
    if node.place.duration:
        length_ms = round(abs(node.value) * _MS)
        return ("-" if node.value < 0 else "") + duration_text(length_ms)
    return number_text(node.value)


def _needs_brackets(node: Node) -> bool:
    """Tell whether a node must be put in brackets before ``[``; numbers cannot be there."""
    return not node.place.brackets and isinstance(node, (Binary, Negation))


def _binds_less(node: Negation) -> bool:
    """Tell whether the operand of a minus would fall apart without brackets."""
    inner = node.expr
    if inner.place.brackets:
        return False
    return isinstance(inner, Number) or (isinstance(inner, Binary) and PRECEDENCE[inner.op] < UNARY)


def _sided(node: Binary, side: Node) -> str:
    text = one_line(side)
    return f"({text})" if not side.place.brackets and _falls_apart(node, side) else text


def _falls_apart(node: Binary, side: Node) -> bool:
    """Tell whether an operand without brackets would be read as something else."""
    power = node.op == "^"
    is_left = side is node.left
    if isinstance(side, Negation) or (isinstance(side, Number) and _number(side)[0] in "-+"):
        return power and is_left
    if not isinstance(side, Binary):
        return False
    inner, outer = PRECEDENCE[side.op], PRECEDENCE[node.op]
    return inner < outer or (inner == outer and is_left is power)


def _operator(node: Binary) -> str:
    matching = node.matching
    text = f"{node.op} bool" if node.return_bool else node.op
    if matching.on or matching.labels or matching.card in {"many-to-one", "one-to-many"}:
        text += f" {'on' if matching.on else 'ignoring'} ({_names(matching.labels)})"
    return text + _group(matching) + _fill(node.fill)


def _group(matching: Matching) -> str:
    if matching.card not in {"many-to-one", "one-to-many"}:
        return ""
    side = "left" if matching.card == "many-to-one" else "right"
    return f" group_{side} ({_names(matching.include)})"


def _fill(fill: Fill) -> str:
    left, right = fill.left, fill.right
    if left is not None and left == right:
        return f" fill ({number_text(left)})"
    sides = (("left", left), ("right", right))
    return "".join(f" fill_{side} ({number_text(value)})" for side, value in sides if value is not None)


def _head(node: Aggregate | Call) -> str:
    if isinstance(node, Call):
        return node.name
    if node.without:
        return f"{node.op} without ({_names(node.labels)}) "
    return f"{node.op} by ({_names(node.labels)}) " if node.labels else node.op


def _arguments(node: Aggregate | Call) -> tuple[Node, ...]:
    if isinstance(node, Call):
        return node.args
    return (node.expr,) if node.param is None else (node.param, node.expr)


def _names(labels: Sequence[str]) -> str:
    return ", ".join(_name(label) for label in labels)


def _name(label: str) -> str:
    return label if _LABEL.fullmatch(label) else _quoted(label)


def _selector(node: Selector) -> str:
    matchers, name = list(node.matchers), ""
    if not node.place.labels_only and matchers[0].op == "=" and _names_metric(matchers[0]):
        name = matchers.pop(0).value
    inside = ",".join(sorted(f"{_name(one.name)}{one.op}{_quoted(one.value)}" for one in matchers))
    window = "" if node.range_ms is None else f"[{_duration(node.range_ms, node.lengths.range)}]"
    extension = f" {node.extension}" if node.extension else ""
    return (
        name
        + (f"{{{inside}}}" if inside or not name else "")
        + window
        + extension
        + _shift(node.shift, node.lengths)
    )


def _names_metric(matcher: Matcher) -> bool:
    name = matcher.value
    can_stand_alone = _METRIC.fullmatch(name) is not None and name.lower() not in _NOT_A_METRIC
    return matcher.name == NAME and can_stand_alone


def _subquery_tail(node: Subquery) -> str:
    lengths = node.lengths
    step = "" if node.step_ms is None else _duration(node.step_ms, lengths.step)
    return f"[{_duration(node.range_ms, lengths.range)}:{step}]{_shift(node.shift, lengths)}"


def _duration(length_ms: int, length: Length | None) -> str:
    return duration_text(length_ms) if length is None else _length(length)


def _length(length: Length) -> str:
    operands = [_length(one) for one in length.operands]
    if length.op in {"max_of", "min_of", "step", "range"}:
        text = f"{length.op}({', '.join(operands)})"
    elif not operands:
        text = _number(Number(length.value, Place(duration=length.duration)))
    else:
        text = length.op + operands[0] if len(operands) == 1 else f" {length.op} ".join(operands)
    return f"({text})" if length.bracketed else text


def _shift(shift: Shift, lengths: Lengths) -> str:
    text = ""
    if isinstance(shift.at, str):
        text = f" @ {shift.at}()"
    elif shift.at is not None:
        sign = "-" if shift.at < 0 else ""
        text = f" @ {sign}{abs(shift.at) // _MS}.{abs(shift.at) % _MS:03d}"
    if lengths.offset is not None:
        text += f" offset {_length(lengths.offset)}"
    elif shift.offset_ms:
        text += f" offset {'-' if shift.offset_ms < 0 else ''}{duration_text(abs(shift.offset_ms))}"
    return text


def duration_text(length_ms: int) -> str:
    """Return a duration as Prometheus writes it: years and weeks only where they come out even."""
    if length_ms == 0:
        return "0s"
    text = ""
    for unit, unit_ms, always in _UNITS_MS:
        if always or length_ms % unit_ms == 0:
            many, length_ms = divmod(length_ms, unit_ms)
            text += f"{many}{unit}" if many else ""
    return text


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    shown = "".join(_character(char) for char in escaped)
    return f'"{shown}"'


def _character(char: str) -> str:
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\v": "\\v"}
    if char in named:
        return named[char]
    if char.isprintable():
        return char
    code = ord(char)
    if is_byte(char):
        return f"\\x{code - LONE:02x}"
    if code < 0x80:  # noqa: PLR2004 - ASCII
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - the basic plane
