"""The heartbeat."""

from __future__ import annotations

from otel_monitoring.alerts.routing.heartbeat import Heartbeat
from otel_monitoring.errors import NotifyError
from otel_monitoring.guard import Guard
from otel_monitoring.testing import FakeClock


class Ward:
    """A heartbeat with a clock that is moved by hand, and rules that may stop."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.guard = Guard("heartbeat")
        self.evaluated_at_s: float | None = self.clock.monotonic_s()
        self.beats: list[float] = []
        self.fails = False
        self.heartbeat = Heartbeat(
            beat=self.beat, evaluated_at_s=lambda: self.evaluated_at_s, clock=self.clock, guard=self.guard
        )

    def beat(self) -> None:
        if self.fails:
            msg = "no line"
            raise NotifyError(msg)
        self.beats.append(self.clock.monotonic_s())

    def wait(self, seconds: int) -> int:
        before = len(self.beats)
        for _ in range(seconds // 10):
            self.clock.advance(10)
            self.heartbeat.tick()
        return len(self.beats) - before


def test_beats_once_per_interval_while_the_rules_are_asked() -> None:
    ward = Ward()

    assert ward.wait(180) == 3


def test_falls_silent_when_the_rules_are_not_asked_any_more() -> None:
    ward = Ward()
    ward.wait(180)

    assert ward.wait(300) == 0
    assert ward.heartbeat.stats() == {"beats": 3, "missed": 5}
    ward.evaluated_at_s = ward.clock.monotonic_s()
    assert ward.wait(60) == 1


def test_does_not_beat_before_the_first_evaluation() -> None:
    ward = Ward()
    ward.evaluated_at_s = None

    assert ward.wait(120) == 0


def test_a_beat_that_fails_is_counted_and_harms_nobody() -> None:
    ward = Ward()
    ward.fails = True
    ward.wait(60)

    assert ward.guard.counts() == {"NotifyError": 1}
