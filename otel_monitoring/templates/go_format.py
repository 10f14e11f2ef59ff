"""Values printed as Go prints them: ``%v`` of a float64 and of what holds others.

Source: the documentation of Go's ``fmt`` and ``strconv``. Go's types are Python's here: float64 is
``float``, int is ``int``, string is ``str``, nil is ``None``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SMALLEST_EXPONENT = -4
_EXPONENT_FROM = 6
_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}


def format_float(value: float) -> str:
    """Write a float64 as ``%v`` does: the shortest digits that read back as the same number."""
    return special(value) or shortest(value)


def special(value: float) -> str:
    """Write NaN and the infinities; any other value gives the empty string."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return ""


def shortest(value: float) -> str:
    """Write a finite number with the shortest digits, in exponent form below 1e-4 and from 1e6 on.

    Unlike C's ``%g``, the number of digits has no say: 1234567 is ``1.234567e+06``.
    """
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    point = len(text) + int(exponent)
    text = text.rstrip("0")
    minus = "-" if sign else ""
    if not text:
        return f"{minus}0"
    if not _SMALLEST_EXPONENT <= point - 1 < _EXPONENT_FROM:
        mantissa = text[0] + (f".{text[1:]}" if len(text) > 1 else "")
        return f"{minus}{mantissa}e{point - 1:+03d}"
    if point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    whole, fraction = text[:point].ljust(point, "0"), text[point:]
    return f"{minus}{whole}" + (f".{fraction}" if fraction else "")


def four_digits(value: float) -> str:
    """Write a float64 as ``%.4g`` does."""
    return special(value) or f"{value:.4g}"


def format_value(value: object) -> str:
    """Write any value as ``%v`` does."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format_float(value)
    return value if isinstance(value, str) else _collection(value, format_value)


def type_name(value: object) -> str:
    """Return the name of Go's type for a value."""
    if isinstance(value, Mapping):
        return str(getattr(value, "go_type", "map[string]string"))
    names = {bool: "bool", int: "int", float: "float64", str: "string", type(None): "<nil>", list: "[]string"}
    return names.get(type(value), type(value).__name__)


def quote(text: str, *, ascii_only: bool = False) -> str:
    """Write text as ``%q`` does: a Go string literal; ``%+q`` leaves nothing but ASCII."""
    out = []
    for character in text:
        if character in '"\\':
            out.append("\\" + character)
        elif character in _ESCAPES:
            out.append(_ESCAPES[character])
        elif character.isprintable() and not (ascii_only and not character.isascii()):
            out.append(character)
        elif ord(character) < 0x80:  # noqa: PLR2004 - the end of ASCII
            out.append(f"\\x{ord(character):02x}")
        else:
            out.append(f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}")  # noqa: PLR2004 - the end of the basic plane
    return f'"{"".join(out)}"'


def sprint(values: Sequence[object]) -> str:
    """Join values as ``print`` does: a space where neither neighbour is text."""
    out = []
    for position, value in enumerate(values):
        if position and not isinstance(value, str) and not isinstance(values[position - 1], str):
            out.append(" ")
        out.append(format_value(value))
    return "".join(out)


def _collection(value: object, one: Callable[[object], str]) -> str:
    """Write a map or a list element by element; anything else as it is."""
    if isinstance(value, Mapping):
        return f"map[{' '.join(f'{one(key)}:{one(value[key])}' for key in sorted(value))}]"
    if isinstance(value, Sequence):
        return f"[{' '.join(map(one, value))}]"
    return str(value)
