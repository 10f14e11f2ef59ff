"""Shared windows that may be away."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from otel_monitoring.ratelimit.charge import Charge, Taken
from otel_monitoring.ratelimit.rule import parse_rule
from otel_monitoring.ratelimit.shared import SharedState, SharedWindows
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

RULE = parse_rule("5/minute")
CHARGES = [Charge(RULE, RULE.rates[0], "a")]


class FakeBackend:
    """Windows that answer, or raise an error that holds a secret."""

    def __init__(self) -> None:
        self.is_there = True
        self.asked = self.forgotten = 0
        self.was_pinged = threading.Event()

    def take(self, charges: Sequence[Charge]) -> Taken:
        self.asked += 1
        if not self.is_there:
            msg = "redis://:hunter2@cache"
            raise ConnectionError(msg)
        return Taken(-1, 0.0, [1], [60.0])

    async def take_async(self, charges: Sequence[Charge]) -> Taken:
        return self.take(charges)

    def ping(self) -> None:
        self.was_pinged.set()
        self.take(CHARGES)

    def forget_connections(self) -> None:
        self.forgotten += 1

    def close(self) -> None:
        self.is_there = False

    def after_fork(self) -> None:
        self.forgotten += 1


def test_one_failure_closes_the_way_for_all() -> None:
    """And old connections are not tried again."""
    backend, clock = FakeBackend(), FakeClock()
    windows = SharedWindows(backend, clock=clock, in_background=False)
    backend.is_there = False

    found = [windows.take(CHARGES) for _ in range(3)]

    assert (found, backend.asked, backend.forgotten) == ([None] * 3, 1, 1)
    assert windows.state == SharedState(True, "ConnectionError", clock.now_ms(), 1)


def test_looks_for_them_until_they_are_back() -> None:
    """A look that fails changes nothing."""
    backend = FakeBackend()
    windows = SharedWindows(backend, clock=FakeClock(), in_background=False)
    backend.is_there = False
    windows.take(CHARGES)

    still = windows.look()
    backend.is_there = True

    assert (still, windows.look(), windows.state.is_away, windows.state.times_away) == (False, True, False, 1)
    assert windows.take(CHARGES) is not None


def test_a_thread_finds_them_again() -> None:
    """Nobody has to ask for it."""
    backend = FakeBackend()
    windows = SharedWindows(backend, clock=FakeClock(), retry_s=0.001)
    backend.is_there = False
    before = set(threading.enumerate())
    windows.take(CHARGES)
    new = set(threading.enumerate()) - before

    [watcher] = [one for one in new if one.name == "otel-monitoring-ratelimit"]
    backend.is_there = True
    watcher.join(30)

    assert not windows.state.is_away


def test_logs_once_and_without_what_an_error_says(caplog: pytest.LogCaptureFixture) -> None:
    """Errors of clients hold URLs."""
    backend = FakeBackend()
    windows = SharedWindows(backend, clock=FakeClock(), in_background=False)
    backend.is_there = False

    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            windows.take(CHARGES)

    assert len(caplog.records) == 1
    assert "ConnectionError" in caplog.text
    assert "hunter2" not in caplog.text


def test_windows_that_come_and_go_are_told_of_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """A server at its limit is no reason to fill a log; what is said is that they went, and are back."""
    backend, clock = FakeBackend(), FakeClock()
    windows = SharedWindows(backend, clock=clock, in_background=False)

    with caplog.at_level(logging.WARNING):
        for _ in range(40):
            backend.is_there = False
            windows.take(CHARGES)
            backend.is_there = True
            windows.look()
            clock.advance(2)

    assert windows.state.times_away == 40
    assert len(caplog.records) == 4


def test_a_child_process_begins_anew() -> None:
    """With connections of its own, and without the verdict of the parent."""
    backend = FakeBackend()
    windows = SharedWindows(backend, clock=FakeClock(), in_background=False)
    backend.is_there = False
    windows.take(CHARGES)

    windows.after_fork()

    assert (windows.state, backend.forgotten) == (SharedState(), 2)
