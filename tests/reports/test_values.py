"""Values as people read them."""

from __future__ import annotations

import math

import pytest

from otel_monitoring.reports.values import change, shown


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.125, "s", "125ms"),
        (90061.0, "s", "1d 1h 1m 1s"),
        (3 * 1024.0**2, "By", "3MiB"),
        (0.256, "1", "25.6%"),
        (12.0, "{request}/s", "12 requests/s"),
        (0.5, "{request}/s", "0.5 requests/s"),
        (0.0123456, "", "0.01235"),
        (1.0, "{process}", "1 process"),
        (2048.0, "By/s", "2kiB/s"),
        (1500.0, "", "1.5k"),
        (7.0, "Cel", "7 Cel"),
        (math.nan, "s", "nan"),
        (-math.inf, "", "-inf"),
        (0.0, "s", "0s"),
        (0.99999, "{request}/s", "1 request/s"),
        (999_999.0, "", "1M"),
    ],
)
def test_a_value_has_the_words_of_its_unit(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0.123, "+12%"), (-0.5, "-50%"), (0.0123, "+1.2%"), (math.inf, "new"), (-math.inf, "gone")],
)
def test_a_change_has_its_sign(ratio: float, text: str) -> None:
    assert change(ratio) == text
