"""Parameters: what is read, and what each error says."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from otel_monitoring.api.prometheus.answer import ApiError
from otel_monitoring.api.prometheus.parameters import Parameters


def given(**fields: str) -> Parameters:
    return Parameters(urlencode(fields).encode())


@pytest.mark.parametrize(
    ("text", "time_ms"),
    [
        ("1700000000", 1_700_000_000_000),
        ("1700000000.125", 1_700_000_000_125),
        ("1.7e9", 1_700_000_000_000),
        ("-5", -5_000),
        ("2023-11-14T22:13:20Z", 1_700_000_000_000),
        ("2023-11-14T23:13:20.5+01:00", 1_700_000_000_500),
        ("2023-11-14T22:13:20.123456789Z", 1_700_000_000_123),
    ],
)
def test_a_time_is_seconds_or_rfc_3339(text: str, time_ms: int) -> None:
    assert given(time=text).time_ms("time") == time_ms


@pytest.mark.parametrize(
    "text", ["", "now", "NaN", "Inf", "1e300", "2023-11-14", "2023-13-01T00:00:00Z", "1_0"]
)
def test_another_time_is_refused_by_name(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        given(time=text).time_ms("time")

    assert str(caught.value) == f'invalid parameter "time": cannot parse "{text}" to a valid timestamp'


def test_a_missing_time_is_the_default() -> None:
    assert given().time_ms("time", 7) == 7


@pytest.mark.parametrize(
    ("text", "duration_ms"),
    [("15", 15_000), ("0.5", 500), ("1m", 60_000), ("1h30m", 5_400_000), ("-1", -1000)],
)
def test_a_duration_is_seconds_or_has_units(text: str, duration_ms: int) -> None:
    assert given(step=text).duration_ms("step") == duration_ms


@pytest.mark.parametrize("text", ["", "x", "1x", "NaN", "1e30", "-1m", "\u0665"])
def test_another_duration_is_refused_by_name(text: str) -> None:
    with pytest.raises(
        ApiError, match=f'invalid parameter "step": cannot parse "{text}" to a valid duration'
    ):
        given(step=text).duration_ms("step")


def test_a_body_comes_before_the_query_string() -> None:
    both = Parameters(b"query=a&match[]=x", b"query=b&match[]=y")

    assert both.get("query") == "b"
    assert both.all("match[]") == ["y", "x"]


@pytest.mark.parametrize("text", ["-1", "x", "1.5"])
def test_a_limit_is_a_whole_number(text: str) -> None:
    with pytest.raises(ApiError, match='invalid parameter "limit"'):
        given(limit=text).limit()


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ApiError, match="error parsing form values"):
        Parameters(b"query=\xff")
