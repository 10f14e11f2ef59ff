"""Rules as people write them."""

from __future__ import annotations

import pytest

from otel_monitoring.ratelimit.errors import RateLimitError
from otel_monitoring.ratelimit.rate import Rate
from otel_monitoring.ratelimit.rule import Rule, check_rules, make_rule, parse_rule


def test_a_rate_alone_is_for_each_address() -> None:
    """What most people mean by a limit."""
    assert parse_rule("100/minute") == Rule((Rate(100, 60),), by=("ip",))


def test_reads_every_part_of_a_rule() -> None:
    """Name, rates, scopes, paths and what holds without the shared windows."""
    rule = parse_rule("login: 5/minute and 50/hour by ip+endpoint on /login /token away closed")

    assert rule.name == "login"
    assert rule.rates == (Rate(5, 60), Rate(50, 3600))
    assert rule.by == ("ip", "endpoint")
    assert rule.on == ("/login", "/token")
    assert rule.away == "closed"


def test_a_rule_without_a_name_goes_by_what_it_says() -> None:
    """So that headers and metrics stay readable."""
    assert parse_rule("5/minute by user on /login").name == "5/minute by user on /login"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "expected a rule"),
        ("5/fortnight by ip", "fortnight"),
        ("5/minute by moon", "'moon'.*ip, user, api_key, endpoint, global"),
        ("5/minute by ip+ip", "each scope once"),
        ("5/minute by global+ip", "'global' alone"),
        ("5/minute on login", "begins with /"),
        ("5/minute away maybe", "'maybe'.*open, closed, local"),
    ],
)
def test_refuses_what_is_no_rule_and_says_why(text: str, complaint: str) -> None:
    """The message names the rule and the part."""
    with pytest.raises(RateLimitError, match=complaint):
        parse_rule(text)


def test_a_tier_has_rates_of_its_own() -> None:
    """A caller of another tier, or of none, has the common ones."""
    rule = make_rule("10/minute", tiers={"gold": "100/minute", "staff": "unlimited"})

    assert rule.rates_of("gold") == (Rate(100, 60),)
    assert rule.rates_of("staff") == ()
    assert rule.rates_of("tin") == rule.rates_of(None) == (Rate(10, 60),)


def test_a_name_that_cannot_stand_in_a_header_is_refused() -> None:
    """Headers are ASCII."""
    with pytest.raises(RateLimitError, match="printable ASCII"):
        make_rule("10/minute", name="früh\n")


def test_two_rules_of_one_name_are_refused() -> None:
    """They would share their windows."""
    with pytest.raises(RateLimitError, match="'login'"):
        check_rules([parse_rule("login: 5/minute"), parse_rule("login: 6/minute")])


def test_only_windows_of_one_caller_are_personal() -> None:
    """What is left of a window that all share is nobody's business."""
    personal = {by: make_rule("1/minute", by=by).is_personal for by in ("ip", "user+endpoint", "endpoint")}

    assert personal == {"ip": True, "user+endpoint": True, "endpoint": False}
