"""Windows that move with time, in memory."""

from __future__ import annotations

import sys
import threading

from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.ratelimit.charge import Charge, Taken
from otel_monitoring.ratelimit.rate import Rate
from otel_monitoring.ratelimit.rule import Rule
from otel_monitoring.ratelimit.windows import MovingWindows
from otel_monitoring.testing import FakeClock


def charge(limit: int, window_s: int = 60, *, key: str = "a", cost: int = 1) -> Charge:
    """Return a charge on a window."""
    rate = Rate(limit, window_s)
    return Charge(Rule((rate,)), rate, key, cost)


def test_refuses_what_is_one_too_many_and_says_when_it_fits() -> None:
    """Three a minute: the fourth has to wait until the first has left the window."""
    clock = FakeClock()
    windows = MovingWindows(clock=clock)
    for _ in range(3):
        windows.take([charge(3)])
        clock.advance(10)

    assert windows.take([charge(3)]) == Taken(0, 30.0, [3], [30.0])


def test_a_unit_leaves_the_window_exactly_at_its_end() -> None:
    """Not a moment before, and not one after."""
    clock = FakeClock()
    windows = MovingWindows(clock=clock)
    windows.take([charge(1)])

    clock.advance(59.5)
    early = windows.take([charge(1)]).refused
    clock.advance(0.5)

    assert (early, windows.take([charge(1)]).refused) == (0, -1)


def test_takes_all_or_nothing() -> None:
    """A request that one rule refuses costs nothing by another one."""
    windows = MovingWindows(clock=FakeClock())
    windows.take([charge(1, key="narrow")])

    refused = windows.take([charge(5, key="wide"), charge(1, key="narrow")])

    assert (refused.refused, refused.used) == (1, [0, 1])
    assert windows.take([charge(5, key="wide")]).used == [1]


def test_names_the_window_that_has_to_wait_longest() -> None:
    """Whoever comes back after that time gets in."""
    clock = FakeClock()
    windows = MovingWindows(clock=clock)
    both = [charge(1, 10, key="short"), charge(1, 60, key="long")]
    windows.take(both)
    clock.advance(4)

    refused = windows.take(both)

    assert (refused.refused, refused.retry_s) == (1, 56.0)


def test_a_costly_request_waits_until_all_of_it_fits() -> None:
    """Of three units two have to leave."""
    clock = FakeClock()
    windows = MovingWindows(clock=clock)
    for _ in range(3):
        windows.take([charge(4)])
        clock.advance(10)

    assert windows.take([charge(4, cost=3)]).retry_s == 40.0


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 3)), min_size=1, max_size=60), st.integers(3, 6))
def test_accepts_like_a_list_of_all_times(steps: list[tuple[int, int]], limit: int) -> None:
    """Whatever comes, a unit is taken when the last 60 seconds hold room for it."""
    clock = FakeClock()
    windows = MovingWindows(clock=clock)
    times_s: list[float] = []

    for wait_s, cost in steps:
        clock.advance(wait_s)
        now_s = clock.monotonic_s()
        inside = [at for at in times_s if at > now_s - 60]
        fits = len(inside) + cost <= limit
        taken = windows.take([charge(limit, cost=cost)])
        assert (taken.refused < 0) is fits
        if fits:
            times_s += [now_s] * cost
            continue
        clock.advance(taken.retry_s)
        assert windows.take([charge(limit, cost=cost)]).refused < 0
        times_s += [clock.monotonic_s()] * cost


def test_keeps_no_more_windows_than_it_may() -> None:
    """Whoever makes up a new name with each request does not fill the memory."""
    windows = MovingWindows(clock=FakeClock(), most_windows=100)

    for number in range(1000):
        windows.take([charge(5, key=str(number))])

    assert windows.stats() == {"windows": 100, "units": 100, "forgotten": 900}


def test_keeps_no_more_units_than_it_may() -> None:
    """Large limits of many callers are bounded too."""
    windows = MovingWindows(clock=FakeClock(), most_units=50)

    for number in range(20):
        windows.take([charge(10, key=str(number), cost=10)])

    assert windows.stats() == {"windows": 5, "units": 50, "forgotten": 15}


def test_refused_requests_do_not_fill_the_memory_either() -> None:
    """A window that everyone shares refuses, while each caller brings a new one."""
    windows = MovingWindows(clock=FakeClock(), most_windows=10)
    windows.take([charge(1, key="all")])

    for number in range(1000):
        windows.take([charge(5, key=str(number)), charge(1, key="all")])

    assert windows.stats()["windows"] <= 10


def test_what_is_over_is_dropped_as_others_come() -> None:
    """No thread and no timer is needed."""
    clock = FakeClock()
    windows = MovingWindows(clock=clock)
    for number in range(100):
        windows.take([charge(5, key=f"old {number}")])
    clock.advance(60)

    for number in range(60):
        windows.take([charge(5, key=f"new {number}")])

    assert windows.stats() == {"windows": 60, "units": 60, "forgotten": 0}


def test_a_window_that_is_used_is_not_forgotten() -> None:
    """What goes first is what was used longest ago."""
    windows = MovingWindows(clock=FakeClock(), most_windows=10)

    for number in range(100):
        windows.take([charge(1, key="busy")])
        windows.take([charge(5, key=str(number))])

    assert windows.take([charge(1, key="busy")]).refused == 0


def test_threads_together_take_exactly_the_limit() -> None:
    """Eight threads, one window, switched as often as can be."""
    windows = MovingWindows(clock=FakeClock())
    taken: list[int] = []

    def ask() -> None:
        taken.extend(windows.take([charge(500)]).refused for _ in range(200))

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(before)

    assert taken.count(-1) == 500
