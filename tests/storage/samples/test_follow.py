"""Processes on one storage see each other's series, and who of them lives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.model.sample import Batch, Metadata
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.samples.follow import Follower, Pace
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.tables import SOURCES
from otel_monitoring.storage.writer import Writer
from otel_monitoring.stores.block import is_hole
from otel_monitoring.stores.carried import Carried
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

METADATA = (Metadata("served_total", "counter", "", ""), Metadata("memory_bytes", "gauge", "", "By"))


class Process:
    """A process with a store of its own on the shared database."""

    def __init__(self, database: Database, clock: FakeClock, name: str, *, instance: str = "") -> None:
        self.name = name
        self.instance = instance or name
        self.clock = clock
        self.store = SeriesStore()
        self.writer = Writer(database=database, clock=SystemClock())
        self.log = SampleLog(
            database=database,
            writer=self.writer,
            source=Source(name, started_ms=clock.now_ms(), attributes={"service.instance.id": self.instance}),
        )
        self.follower = Follower(
            database=database,
            reader=SampleReader(database=database, own=[name]),
            store=self.store,
            carried=Carried(self.store, for_s=3600),
            clock=clock,
            pace=Pace(look_s=1, dead_after_s=45, carry_s=60, remember_s=86_400),
            own=self.instance,
        )

    def collect(self, served: float) -> None:
        """Count so many requests, and tell everybody."""
        names = ("served_total", "memory_bytes")
        labels = tuple(Labels.of(__name__=name, instance=self.instance) for name in names)
        batch = Batch(self.name, self.clock.now_ms(), labels, [served, 1.0], METADATA)
        self.store.append(batch)
        self.log.append(batch)
        assert self.writer.flush(10)

    def value(self, name: str) -> dict[str, float]:
        """Return the newest value of a metric by instance, of those that have one now."""
        now_ms = self.clock.now_ms()
        found = {}
        for block in self.store.select([Matcher("__name__", "=", name)], now_ms - 300_000, now_ms):
            if not is_hole(block.values[-1, 0]):
                found[block.labels[0].get("instance")] = float(block.values[-1, 0])
        return found


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def one(database: Database, clock: FakeClock) -> Process:
    return Process(database, clock, "one")


@pytest.fixture
def two(database: Database, clock: FakeClock) -> Process:
    return Process(database, clock, "two")


def test_each_process_answers_for_all(one: Process, two: Process) -> None:
    """P5."""
    one.collect(10)
    two.collect(32)

    assert one.follower.look()
    assert two.follower.look()

    assert one.value("served_total") == two.value("served_total") == {"one": 10.0, "two": 32.0}
    assert [seen.run.source.instance for seen in one.follower.instances()] == ["one", "two"]


def test_what_an_earlier_run_left_is_there_after_a_restart(
    one: Process, database: Database, clock: FakeClock
) -> None:
    for served in range(500):
        one.collect(served)
        clock.advance(1)
    again = Process(database, clock, "again")

    looked = (again.follower.has_looked, again.follower.look(), again.follower.has_looked)

    assert looked == (False, True, True)
    [block] = again.store.select([Matcher("__name__", "=", "served_total")], 0, clock.now_ms())
    assert block.values[:, 0].tolist() == list(range(500))


def test_catching_up_reads_at_once_or_where_two_looks_were_missed(
    one: Process, two: Process, clock: FakeClock
) -> None:
    two.follower.look()
    one.collect(10)

    values = []
    for passed_s, at_once in ((1, False), (1, True), (0, False)):
        clock.advance(passed_s)
        assert two.follower.catch_up(at_once=at_once)
        values.append(two.value("served_total"))
    one.collect(20)
    clock.advance(3)
    assert two.follower.catch_up()

    assert values == [{}, {"one": 10.0}, {"one": 10.0}]
    assert two.value("served_total") == {"one": 20.0}


def test_of_a_dead_process_the_counters_stay_and_the_gauges_go(
    one: Process, two: Process, clock: FakeClock
) -> None:
    two.collect(32)
    one.follower.look()
    assert [seen.is_alive for seen in one.follower.instances()] == [True]

    clock.advance(46)
    one.follower.look()

    assert [seen.is_alive for seen in one.follower.instances()] == [False]
    assert one.value("served_total") == {"two": 32.0}
    assert one.value("memory_bytes") == {}


def test_one_that_was_only_slow_speaks_for_itself_again(one: Process, two: Process, clock: FakeClock) -> None:
    two.collect(32)
    one.follower.look()
    clock.advance(61)
    one.follower.look()

    clock.advance(1)
    two.collect(40)
    one.follower.look()

    assert [seen.is_alive for seen in one.follower.instances()] == [True]
    assert one.value("served_total") == {"two": 40.0}
    assert one.value("memory_bytes") == {"two": 1.0}


def test_what_is_said_for_a_dead_process_later_is_what_stays_of_it(
    one: Process, two: Process, clock: FakeClock
) -> None:
    two.collect(32)
    one.follower.look()
    clock.advance(61)
    one.follower.look()

    clock.advance(1)
    two.log.end(at_ms=clock.now_ms(), reason="gone without a word")
    two.collect(40)
    one.follower.look()
    clock.advance(61)
    one.follower.look()

    assert [seen.is_alive for seen in one.follower.instances()] == [False]
    assert one.value("served_total") == {"two": 40.0}
    assert one.value("memory_bytes") == {}


def test_a_planned_end_is_known_at_once(one: Process, two: Process, clock: FakeClock) -> None:
    two.collect(32)
    one.follower.look()

    two.log.end(at_ms=clock.now_ms(), reason="SIGTERM")
    two.writer.flush(10)
    one.follower.look()

    [seen] = one.follower.instances()
    assert (seen.is_alive, seen.run.exit_reason) == (False, "SIGTERM")


def test_who_takes_the_name_of_the_dead_counts_alone(database: Database, clock: FakeClock) -> None:
    before = Process(database, clock, "run 1", instance="pod-0")
    before.collect(100)
    after = Process(database, clock, "run 2", instance="pod-0")
    clock.advance(300)
    after.collect(3)

    after.follower.look()

    clock.advance(61)
    after.collect(4)
    after.follower.look()
    assert after.value("served_total") == {"pod-0": 4.0}


def test_clocks_that_differ_declare_nobody_dead(one: Process, database: Database, clock: FakeClock) -> None:
    behind = Process(database, FakeClock(clock.now_ms() - 7_200_000), "behind")
    behind.collect(1)
    one.follower.look()

    for served in range(2, 5):
        clock.advance(15)
        behind.clock.advance(15)
        behind.collect(served)
        one.follower.look()

    assert [seen.is_alive for seen in one.follower.instances()] == [True]


def test_who_could_not_be_heard_while_the_storage_was_away_is_not_dead(
    one: Process, two: Process, database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P11: and is, where it is silent for as long again."""
    two.collect(1)
    one.follower.look()
    with monkeypatch.context() as away:
        away.setattr(database, "ensure", lambda: False)
        clock.advance(120)
        one.follower.look()
    alive = []

    for seconds in (5, 40, 10):
        clock.advance(seconds)
        one.follower.look()
        alive += [seen.is_alive for seen in one.follower.instances()]

    assert alive == [True, True, False]


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("stopped", "stopped"),
        ("stopped by SIGTERM", "stopped"),
        ("killed by SIGKILL", "crashed"),
        ("uncaught ValueError", "crashed"),
    ],
)
def test_how_a_process_ended_says_whether_it_crashed(
    one: Process, two: Process, clock: FakeClock, reason: str, state: str
) -> None:
    two.collect(1)
    two.log.end(at_ms=clock.now_ms(), reason=reason)
    assert two.writer.flush(10)

    one.follower.look()

    assert [(seen.state, seen.reason) for seen in one.follower.instances()] == [(state, reason)]


