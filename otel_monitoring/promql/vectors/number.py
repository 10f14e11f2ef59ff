"""Numbers as text."""

from __future__ import annotations

import numpy as np


def number_text(value: float) -> str:
    """Write a number as Prometheus does in labels: the shortest digits, without an exponent."""
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return np.format_float_positional(value, trim="-")


def openmetrics_text(value: float) -> str:
    """Write a number as OpenMetrics does: as ``%g``, whole ones with ``.0``."""
    text = short_text(value)
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def short_text(value: float) -> str:
    """Write a number as Go's ``%g``: the shortest digits, with an exponent below 1e-4 and from 1e6 on."""
    if not np.isfinite(value) or value == 0 or _NO_EXPONENT_FROM <= abs(value) < _EXPONENT_FROM:
        return number_text(value)
    return np.format_float_scientific(value, trim="-", exp_digits=2)


_NO_EXPONENT_FROM, _EXPONENT_FROM = 1e-4, 1e6
