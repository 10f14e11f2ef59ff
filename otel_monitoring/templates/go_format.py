"""Values printed as Go prints them: ``%v`` of a float64, and ``printf``.

Source: the documentation of Go's ``fmt`` and ``strconv``. Go's types are Python's here: float64 is
``float``, int is ``int``, string is ``str``, nil is ``None``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDEST = 1000
_SMALLEST_EXPONENT = -4
_EXPONENT_FROM = 6
_VERB = re.compile(
    r"%(?P<flags>[-+# 0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d*))?(?P<verb>.)?", re.DOTALL
)
_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_INTEGER_BASES = {"b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}


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
        return "map[string]string"
    names = {bool: "bool", int: "int", float: "float64", str: "string", type(None): "<nil>", list: "[]string"}
    return names.get(type(value), type(value).__name__)


def quote(text: str) -> str:
    """Write text as ``%q`` does: a Go string literal."""
    out = []
    for character in text:
        if character in '"\\':
            out.append("\\" + character)
        elif character in _ESCAPES:
            out.append(_ESCAPES[character])
        elif character.isprintable():
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


def sprintf(template: str, values: Sequence[object]) -> str:
    """Fill in a format as ``printf`` does; what does not fit is reported in the text, as in Go."""
    left = list(values)

    def fill(found: re.Match[str]) -> str:
        return _fill(found, left)

    text = _VERB.sub(fill, template)
    if left:
        extra = ", ".join(f"{type_name(value)}={format_value(value)}" for value in left)
        text += f"%!(EXTRA {extra})"
    return text


def _fill(found: re.Match[str], left: list[object]) -> str:
    verb, flags = found["verb"], found["flags"]
    if verb is None:
        return "%!(NOVERB)"
    width, width_error = _size(found["width"], left, "%!(BADWIDTH)")
    precision, precision_error = _size(found["precision"], left, "%!(BADPREC)")
    if verb == "%":
        return "%"
    errors = width_error + precision_error
    if not left:
        return f"{errors}%!{verb}(MISSING)"
    value = left.pop(0)
    if width < 0:
        flags, width = flags + "-", -width
    text = _one(verb, value, flags=flags, precision=None if found["precision"] is None else precision)
    if text.startswith("%!"):
        return errors + text
    return errors + _pad(text, width=width, flags=flags, value=value)


def _size(text: str | None, left: list[object], complaint: str) -> tuple[int, str]:
    if text != "*":
        return min(int(text or 0), _WIDEST), ""
    value = left.pop(0) if left else None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _WIDEST:
        return 0, complaint
    return value, ""


def _pad(text: str, *, width: int, flags: str, value: object) -> str:
    if "-" in flags:
        return text.ljust(width)
    if "0" not in flags or (isinstance(value, float) and special(value)):
        return text.rjust(width)
    sign = text[:1] if isinstance(value, int | float) and text[:1] in ("+", "-") else ""
    return sign + text[len(sign) :].rjust(width - len(sign), "0")


def _one(verb: str, value: object, *, flags: str, precision: int | None) -> str:
    """Write one value under one verb, or Go's complaint where the verb does not fit."""
    text = _verb(verb, value, flags=flags, precision=precision)
    if text is not None:
        return text
    return f"%!{verb}(<nil>)" if value is None else f"%!{verb}({type_name(value)}={format_value(value)})"


def _verb(verb: str, value: object, *, flags: str, precision: int | None) -> str | None:
    """Write one value under one verb; ``None`` where the verb does not fit the value."""
    if verb == "T":
        return type_name(value)
    text: str | None = None
    if isinstance(value, bool):
        text = format_value(value) if verb in "tv" else None
    elif isinstance(value, int):
        text = _int("d" if verb == "v" else verb, value, flags)
    elif isinstance(value, float):
        text = _float("g" if verb == "v" else verb, value, flags, precision)
    elif isinstance(value, str):
        text = _text("s" if verb == "v" else verb, value, precision)
    elif value is None:
        text = "<nil>" if verb == "v" else None
    else:
        text = _collection(value, lambda element: _one(verb, element, flags=flags, precision=precision))
    return text


def _collection(value: object, one: Callable[[object], str]) -> str:
    """Write a map or a list element by element; anything else as it is."""
    if isinstance(value, Mapping):
        return f"map[{' '.join(f'{one(key)}:{one(value[key])}' for key in sorted(value))}]"
    if isinstance(value, Sequence):
        return f"[{' '.join(map(one, value))}]"
    return str(value)


def _float(verb: str, value: float, flags: str, precision: int | None) -> str | None:
    if verb not in "eEfFgG":
        return None
    plus = "+" if "+" in flags else " " if " " in flags else ""
    if special(value):
        return special(value)
    if verb in "gG" and precision is None:
        text = shortest(value)
        return _signed(text.upper() if verb == "G" else text, plus)
    digits = 6 if precision is None else precision
    return _signed(f"{value:.{digits}{verb}}", plus)


def _signed(text: str, plus: str) -> str:
    return text if text[0] in "+-" else plus + text


def _int(verb: str, value: int, flags: str) -> str | None:
    plus = "+" if "+" in flags else " " if " " in flags else ""
    if verb == "d":
        return _signed(str(value), plus)
    if verb in _INTEGER_BASES:
        prefix = (
            {"O": "0o", "x": "0x", "X": "0X", "b": "0b", "o": "0"}[verb]
            if "#" in flags or verb == "O"
            else ""
        )
        return ("-" if value < 0 else plus) + prefix + format(abs(value), _INTEGER_BASES[verb])
    if verb in "cqU" and 0 <= value <= 0x10FFFF:  # noqa: PLR2004 - the last code point
        return {"c": chr(value), "q": f"'{chr(value)}'", "U": f"U+{value:04X}"}[verb]
    return None


def _text(verb: str, value: str, precision: int | None) -> str | None:
    if verb == "s":
        return value if precision is None else value[:precision]
    if verb == "q":
        return quote(value)
    if verb in "xX":
        return value.encode().hex() if verb == "x" else value.encode().hex().upper()
    return None
