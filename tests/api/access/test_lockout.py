"""Guesses are slowed, and nobody else with them."""

from __future__ import annotations

from otel_monitoring.api.access.lockout import Lockout
from otel_monitoring.testing import FakeClock

GUESSER, OTHER = "203.0.113.7", "198.51.100.1"
T_MS = 1_700_000_000_000


def lockout(clock: FakeClock, *, failures: int = 3) -> Lockout:
    return Lockout(clock=clock, failures=failures, window_s=60, lock_s=30, longest_s=3600)


def fail(found: Lockout, address: str, times: int) -> float:
    return [found.failed(address) for _ in range(times)][-1]


def test_an_address_that_is_wrong_too_often_waits() -> None:
    clock = FakeClock(T_MS)
    found = lockout(clock)

    assert [found.failed(GUESSER) for _ in range(3)] == [0.0, 0.0, 30.0]

    assert (found.wait_s(GUESSER), found.wait_s(OTHER)) == (30.0, 0.0)


def test_it_may_try_again_once_it_has_waited() -> None:
    clock = FakeClock(T_MS)
    found = lockout(clock)
    fail(found, GUESSER, 3)

    clock.advance(30)

    assert found.wait_s(GUESSER) == 0.0


def test_each_further_wait_is_twice_as_long_up_to_the_longest() -> None:
    clock = FakeClock(T_MS)
    found = lockout(clock)

    waits = []
    for _ in range(10):
        waits.append(fail(found, GUESSER, 3))
        clock.advance(waits[-1])

    assert waits[:4] == [30.0, 60.0, 120.0, 240.0]
    assert waits[-1] == 3600.0


def test_whoever_was_right_for_long_enough_begins_anew() -> None:
    clock = FakeClock(T_MS)
    found = lockout(clock)
    clock.advance(fail(found, GUESSER, 3))
    clock.advance(fail(found, GUESSER, 3))

    clock.advance(3601)

    assert fail(found, GUESSER, 3) == 30.0


def test_failures_that_are_far_apart_are_forgiven() -> None:
    clock = FakeClock(T_MS)
    found = lockout(clock)

    for _ in range(20):
        assert found.failed(GUESSER) == 0.0
        clock.advance(61)


def test_being_right_in_between_gives_no_further_guesses() -> None:
    """Whoever has a key of a viewer must not guess that of an admin with it."""
    found = lockout(FakeClock(T_MS))

    fail(found, GUESSER, 2)
    found.succeeded(GUESSER)

    assert found.failed(GUESSER) == 30.0


def test_guesses_from_everywhere_are_slowed_together() -> None:
    clock = FakeClock(T_MS)
    found = lockout(clock)

    for number in range(60):
        found.failed(f"203.0.113.{number}")

    assert found.wait_s("192.0.2.1") == 60.0
    clock.advance(61)
    assert found.wait_s("192.0.2.1") == 0.0


def test_whoever_was_right_before_goes_on_while_others_guess_from_everywhere() -> None:
    found = lockout(FakeClock(T_MS))
    found.succeeded(OTHER)

    for number in range(60):
        found.failed(f"203.0.113.{number}")

    assert found.wait_s(OTHER) == 0.0


def test_what_is_remembered_is_bounded() -> None:
    found = lockout(FakeClock(T_MS))

    for number in range(12_000):
        found.failed(f"2001:db8:{number:x}::/64")
        found.succeeded(f"2001:db8:{number:x}::/64")

    assert (len(found._seen), len(found._proven), len(found._all)) == (10_000, 10_000, 60)
