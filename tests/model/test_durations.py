"""Durations of rule files (S1.8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import RuleError
from otel_monitoring.model.durations import LONGEST_MS, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [
        ("0", 0),
        ("0s", 0),
        ("5m", 300_000),
        ("1h30m", 5_400_000),
        ("1y2w3d4h5m6s7ms", 33_019_506_007),
        ("99ms", 99),
    ],
)
def test_reads_units_in_their_order(text: str, expected_ms: int) -> None:
    assert parse_duration(text) == expected_ms


@pytest.mark.parametrize(
    "text", ["", "5", "m", "-5m", "1m1h", "1.5h", "5m5m", " 5m", "5 m", "5M", "1e3s", "٣m"]
)
def test_refuses_what_is_no_duration_and_names_it(text: str) -> None:
    with pytest.raises(RuleError, match="is not a valid duration") as caught:
        parse_duration(text)

    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["293y", "9" * 400 + "ms", "99999999999999999999y"])
def test_refuses_what_does_not_fit_into_64_bits_of_nanoseconds(text: str) -> None:
    with pytest.raises(RuleError, match="out of range"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [(0, "0s"), (90_000, "1m30s"), (864_000_000, "10d"), (604_800_000, "1w"), (1, "1ms")],
)
def test_writes_what_people_would_write(duration_ms: int, text: str) -> None:
    assert format_duration(duration_ms) == text


@given(st.integers(0, LONGEST_MS))
def test_reads_back_what_it_writes(duration_ms: int) -> None:
    assert parse_duration(format_duration(duration_ms)) == duration_ms
