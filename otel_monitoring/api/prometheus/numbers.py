"""Numbers as Prometheus writes them in JSON: texts of the shortest digits that read back as the same.

Source: the ranges of Go's ``encoding/json`` for 64-bit floats, with exponents of two digits at least.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EXPONENT_BELOW, _EXPONENT_FROM = 1e-6, 1e21
_PLAIN_FROM, _PLAIN_BELOW = 1e-4, 1e16


def number(value: float) -> str:
    """Return a sample as JSON of Prometheus has it: shortest digits, an exponent only where it is far out."""
    text = repr(value)
    if text.endswith(".0"):
        return text[:-2]
    if "e" not in text and "n" not in text:
        return text
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if _EXPONENT_BELOW <= abs(value) < _EXPONENT_FROM:
        return positional(value)
    return text


def positional(value: float) -> str:
    """Return a finite number in its shortest digits without an exponent, however many zeros that takes."""
    text = repr(abs(value))
    sign = "-" if math.copysign(1, value) < 0 else ""
    digits, exponent = _digits(text)
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole, fraction = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def scientific(value: float) -> str:
    """Return a number with an exponent of two digits at least, as alerts show their value."""
    if math.isnan(value) or math.isinf(value):
        return number(value)
    return _with_exponent(value)


def _with_exponent(value: float) -> str:
    digits, exponent = _digits(repr(abs(value)))
    point = f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits
    return f"{'-' if math.copysign(1, value) < 0 else ''}{point}e{exponent:+03d}"


def _digits(text: str) -> tuple[str, int]:
    """Return the significant digits of a positive number and the exponent of the first one."""
    mantissa, _, power = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    every = whole + fraction
    digits = every.lstrip("0")
    if not digits:
        return "0", 0
    exponent = int(power or 0) + len(whole) - 1 - (len(every) - len(digits))
    return digits.rstrip("0") or "0", exponent


def texts(values: NDArray[np.float64]) -> list[str]:
    """Return :func:`number` of each value, shape (n,).

    Python writes a whole list at once faster than one number after the other; what it writes differently is
    put right after that. Nothing else runs meanwhile, so n should be some thousands at most.
    """
    if not values.size:
        return []
    found = repr(values.tolist())[1:-1].replace(".0, ", ", ").split(", ")
    found[-1] = found[-1].removesuffix(".0")
    size = np.abs(values)
    is_plain = ((size >= _PLAIN_FROM) & (size < _PLAIN_BELOW)) | (size == 0)
    for at in np.flatnonzero(~is_plain).tolist():
        found[at] = number(float(values[at]))
    return found
