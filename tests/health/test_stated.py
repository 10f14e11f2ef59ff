"""Checks that are stated as URLs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.health.check import HealthError
from otel_monitoring.health.stated import Stated, stated


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://cache", Stated("redis cache", "redis://cache", {})),
        (
            "postgresql://kim:pw@db:5433/shop?critical=true&sslmode=require&timeout_s=2.5",
            Stated(
                "postgresql db:5433",
                "postgresql://kim:pw@db:5433/shop?sslmode=require",
                {"critical": True, "timeout_s": 2.5},
            ),
        ),
        (
            "https://pay.example/up?name=pay%20service&a=%2F&failures=3&successes=2&interval_s=60#x",
            Stated(
                "pay service",
                "https://pay.example/up?a=%2F#x",
                {"failures": 3, "successes": 2, "interval_s": 60.0},
            ),
        ),
        ("file:///var/data?critical=no", Stated("file data", "file:///var/data", {"critical": False})),
        ("tcp://[::1]:25", Stated("tcp ::1:25", "tcp://[::1]:25", {})),
    ],
)
def test_terms_are_taken_out_of_the_query(url: str, expected: Stated) -> None:
    assert stated(url) == expected


def test_a_second_one_at_the_same_place_gets_a_number() -> None:
    assert stated("redis://cache", taken=["redis cache", "redis cache 2"]).name == "redis cache 3"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("critical=maybe", "health check redis cache, critical 'maybe': expected true or false"),
        ("timeout_s=2s", "health check redis cache, timeout_s '2s': expected seconds"),
        ("failures=1.5", "health check redis cache, failures '1.5': expected a whole number"),
        ("name=a&name=b", "health check redis cache, name: expected once, found twice"),
    ],
)
def test_what_cannot_be_read_is_refused_without_the_password(query: str, message: str) -> None:
    with pytest.raises(HealthError) as caught:
        stated(f"redis://kim:hunter2@cache?{query}")

    assert str(caught.value) == message


def test_the_password_is_in_no_representation() -> None:
    assert "hunter2" not in repr(stated("redis://kim:hunter2@cache"))


@given(st.text(max_size=60))
def test_whatever_is_stated_is_read_or_refused(text: str) -> None:
    try:
        found = stated(f"tcp://{text}")
    except HealthError:
        return

    assert found.name
    assert "/" not in found.name or "name=" in text


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://cache", "redis://cache?timeout_s=4"),
        ("redis://cache?db=1#x", "redis://cache?db=1&timeout_s=4#x"),
    ],
)
def test_the_check_is_told_how_long_it_may_take(url: str, expected: str) -> None:
    assert stated(url).with_option("timeout_s", "4") == expected
