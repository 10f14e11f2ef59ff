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
