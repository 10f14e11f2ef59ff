"""Deciding on requests: which rules hold, whose windows they ask, and what holds without the shared ones."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.ratelimit.asked import Asked, Exempt
from otel_monitoring.ratelimit.errors import RateLimitError
from otel_monitoring.ratelimit.limiter import Limiter, Terms, Verdict
from otel_monitoring.ratelimit.rule import Rule, make_rule, parse_rule
from otel_monitoring.ratelimit.shared import SharedWindows
from otel_monitoring.ratelimit.windows import MovingWindows
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.ratelimit.charge import Charge, Taken


def limiter(*rules: str | Rule, terms: Terms | None = None, clock: FakeClock | None = None) -> Limiter:
    """Return a limiter in memory."""
    made = [parse_rule(rule) if isinstance(rule, str) else rule for rule in rules]
    return Limiter(made, windows=MovingWindows(clock=clock or FakeClock()), terms=terms)


def allowed(found: Limiter, *asked: Asked) -> list[bool]:
    """Return which requests pass, one after the other."""
    return [found.decide(one).is_allowed for one in asked]


@dataclass
class FakeBackend:
    """Windows that answer, or raise what they are told to."""

    windows: MovingWindows
    error: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def take(self, charges: Sequence[Charge]) -> Taken:
        self.asked += [charge.key for charge in charges]
        if self.error is not None:
            raise self.error
        return self.windows.take(charges)

    async def take_async(self, charges: Sequence[Charge]) -> Taken:
        return self.take(charges)

    def ping(self) -> None:
        if self.error is not None:
            raise self.error

    def forget_connections(self) -> None: ...

    def close(self) -> None: ...

    def after_fork(self) -> None: ...


def shared(*rules: str, terms: Terms | None = None, away: bool = True) -> tuple[Limiter, FakeBackend]:
    """Return a limiter whose shared windows are away, or not."""
    clock = FakeClock()
    backend = FakeBackend(MovingWindows(clock=clock), ConnectionError() if away else None)
    found = Limiter(
        [parse_rule(rule) for rule in rules],
        windows=MovingWindows(clock=clock),
        shared=SharedWindows(backend, clock=clock, in_background=False),
        terms=terms,
    )
    return found, backend


@pytest.mark.parametrize(
    ("by", "one", "other"),
    [
        ("ip", Asked("/", "192.0.2.1"), Asked("/", "192.0.2.2")),
        ("user", Asked("/", user="ann"), Asked("/", user="bob")),
        ("api_key", Asked("/", api_key="11"), Asked("/", api_key="22")),
        ("endpoint", Asked("/", route="/a"), Asked("/", route="/b")),
        ("ip+endpoint", Asked("/", "192.0.2.1", "/a"), Asked("/", "192.0.2.1", "/b")),
        ("ip", Asked("/", "2001:db8:0:1::1"), Asked("/", "2001:db8:0:2::1")),
        ("user", Asked("/", "192.0.2.1"), Asked("/", "192.0.2.1", user="ip 192.0.2.1")),
    ],
)
def test_each_has_a_window_of_their_own(by: str, one: Asked, other: Asked) -> None:
    """The second request of the one is refused, the first of the other is not."""
    assert allowed(limiter(f"1/minute by {by}"), one, one, other) == [True, False, True]


@pytest.mark.parametrize(
    ("by", "one", "other"),
    [
        ("global", Asked("/a", "192.0.2.1"), Asked("/b", "192.0.2.2")),
        ("ip", Asked("/", "2001:db8:0:1::1"), Asked("/", "2001:db8:0:1:ffff::2")),
        ("ip", Asked("/", "::ffff:192.0.2.1"), Asked("/", "192.0.2.1")),
        ("ip", Asked("/", "fe80::1%eth0"), Asked("/", "fe80::1%eth1")),
        ("user", Asked("/", "192.0.2.1"), Asked("/", "192.0.2.1")),
    ],
)
def test_these_share_a_window(by: str, one: Asked, other: Asked) -> None:
    """Everyone; an IPv6 network; one address however it is written; and strangers of one address."""
    assert allowed(limiter(f"1/minute by {by}"), one, other) == [True, False]


def test_a_rule_holds_for_its_paths_alone() -> None:
    """Others are not even counted."""
    found = limiter("1/minute on /login")

    assert allowed(found, Asked("/login"), Asked("/login"), Asked("/orders")) == [True, False, True]
    assert found.decide(Asked("/orders")).charges == ()


def test_every_rule_has_to_agree() -> None:
    """The narrower one refuses, and the wider one is not charged for it."""
    found = limiter("wide: 3/minute", "narrow: 1/minute on /login")

    assert allowed(found, Asked("/login"), Asked("/login"), Asked("/"), Asked("/"), Asked("/")) == [
        True,
        False,
        True,
        True,
        False,
    ]


def test_a_shorter_window_bounds_bursts() -> None:
    """Ten a minute, but no more than two within a second."""
    clock = FakeClock()
    found = limiter("10/minute and 2/second", clock=clock)

    burst = allowed(found, *[Asked("/")] * 3)
    clock.advance(1)

    assert burst == [True, True, False]
    assert allowed(found, Asked("/")) == [True]


def test_tiers_have_rates_of_their_own() -> None:
    """Gold has two, staff as many as they like, and everyone else one."""
    found = limiter(make_rule("1/minute", by="user", tiers={"gold": "2/minute", "staff": "unlimited"}))
    ann, bob = Asked("/", user="ann", tier="gold"), Asked("/", user="bob", tier="staff")

    assert allowed(found, ann, ann, ann) == [True, True, False]
    assert allowed(found, *[bob] * 5) == [True] * 5
    assert allowed(found, Asked("/", user="cat", tier="tin"), Asked("/", user="cat")) == [True, False]


@pytest.mark.parametrize(
    "asked",
    [
        Asked("/", "10.1.2.3"),
        Asked("/", "::ffff:10.1.2.3"),
        Asked("/static/a.css", "192.0.2.1"),
        Asked("/", "192.0.2.1", user="probe"),
    ],
)
def test_who_is_exempt_is_not_counted(asked: Asked) -> None:
    """By network, by path, by name."""
    exempt = Exempt(networks=["10.0.0.0/8"], paths=["/static/*"], users=["probe"])

    assert limiter("1/minute", terms=Terms(exempt=exempt)).decide(asked).charges == ()


def test_a_costly_path_takes_more() -> None:
    """Ten units: three searches of three, and one other request."""
    found = limiter("10/minute", terms=Terms(costs={"/search": 3}))
    search, other = Asked("/search"), Asked("/")

    assert allowed(found, search, search, search, search, other, other) == [
        True,
        True,
        True,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("cost", [0, 6])
def test_a_cost_that_never_fits_is_refused_at_set_up(cost: int) -> None:
    """The message names it."""
    with pytest.raises(RateLimitError, match=f"cost {cost} of '/search': expected 1 to 5"):
        limiter("5/minute", terms=Terms(costs={"/search": cost}))


def test_an_unusable_network_is_refused_at_set_up() -> None:
    """The message names it."""
    with pytest.raises(RateLimitError, match=r"'10\.0\.0'"):
        Exempt(networks=["10.0.0"])


def test_says_who_refused_and_when_to_come_again() -> None:
    """For headers, events and the client."""
    clock = FakeClock()
    found = limiter("login: 1/minute", clock=clock)
    found.decide(Asked("/"))
    clock.advance(20)

    verdict = found.decide(Asked("/"))

    assert verdict.refused_by is not None
    assert (verdict.refused_by.rule.name, verdict.retry_s) == ("login", 40.0)


def test_counts_what_each_rule_decided() -> None:
    """A rule with two rates is counted once a request."""
    found = limiter("a: 2/minute and 2/hour", "b: 9/minute")

    allowed(found, *[Asked("/")] * 3)

    assert found.outcomes() == {("a", "allowed"): 2, ("b", "allowed"): 2, ("a", "refused"): 1}


def test_tells_of_each_refused_request() -> None:
    """Events are made of that."""
    heard: list[tuple[Verdict, Asked]] = []
    found = Limiter(
        [parse_rule("1/minute")],
        windows=MovingWindows(clock=FakeClock()),
        on_refused=lambda verdict, asked: heard.append((verdict, asked)),
    )

    allowed(found, Asked("/"), Asked("/late"))

    assert [asked.path for _, asked in heard] == ["/late"]


def test_names_on_the_server_hold_nothing_readable() -> None:
    """Neither address, user nor path; and they are of one length, however long a name is."""
    found, backend = shared("1/minute by ip+user+endpoint", away=False)

    found.decide(Asked("/", "192.0.2.77", "/secret", "ann"))
    found.decide(Asked("/", "192.0.2.77", "/secret", "ann" * 10_000))

    assert {len(key) for key in backend.asked} == {len("otel-monitoring:limit:") + 32}
    assert not any(word in key for key in backend.asked for word in ("192", "ann", "secret"))


def test_two_spaces_on_one_server_do_not_meet() -> None:
    """Two services with the same rule count apart."""
    keys = []
    for space in ("shop", "bank"):
        found, backend = shared("1/minute", terms=Terms(space=space), away=False)
        found.decide(Asked("/"))
        keys += backend.asked

    assert len(set(keys)) == 2


@pytest.mark.parametrize("is_async", [True, False])
def test_an_open_rule_lets_everyone_pass_while_the_windows_are_away(is_async: bool) -> None:
    """And says that nobody was counted."""
    found, _ = shared("1/minute away open")

    outcomes = {decided(found, is_async=is_async).outcome for _ in range(5)}

    assert outcomes == {"unchecked"}
    assert found.outcomes() == {("1/minute by ip", "unchecked"): 5}


@pytest.mark.parametrize("is_async", [True, False])
def test_a_closed_rule_lets_nobody_pass_while_the_windows_are_away(is_async: bool) -> None:
    """And says when to come again."""
    found, _ = shared("1/minute away closed", "9/minute by user away open")

    verdict = decided(found, is_async=is_async)

    assert (verdict.outcome, verdict.is_allowed, verdict.retry_s) == ("closed", False, 2.0)


@pytest.mark.parametrize("is_async", [True, False])
def test_a_local_rule_has_its_share_while_the_windows_are_away(is_async: bool) -> None:
    """Ten among four processes are two for each."""
    found, _ = shared("10/minute away local", terms=Terms(workers=4, costs={"/": 5}))

    assert [decided(found, is_async=is_async).is_allowed for _ in range(2)] == [True, False]


def test_what_a_rule_does_not_say_the_limiter_says() -> None:
    """The default of the settings."""
    found, _ = shared("1/minute", terms=Terms(away="open"))

    assert allowed(found, Asked("/"), Asked("/")) == [True, True]


def test_nobody_waits_for_windows_that_are_away() -> None:
    """One request finds out, no other one asks."""
    found, backend = shared("9/minute")

    allowed(found, *[Asked("/")] * 5)

    assert len(backend.asked) == 1


def test_windows_that_are_back_are_asked_again() -> None:
    """What was counted here meanwhile is not carried over."""
    found, backend = shared("1/minute")
    allowed(found, Asked("/"))
    backend.error = None

    assert found.shared is not None
    assert found.shared.look()
    assert allowed(found, Asked("/"), Asked("/")) == [True, False]


def decided(found: Limiter, *, is_async: bool) -> Verdict:
    """Return a decision, from a thread or from an event loop."""
    asked = Asked("/")
    return asyncio.run(found.decide_async(asked)) if is_async else found.decide(asked)
