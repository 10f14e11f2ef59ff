"""``printf`` as Go has it, its complaints included.

Source: the documentation of Go's ``fmt``; what each verb gives was checked against Prometheus.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from otel_monitoring.templates.go_format import format_value, quote, shortest, special, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDEST = 1000
_TOO_WIDE = 1_000_000
_NOT_FOR_V = {ord("#"): None, ord("+"): None}
_LAST_CODE_POINT = 0x10FFFF
_MANTISSA_BITS = 52
_SMALLEST_POWER = -1074
_INDEX = r"(?:\[(?P<{}>[^\]]*)\])?"
_VERB = re.compile(
    rf"%(?P<flags>[-+# 0]*){_INDEX.format('width_index')}(?P<width>\*|\d+)?"
    rf"(?:\.{_INDEX.format('precision_index')}(?P<precision>\*|\d*))?{_INDEX.format('index')}(?P<verb>.)?",
    re.DOTALL,
)
_BASES = {"d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}
_PREFIXES = {"O": "0o", "x": "0x", "X": "0X", "b": "0b", "o": "0"}


def sprintf(template: str, values: Sequence[object]) -> str:
    """Fill in a format as ``printf`` does; what does not fit is reported in the text, as in Go."""
    arguments = _Arguments(values)
    text = _VERB.sub(lambda found: _fill(found, arguments), template)
    extra = ", ".join(
        "<nil>" if value is None else f"{type_name(value)}={format_value(value)}"
        for value in arguments.left()
    )
    return f"{text}%!(EXTRA {extra})" if extra else text


class _Arguments:
    """The values, and which is next; ``[n]`` in a verb goes to another."""

    def __init__(self, values: Sequence[object]) -> None:
        self._values = values
        self._at = 0
        self._is_reordered = False
        self.is_good = True

    def go(self, index: str | None) -> None:
        if index is None:
            return
        self._is_reordered = True
        place = int(index) - 1 if re.fullmatch(r"[0-9]{1,6}", index) else -1
        if 0 <= place < len(self._values):
            self._at = place
        else:
            self.is_good = False

    def has_next(self) -> bool:
        return self._at < len(self._values)

    def take(self) -> object:
        self._at += 1
        return self._values[self._at - 1]

    def left(self) -> Iterator[object]:
        if not self._is_reordered:
            yield from self._values[self._at :]


@runtime_checkable
class _Struct(Protocol):
    def go_fields(self) -> tuple[object, ...]: ...


@dataclass(frozen=True, slots=True)
class _Style:
    """The flags of one verb; a value that does not fit is shown under the same ones."""

    flags: str = ""
    width: int | None = None
    precision: int | None = None
    is_go_syntax: bool = False

    def has(self, flag: str) -> bool:
        return flag in self.flags

    def pad(self, text: str, *, zeros: bool = True) -> str:
        width = self.width or 0
        if self.has("-"):
            return text.ljust(width)
        return text.rjust(width, "0" if zeros and self.has("0") else " ")

    def sign(self, *, is_negative: bool) -> str:
        if is_negative:
            return "-"
        return "+" if self.has("+") else " " if self.has(" ") else ""


def _fill(found: re.Match[str], arguments: _Arguments) -> str:
    style, complaint = _style(found, arguments)
    verb = found["verb"]
    if verb is None:
        return f"{complaint}%!(NOVERB)"
    if verb == "%":
        return f"{complaint}%"
    if not arguments.is_good:
        return f"{complaint}%!{verb}(BADINDEX)"
    if not arguments.has_next():
        return f"{complaint}%!{verb}(MISSING)"
    if verb == "v":
        style = replace(style, flags=style.flags.translate(_NOT_FOR_V), is_go_syntax=style.has("#"))
    return complaint + _show(verb, arguments.take(), style)


def _style(found: re.Match[str], arguments: _Arguments) -> tuple[_Style, str]:
    """Read flags, width and precision, in the order in which they take from the values."""
    flags = found["flags"]
    arguments.is_good = _is_index_in_place(found)
    arguments.go(found["width_index"])
    width, complaint = _size(found["width"], arguments, "%!(BADWIDTH)")
    if width is not None and width < 0:
        flags, width = flags + "-", -width
    arguments.go(found["precision_index"])
    precision, more = _size(found["precision"], arguments, "%!(BADPREC)")
    if precision is not None and precision < 0:
        precision, more = None, "%!(BADPREC)"
    arguments.go(found["index"])
    return _Style(flags, width, precision), complaint + more


def _is_index_in_place(found: re.Match[str]) -> bool:
    """Tell whether an index stands where Go lets it: before ``*`` or the verb, not before digits."""
    if found["width_index"] is None or found["width"] == "*":
        return True
    return not found["width"] and found["precision"] is None


def _size(text: str | None, arguments: _Arguments, complaint: str) -> tuple[int | None, str]:
    """Return a width or a precision; ``*`` takes it from the values."""
    if text is None:
        return None, ""
    if text != "*":
        return min(int(text or 0), _WIDEST), ""
    value = arguments.take() if arguments.has_next() else None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _TOO_WIDE:
        return None, complaint
    return max(min(value, _WIDEST), -_WIDEST), ""


def _show(verb: str, value: object, style: _Style) -> str:
    if verb == "T" and value is not None:
        return _text("s", type_name(value), style) or ""
    if value is None:
        return style.pad("<nil>") if verb in "Tv" else f"%!{verb}(<nil>)"
    if isinstance(value, bool):
        text = style.pad(format_value(value)) if verb in "tv" else None
    elif isinstance(value, int):
        text = _integer(verb, value, style)
    elif isinstance(value, float):
        text = _float(verb, value, style)
    elif isinstance(value, str):
        text = _text(verb, value, style)
    else:
        return _collection(verb, value, style)
    return _misfit(verb, value, style) if text is None else text


def _misfit(verb: str, value: object, style: _Style) -> str:
    return f"%!{verb}({type_name(value)}={_show('v', value, style)})"


def _collection(verb: str, value: object, style: _Style) -> str:
    """Write a map or a list element by element; anything else as it is."""

    def one(element: object) -> str:
        return "<nil>" if element is None else _show(verb, element, style)

    if isinstance(value, Mapping):
        pairs = [f"{one(key)}:{one(value[key])}" for key in sorted(value)]
        return (
            f"{type_name(value)}{{{', '.join(pairs)}}}" if style.is_go_syntax else f"map[{' '.join(pairs)}]"
        )
    if isinstance(value, Sequence):
        parts = list(map(one, value))
        return f"{type_name(value)}{{{', '.join(parts)}}}" if style.is_go_syntax else f"[{' '.join(parts)}]"
    if isinstance(value, _Struct):
        return f"{{{' '.join(map(one, value.go_fields()))}}}"
    text = str(value)
    return _text(verb, text, style) or text


# ---- numbers


def _integer(verb: str, value: int, style: _Style) -> str | None:
    verb = "d" if verb == "v" else verb
    if verb in _BASES:
        return _based(verb, value, style)
    if verb == "c":
        return style.pad(_character(value))
    if verb == "q":
        return style.pad(f"'{quote(_character(value), ascii_only=style.has('+'))[1:-1]}'")
    if verb == "U":
        shown = f" '{_character(value)}'" if style.has("#") and _character(value).isprintable() else ""
        return style.pad(f"U+{value % 2**64:04X}{shown}", zeros=False)
    return None


def _character(value: int) -> str:
    is_one = 0 <= value <= _LAST_CODE_POINT and not 0xD800 <= value < 0xE000  # noqa: PLR2004 - surrogates
    return chr(value) if is_one else "\ufffd"


def _based(verb: str, value: int, style: _Style) -> str:
    sign = style.sign(is_negative=value < 0)
    digits = format(abs(value), _BASES[verb])
    if style.precision is not None:
        if style.precision == 0 and value == 0:
            return " " * (style.width or 0)
        digits = digits.rjust(style.precision, "0")
    elif style.has("0") and not style.has("-") and style.width:
        digits = digits.rjust(style.width - len(sign), "0")
    if verb == "O" or (style.has("#") and verb in _PREFIXES):
        prefix = _PREFIXES[verb]
        digits = digits if prefix == "0" and digits[0] == "0" else prefix + digits
    return style.pad(sign + digits, zeros=False)


def _float(verb: str, value: float, style: _Style) -> str | None:
    verb = "g" if verb == "v" else verb
    sign = style.sign(is_negative=math.copysign(1, value) < 0 and not math.isnan(value))
    if special(value) and verb in "beEfFgGxX":
        shown = sign or ("+" if value == math.inf else "")
        return style.pad(shown + special(value).lstrip("+-"), zeros=False)
    text = _digits(verb, abs(value), style)
    if text is None:
        return None
    if style.has("0") and not style.has("-") and style.width:
        return sign + text.rjust(style.width - len(sign), "0")
    return style.pad(sign + text)


def _digits(verb: str, value: float, style: _Style) -> str | None:
    precision = style.precision
    if verb in "gG" and precision is None:
        text = shortest(value)
    elif verb in "eEfFgG":
        text = f"{value:.{6 if precision is None else precision}{verb.lower()}}"
    elif verb in "xX":
        text = _hexadecimal(value, precision)
    elif verb == "b":
        power = max(math.frexp(value)[1] - _MANTISSA_BITS - 1, _SMALLEST_POWER) if value else _SMALLEST_POWER
        text = f"{int(Fraction(value) / Fraction(2) ** power)}p{power:+d}"
    else:
        return None
    return text.upper() if verb in "EGX" else text


def _hexadecimal(value: float, precision: int | None) -> str:
    """Write a number as Go's ``%x`` does: ``0x1.8p+01``."""
    if value == 0:
        return "0x0" + ("." + "0" * precision if precision else "") + "p+00"
    mantissa, exponent = math.frexp(value)
    bits = round(mantissa * 2 ** (_MANTISSA_BITS + 1))
    exponent -= 1
    if precision is not None and precision < _MANTISSA_BITS // 4:
        unit = 2 ** (_MANTISSA_BITS - 4 * precision)
        bits = round(bits / unit) * unit
        if bits >= 2 ** (_MANTISSA_BITS + 1):
            bits, exponent = bits // 2, exponent + 1
    fraction = f"{bits - 2**_MANTISSA_BITS:013x}"
    fraction = fraction.rstrip("0") if precision is None else fraction[:precision].ljust(precision, "0")
    return f"0x1{'.' if fraction else ''}{fraction}p{exponent:+03d}"


# ---- texts


def _text(verb: str, value: str, style: _Style) -> str | None:
    if verb in "xX":
        return style.pad(_bytes(verb, value.encode(errors="surrogatepass"), style))
    shown = value if style.precision is None else value[: style.precision]
    if verb == "q" or (verb == "v" and style.is_go_syntax):
        is_raw = style.has("#") and shown.isprintable() and "`" not in shown
        return style.pad(f"`{shown}`" if is_raw else quote(shown, ascii_only=style.has("+")))
    return style.pad(shown) if verb in "sv" else None


def _bytes(verb: str, content: bytes, style: _Style) -> str:
    content = content if style.precision is None else content[: style.precision]
    if not content:
        return ""
    prefix = f"0{verb}" if style.has("#") else ""
    parts = [f"{byte:02{verb}}" for byte in content]
    if style.has(" "):
        return " ".join(prefix + part for part in parts)
    return prefix + "".join(parts)