def test_who_gives_no_sign_of_life_counts_as_crashed(one: Process, two: Process, clock: FakeClock) -> None:
    two.collect(1)
    one.follower.look()
    before = [(seen.state, seen.reason) for seen in one.follower.instances()]

    clock.advance(46)
    one.follower.look()

    assert before == [("running", "")]
    assert [(seen.state, seen.reason) for seen in one.follower.instances()] == [
        ("crashed", "no sign of life")
    ]


def test_who_was_seen_long_ago_is_listed_and_asked_for_now_and_then_alone(
    one: Process, two: Process, database: Database, clock: FakeClock
) -> None:
    """A month of workers that are replaced every few minutes is not read with each look."""
    one.follower._pace = replace(one.follower._pace, remember_s=30 * 86_400.0)
    two.collect(1)
    clock.advance(2 * 86_400)
    one.follower.look()
    listed = []

    with database.write() as connection:
        connection.execute(delete(SOURCES))
    for seconds in (5, 600):
        listed.append([seen.state for seen in one.follower.instances()])
        clock.advance(seconds)
        one.follower.look()

    assert listed == [["crashed"], ["crashed"]]
    assert one.follower.instances() == ()


def test_who_comes_back_after_a_long_time_is_there_once(one: Process, two: Process, clock: FakeClock) -> None:
    one.follower._pace = replace(one.follower._pace, remember_s=30 * 86_400.0)
    two.collect(1)
    clock.advance(2 * 86_400)
    one.follower.look()

    two.collect(2)
    one.follower.look()

    assert [seen.state for seen in one.follower.instances()] == ["running"]
    assert one.value("served_total") == {"two": 2.0}


def test_without_a_storage_what_is_carried_on_goes_on(clock: FakeClock) -> None:
    """P11."""
    gone = Database(url="postgresql://127.0.0.1:1/nowhere", clock=clock)
    alone = Process(gone, clock, "alone")
    labels = (Labels.of(__name__="served_total", instance="dead"),)
    alone.store.append(Batch("dead", clock.now_ms(), labels, [32.0], METADATA))
    alone.follower.carried.end("dead", at_ms=clock.now_ms())

    for _ in range(4):
        clock.advance(100)
        assert not alone.follower.look()

    assert alone.value("served_total") == {"dead": 32.0}
    gone.close()
