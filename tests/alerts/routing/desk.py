"""A dispatcher with a clock that is moved by hand, and what it told."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from otel_monitoring.alerts.routing.dispatch import Dispatcher
from otel_monitoring.errors import NotifyError
from otel_monitoring.guard import Guard
from otel_monitoring.model.alert import Notice, SentAlert
from otel_monitoring.model.labels import Labels
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

Told: TypeAlias = tuple[str, list[str]]

HOLDS_MS = 3_600_000


def alert(
    name: str = "A", *, resolved: bool = False, starts_at_ms: int = 1000, ends_at_ms: int = 0, **labels: str
) -> SentAlert:
    return SentAlert(
        labels=Labels.of(labels, alertname=name),
        annotations={},
        value=1.0,
        starts_at_ms=starts_at_ms,
        ends_at_ms=ends_at_ms or FakeClock().now_ms() + (0 if resolved else 1000 * HOLDS_MS),
        is_resolved=resolved,
    )


class Desk:
    """A dispatcher and what it told; channels take everything unless told otherwise."""

    def __init__(self, **options: object) -> None:
        self.clock = FakeClock()
        self.guard = Guard("deliver")
        self.notices: list[Notice] = []
        self.offered: list[Notice] = []
        self.raises = False
        self.answers = True
        self.waiting: list[tuple[Notice, Callable[[bool], None]]] = []
        self.dispatcher = Dispatcher(
            deliver=self.deliver,
            clock=self.clock,
            guard=self.guard,
            **options,  # type: ignore[arg-type]
        )

    def deliver(self, notice: Notice, done: Callable[[bool], None]) -> None:
        """Take a notice; one that waits for the same channel is replaced, as a lane does it."""
        if self.raises:
            msg = "no room"
            raise NotifyError(msg)
        self.offered.append(notice)
        if self.answers:
            self.notices.append(notice)
            done(True)
            return
        same = [one for one in self.waiting if _place(one[0]) == _place(notice)]
        self.waiting = [one for one in self.waiting if one not in same]
        self.waiting.append((notice, done))
        for _, replaced in same:
            replaced(False)

    def end(self, *, taken: bool) -> list[Told]:
        """Let the channels take what waits for them, or give it up."""
        waiting, self.waiting = self.waiting, []
        for notice, done in waiting:
            if taken:
                self.notices.append(notice)
            done(taken)
        return [told(notice) for notice, _ in waiting if taken]

    def see(self, *alerts: SentAlert) -> list[Told]:
        """Put, flush, and return what was told: firing or resolved, and the jobs of the alerts."""
        before = len(self.notices)
        self.dispatcher.put(alerts)
        self.dispatcher.flush()
        return [told(notice) for notice in self.notices[before:]]

    def wait(self, seconds: float, *, step_s: float = 5.0) -> list[Told]:
        """Let time pass with a flush every ``step_s``; return what was told."""
        before = len(self.notices)
        end_s = self.clock.monotonic_s() + seconds
        while self.clock.monotonic_s() < end_s:
            self.clock.advance(min(step_s, end_s - self.clock.monotonic_s()))
            self.dispatcher.flush()
        return [told(notice) for notice in self.notices[before:]]


def flap(desk: Desk, times: int, *, every_s: float = 20) -> list[Told]:
    """Let an alert begin and end some times; return what was told."""
    told = []
    for number in range(times):
        told += desk.see(alert(job="a", starts_at_ms=1000 + number))
        told += desk.wait(every_s)
        told += desk.see(alert(job="a", starts_at_ms=1000 + number, resolved=True))
        told += desk.wait(every_s)
    return told


def told(notice: Notice) -> Told:
    return "firing" if notice.is_firing else "resolved", [one.labels.get("job") for one in notice.alerts]


def _place(notice: Notice) -> tuple[str, str, str]:
    return notice.group_key, notice.receiver, notice.channel
