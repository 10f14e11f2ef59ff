"""What is told sparingly."""

from __future__ import annotations

from otel_monitoring.api.access.sparing import Sparing
from otel_monitoring.testing import FakeClock


def test_each_thing_is_told_once_within_its_time() -> None:
    clock = FakeClock()
    sparing = Sparing(clock=clock, every_s=60)

    first = [sparing.is_due("a"), sparing.is_due("a"), sparing.is_due("b")]
    clock.advance(60)

    assert first == [True, False, True]
    assert sparing.is_due("a")


def test_what_was_told_is_remembered_within_bounds() -> None:
    """However many things there are, and though some are then told again."""
    sparing = Sparing(clock=FakeClock())

    for number in range(5000):
        sparing.is_due(str(number))

    assert len(sparing._told_s) <= 1024
