"""How often: rates as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.ratelimit.errors import RateLimitError
from otel_monitoring.ratelimit.rate import MOST, Rate, parse_rates


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("100/minute", (Rate(100, 60),)),
        ("100 / minute", (Rate(100, 60),)),
        ("5 per 10 seconds", (Rate(5, 10),)),
        ("1 PER 2 Hours", (Rate(1, 7200),)),
        ("7/day", (Rate(7, 86_400),)),
        ("100/minute and 10/second", (Rate(100, 60), Rate(10, 1))),
    ],
)
def test_reads_a_rate(text: str, rates: tuple[Rate, ...]) -> None:
    """A slash or the word, a number of units, several joined."""
    assert parse_rates(text) == rates


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "''"),
        ("100", "'100'"),
        ("100/fortnight", "fortnight"),
        ("-1/second", "-1/second"),
        ("0/second", "expected a limit of 1"),
        (f"{MOST + 1}/second", "expected a limit of 1"),
        ("1/0 seconds", "expected a window"),
        ("1 per 32 days", "expected a window"),
        ("5/minute and 6/minute", "one window"),
        ("5/minute and", "''"),
    ],
)
def test_refuses_what_is_no_rate_and_names_it(text: str, complaint: str) -> None:
    """The message holds what was given."""
    with pytest.raises(RateLimitError, match=complaint):
        parse_rates(text)


@given(st.integers(1, MOST), st.integers(1, 2_678_400))
def test_what_is_written_reads_as_the_same(limit: int, window_s: int) -> None:
    """A rate and its text are one."""
    rate = Rate(limit, window_s)

    assert parse_rates(str(rate)) == (rate,)


@given(st.integers(1, MOST), st.integers(1, 64))
def test_shares_never_exceed_the_whole_where_it_can_be_divided(limit: int, workers: int) -> None:
    """Each process has at least one unit; more than the limit together only where workers outnumber it."""
    share = Rate(limit, 60).divided(workers)

    assert share.limit >= 1
    assert share.limit * workers <= max(limit, workers)
