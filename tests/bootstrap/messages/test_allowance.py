"""How often something that costs time may be done."""

from __future__ import annotations

from otel_monitoring.bootstrap.messages.allowance import Allowance
from otel_monitoring.testing import FakeClock


def test_so_many_pass_at_once_and_more_as_time_goes_by() -> None:
    clock = FakeClock(0)
    allowance = Allowance(clock=clock, per_minute=4)

    at_once = [allowance.take() for _ in range(6)]
    clock.advance(15)
    later = [allowance.take() for _ in range(2)]
    clock.advance(3600)
    after_an_hour = [allowance.take() for _ in range(6)]

    assert at_once == [True] * 4 + [False] * 2
    assert later == [True, False]
    assert after_an_hour == [True] * 4 + [False] * 2


def test_a_child_process_goes_on_with_what_is_left() -> None:
    allowance = Allowance(clock=FakeClock(0), per_minute=1)
    allowance.take()

    allowance.after_fork()

    assert not allowance.take()
