"""What a client is told."""

from __future__ import annotations

import json

import pytest

from otel_monitoring.ratelimit.answer import HeaderStyle, headers, refusal, status_of
from otel_monitoring.ratelimit.asked import Asked
from otel_monitoring.ratelimit.limiter import Limiter, Verdict
from otel_monitoring.ratelimit.rule import parse_rule
from otel_monitoring.ratelimit.windows import MovingWindows
from otel_monitoring.testing import FakeClock


def verdicts(*rules: str, count: int = 2) -> list[Verdict]:
    """Return what becomes of requests that come half a second after one another."""
    clock = FakeClock()
    found = Limiter([parse_rule(rule) for rule in rules], windows=MovingWindows(clock=clock))
    made = []
    for _ in range(count):
        made.append(found.decide(Asked("/")))
        clock.advance(0.5)
    return made


def told(verdict: Verdict, style: HeaderStyle = "both") -> dict[str, str]:
    """Return headers as texts."""
    return {name.decode(): value.decode() for name, value in headers(verdict, style)}


def test_says_what_is_left() -> None:
    """Both forms: the draft's, and the one that older clients read."""
    assert told(verdicts("login: 5/minute")[1]) == {
        "ratelimit-policy": '"login";q=5;w=60',
        "ratelimit": '"login";r=3;t=60',
        "ratelimit-limit": "5",
        "ratelimit-remaining": "3",
        "ratelimit-reset": "60",
    }


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("standard", {"ratelimit-policy", "ratelimit", "retry-after"}),
        ("classic", {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after"}),
        ("off", {"retry-after"}),
    ],
)
def test_says_it_in_the_form_that_is_wanted(style: HeaderStyle, names: set[str]) -> None:
    """When to come again is always said."""
    assert set(told(verdicts("1/minute")[1], style)) == names


def test_several_windows_are_each_named() -> None:
    """And the three headers speak of the one with the least left."""
    found = told(verdicts("a: 100/hour and 4/minute", "b: 3/minute by user")[0])

    assert (
        found["ratelimit-policy"] == '"a 100/hour";q=100;w=3600, "a 4/minute";q=4;w=60, "b 3/minute";q=3;w=60'
    )
    assert found["ratelimit"] == '"a 100/hour";r=99;t=3600, "a 4/minute";r=3;t=60, "b 3/minute";r=2;t=60'
    assert (found["ratelimit-limit"], found["ratelimit-remaining"]) == ("3", "2")


def test_what_is_left_for_everyone_together_is_nobodys_business() -> None:
    """Strangers could tell from it how much others do."""
    assert told(verdicts("9/minute by global")[0]) == {}


def test_a_refused_request_is_told_when_to_come_again() -> None:
    """Whole seconds, rounded up, so that it is never too early."""
    verdict = verdicts("login: 1/minute")[1]

    found, body = refusal(verdict, "both")

    assert dict(found)[b"retry-after"] == b"60"
    assert dict(found)[b"content-length"] == str(len(body)).encode()
    assert json.loads(body) == {
        "type": "urn:otel-monitoring:problem:too-many-requests",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "At most 1/minute; come again in 60 s.",
        "retryAfterSeconds": 60,
    }


def test_the_limit_of_all_together_is_not_told() -> None:
    """Nor how close they are to it."""
    _, body = refusal(verdicts("1/minute by global")[1], "both")

    assert json.loads(body)["detail"] == "Too many requests by everyone together; come again in 60 s."


def test_a_closed_rule_is_a_service_that_is_not_there() -> None:
    """The client has done nothing wrong."""
    [verdict] = verdicts("1/minute", count=1)
    closed = Verdict("closed", verdict.charges, None, verdict.charges[0], 2.0)

    assert status_of(closed) == 503
    assert told(closed) == {"retry-after": "2"}


def test_a_name_with_quotes_stays_one_name() -> None:
    """Structured fields escape them."""
    from otel_monitoring.ratelimit.rule import make_rule

    found = Limiter([make_rule("5/minute", name='a "b" \\')], windows=MovingWindows(clock=FakeClock()))

    assert told(found.decide(Asked("/")))["ratelimit"] == '"a \\"b\\" \\\\";r=4;t=60'
