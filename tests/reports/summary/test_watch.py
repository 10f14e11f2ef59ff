"""Reports are sent when they are due, once, whoever restarts in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.summary.desk import ReportsDesk
from otel_monitoring.reports.summary.schedule import schedule
from otel_monitoring.reports.summary.shelf import Shelf
from otel_monitoring.reports.summary.watch import ReportsWatch
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.reports.made_up import END_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.reports.summary.shelf import Kept

HOUR_S = 3600
DAILY = {"daily": "07:00"}


class KeeperFake:
    """Keeps records in a list."""

    def __init__(self) -> None:
        self.records: list[Mapping[str, Any]] = []

    def load(self) -> Iterable[Mapping[str, Any]]:
        return self.records

    def save(self, records: Sequence[Mapping[str, Any]]) -> None:
        self.records = list(records)


class Process:
    """A process that sends reports; ``END_MS`` is a midnight."""

    def __init__(
        self, clock: FakeClock, keeper: KeeperFake | None = None, given: Mapping[str, str] = DAILY
    ) -> None:
        self.clock = clock
        self.desk = ReportsDesk(Engine(SeriesStore()), clock, shelf=Shelf(keeper=lambda: keeper))
        self.sent: list[Kept] = []
        self.decides = True
        self.speaks = True
        self.watch = ReportsWatch(
            desk=self.desk,
            due=schedule(given),
            hand_over=self.hand_over,
            is_speaking=lambda: self.speaks,
            is_lasting=keeper is not None,
        )

    def hand_over(self, report: Kept, *, done: Callable[[], object]) -> None:
        self.sent.append(report)
        if self.decides:
            done()

    def run(self, hours: float) -> list[str]:
        """Let time pass, a quarter of an hour at a time; return what was sent meanwhile."""
        before = len(self.sent)
        for _ in range(round(hours * 4)):
            self.clock.advance(HOUR_S / 4)
            self.watch.step(self.clock.now_ms())
        return [f"{one.kind} to {one.document['end'][:10]}" for one in self.sent[before:]]


def test_a_report_is_sent_once_a_day() -> None:
    process = Process(FakeClock(END_MS))

    assert process.run(6.75) == []
    assert process.run(48) == ["daily to 2026-01-01", "daily to 2026-01-02"]
    assert len(process.desk.shelf.all()) == 2


def test_each_kind_is_due_at_its_own_time() -> None:
    process = Process(FakeClock(END_MS), given={"weekly": "mon 07:00", "monthly": "1 07:00"})

    assert process.run(24 * 5) == ["monthly to 2026-01-01", "weekly to 2026-01-05"]


def test_a_restart_sends_nothing_twice() -> None:
    clock, keeper = FakeClock(END_MS), KeeperFake()
    Process(clock, keeper).run(7.25)

    assert Process(clock, keeper).run(12) == []


def test_what_came_due_while_nobody_ran_is_sent_late() -> None:
    clock, keeper = FakeClock(END_MS), KeeperFake()
    Process(clock, keeper).run(7.25)
    clock.advance(26 * HOUR_S)

    assert Process(clock, keeper).run(1) == ["daily to 2026-01-02"]


def test_what_is_too_late_is_left() -> None:
    clock, keeper = FakeClock(END_MS), KeeperFake()
    Process(clock, keeper).run(7.25)
    clock.advance(40 * HOUR_S)

    assert Process(clock, keeper).run(1) == []


def test_the_first_start_sends_nothing_of_the_time_before() -> None:
    assert Process(FakeClock(END_MS + 9 * HOUR_S * 1000), KeeperFake()).run(1) == []


def test_without_a_storage_a_restart_sends_nothing_of_the_time_before() -> None:
    clock = FakeClock(END_MS)
    Process(clock).run(7.25)

    assert Process(clock).run(4) == []


def test_what_is_still_on_its_way_is_not_handed_over_again() -> None:
    process = Process(FakeClock(END_MS), KeeperFake())
    process.decides = False

    assert len(process.run(20)) == 1


def test_whoever_takes_over_sends_what_never_arrived() -> None:
    clock, keeper = FakeClock(END_MS), KeeperFake()
    Process(clock, keeper).run(7.25)
    second = Process(clock, keeper)
    second.decides = False
    second.run(24)

    assert Process(clock, keeper).run(1) == ["daily to 2026-01-02"]


def test_who_does_not_speak_sends_nothing() -> None:
    process = Process(FakeClock(END_MS), KeeperFake())
    process.speaks = False

    assert process.run(24) == []


def test_without_a_schedule_nothing_is_made() -> None:
    assert Process(FakeClock(END_MS), given={}).run(24) == []
