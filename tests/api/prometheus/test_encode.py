"""Numbers and times as Prometheus writes them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.api.prometheus import encode


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (0.1, "0.1"),
        (1e-6, "0.000001"),
        (1.5e-5, "0.000015"),
        (1e-7, "1e-07"),
        (-2.5e-10, "-2.5e-10"),
        (123456789.125, "123456789.125"),
        (1e16, "10000000000000000"),
        (1.25e20, "125000000000000000000"),
        (1e21, "1e+21"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (math.nan, "NaN"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
    ],
)
def test_a_sample_is_written_as_go_writes_it(value: float, text: str) -> None:
    assert encode.number(value) == text


@given(st.floats(allow_nan=False))
def test_a_sample_reads_back_as_the_same_number(value: float) -> None:
    assert float(encode.number(value)) == value
    assert float(encode.scientific(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0e+00"), (1.0, "1e+00"), (95.5, "9.55e+01"), (-0.0125, "-1.25e-02"), (math.inf, "+Inf")],
)
def test_the_value_of_an_alert_has_an_exponent(value: float, text: str) -> None:
    assert encode.scientific(value) == text


def test_times_are_seconds_and_whole_ones_are_integers() -> None:
    assert (encode.seconds(1_500), encode.seconds(2_000)) == (1.5, 2)
    assert isinstance(encode.seconds(2_000), int)


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (None, "0001-01-01T00:00:00Z"),
        (1_700_000_000_000, "2023-11-14T22:13:20Z"),
        (1_700_000_000_120, "2023-11-14T22:13:20.12Z"),
    ],
)
def test_a_time_is_written_as_go_writes_it(time_ms: int | None, text: str) -> None:
    assert encode.rfc3339(time_ms) == text
