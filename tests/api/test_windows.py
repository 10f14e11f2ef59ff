"""From when to when."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.api.moments import LAST_MS
from otel_monitoring.api.refused import RefusedError
from otel_monitoring.api.windows import Bounds, WantedWindow, Window
from otel_monitoring.testing import FakeClock

NOW_MS = 1_700_000_000_000
HOUR_MS = 3_600_000


def read(longest_ms: int | None = None, **said: Any) -> Window:
    return WantedWindow(**said).read(FakeClock(NOW_MS), usual_ms=HOUR_MS, longest_ms=longest_ms)


def refused(**said: Any) -> str:
    with pytest.raises(RefusedError) as error:
        read(**said)
    return str(error.value)


def test_nothing_said_is_what_is_usual_until_now() -> None:
    assert read() == Window(NOW_MS - HOUR_MS, NOW_MS)


@pytest.mark.parametrize(
    ("wanted", "start_ms", "end_ms"),
    [
        ({"since": "6h"}, NOW_MS - 6 * HOUR_MS, NOW_MS),
        ({"since": "2h", "until": "1h"}, NOW_MS - 2 * HOUR_MS, NOW_MS - HOUR_MS),
        ({"until": "1h"}, NOW_MS - 2 * HOUR_MS, NOW_MS - HOUR_MS),
        ({"window": "30m"}, NOW_MS - HOUR_MS // 2, NOW_MS),
        ({"hours": 0.5}, NOW_MS - HOUR_MS // 2, NOW_MS),
        ({"window": "1h", "until": "1d"}, NOW_MS - 25 * HOUR_MS, NOW_MS - 24 * HOUR_MS),
        ({"hours": 2.0, "since": "1d"}, NOW_MS - 24 * HOUR_MS, NOW_MS - 22 * HOUR_MS),
        ({"since": "1699999000", "until": "2023-11-14T22:13:20Z"}, 1_699_999_000_000, NOW_MS),
        ({"window": "100y"}, 0, NOW_MS),
        ({"since": "100y"}, 0, NOW_MS),
        ({"since": "9999-12-31T00:00:00Z", "window": "2d"}, LAST_MS - 86_399_000, LAST_MS),
    ],
)
def test_two_of_the_three_say_which_it_is(wanted: dict[str, Any], start_ms: int, end_ms: int) -> None:
    assert read(**wanted) == Window(start_ms, end_ms)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"since": "soon"}, "query.since is 'soon': expected RFC 3339"),
        ({"since": "1969-12-31"}, "query.since is '1969-12-31': expected RFC 3339"),
        ({"since": "0001-01-01T00:00:00+23:00"}, "query.since is '0001-01-01T00:00:00+23:00': expected"),
        ({"until": "9999-12-31T23:59:59-23:00"}, "query.until is '9999-12-31T23:59:59-23:00': expected"),
        ({"until": "nan"}, "query.until is 'nan': expected RFC 3339"),
        ({"window": "-1h"}, "query.window: '-1h' is not a valid duration"),
        ({"window": "0"}, "query.window is '0': expected more than 0"),
        ({"window": "1h", "hours": 1.0}, "query.hours is 1, besides query.window: expected one of the two"),
        ({"hours": math.inf}, "query.hours is inf: expected a millisecond at least"),
        ({"hours": 1e-12}, "query.hours is 1e-12: expected a millisecond at least"),
        ({"since": "1h", "until": "2h"}, "query.until is '2h', before query.since, '1h'"),
        ({"since": "2h", "until": "1h", "window": "1h"}, "query.window is given besides query.since and"),
        ({"since": "2100-01-01T00:00:00Z"}, "query.since is '2100-01-01T00:00:00Z', which is still to come"),
    ],
)
def test_what_cannot_be_is_refused_by_name(wanted: dict[str, Any], message: str) -> None:
    assert refused(**wanted).startswith(message)


@pytest.mark.parametrize(
    "wanted", [{"window": "3h"}, {"hours": 3.0}, {"since": "3h"}, {"since": "1d", "until": "1h"}]
)
def test_what_is_too_long_is_refused_with_the_most(wanted: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match=r"^query\.\w+ asks for .*: expected at most 2h$"):
        read(longest_ms=2 * HOUR_MS, **wanted)


def test_pages_know_what_was_not_said() -> None:
    assert WantedWindow().bounds(FakeClock(NOW_MS)) == Bounds(None, None)


@given(st.floats(min_value=1e-6, max_value=1e6))
def test_hours_are_windows(hours: float) -> None:
    """Whatever its length, a window begins where it is told to, but never before 1970."""
    window = read(hours=hours)

    assert window.end_ms == NOW_MS
    assert window.start_ms == max(NOW_MS - round(hours * HOUR_MS), 0)
