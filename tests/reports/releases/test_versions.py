"""Which versions ran when: known at once, told apart, and come back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.releases.desk import ReleasesDesk
from otel_monitoring.reports.releases.versions import Versions, before
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from otel_monitoring.promql.query import Query
    from otel_monitoring.promql.result import Result

START_MS = 1_767_225_600_000 + 7 * 60_000
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
COLLECTION_MS = 15_000


@dataclass(slots=True)
class Service:
    """A service whose processes say what they are every fifteen seconds."""

    store: SeriesStore = field(default_factory=lambda: SeriesStore(retention_s=30 * 86_400, interval_s=15))
    now_ms: int = START_MS

    def run(self, *versions: str, for_ms: int) -> None:
        """Let a process of each version run beside the others for a time; the others have ended."""
        infos = [
            Labels.of(__name__="target_info", job="shop", instance=f"of {one}", service_version=one)
            for one in versions
        ]
        for time_ms in range(self.now_ms, self.now_ms + for_ms, COLLECTION_MS):
            self.store.append(Batch(source="all", time_ms=time_ms, labels=infos, values=[1.0] * len(infos)))
        self.now_ms += for_ms

    def known(self, after_ms: int = 0) -> list[tuple[str, int]]:
        """Return who began when, in minutes, as it is seen some time later."""
        found = Versions(Engine(self.store), span_ms=30 * DAY_MS).known(self.now_ms + after_ms)
        return [(one.version, round((one.first_ms - START_MS) / MINUTE_MS)) for one in found]


@dataclass(slots=True)
class Counted:
    """Counts how many points are asked for."""

    query: Query
    points: int = 0

    def __call__(
        self, expr: str, start_ms: int, end_ms: int | None = None, step_ms: int | None = None, /
    ) -> Result:
        assert end_ms is not None
        assert step_ms is not None
        self.points += (end_ms - start_ms) // step_ms + 1
        return self.query(expr, start_ms, end_ms, step_ms)


def test_a_release_is_known_with_its_first_collection() -> None:
    """Who deploys looks at the charts at once, whatever was asked before."""
    service = Service()
    service.run("1", for_ms=3 * HOUR_MS)
    clock = FakeClock(service.now_ms)
    desk = ReleasesDesk(query=Engine(service.store), clock=clock)
    assert [one.version for one in desk.releases()] == ["1"]

    service.run("2", for_ms=COLLECTION_MS)
    clock.advance(COLLECTION_MS / 1000)

    assert [(one.version, one.first_ms) for one in desk.releases()] == [
        ("2", START_MS + 3 * HOUR_MS),
        ("1", START_MS),
    ]


def test_a_release_began_when_it_began_however_long_ago_that_is() -> None:
    """Minute by minute for two hours, and a day and ten days later: its mark on charts does not move."""
    service = Service()
    service.run("1", for_ms=5 * HOUR_MS)
    service.run("2", for_ms=2 * HOUR_MS)
    began_ms = START_MS + 5 * HOUR_MS
    versions = Versions(Engine(service.store), span_ms=30 * DAY_MS)

    found = {
        versions.known(began_ms + later_ms)[0].first_ms
        for later_ms in (*range(0, 2 * HOUR_MS, MINUTE_MS), DAY_MS, 10 * DAY_MS)
    }

    assert found == {began_ms}


@pytest.mark.parametrize("after_ms", [0, HOUR_MS, 2 * HOUR_MS, DAY_MS])
def test_old_and_new_run_side_by_side_while_a_release_rolls_out(after_ms: int) -> None:
    """Each began once; the old one came before."""
    service = Service()
    service.run("1", for_ms=2 * HOUR_MS)
    service.run("1", "2", for_ms=7 * MINUTE_MS)
    service.run("2", for_ms=MINUTE_MS)
    service.run("2", "3", for_ms=MINUTE_MS)
    service.run("3", for_ms=MINUTE_MS)

    assert service.known(after_ms) == [("3", 128), ("2", 120), ("1", 0)]


@pytest.mark.parametrize("after_ms", [0, 20 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, DAY_MS])
@pytest.mark.parametrize("minutes", [3, 8, 40, 300])
def test_a_version_that_comes_back_in_place_of_another_began_again(minutes: int, after_ms: int) -> None:
    """A release is taken back after minutes or hours: charts show both deploys, however long ago."""
    service = Service()
    service.run("1", for_ms=2 * HOUR_MS)
    service.run("2", for_ms=minutes * MINUTE_MS)
    service.run("1", for_ms=5 * MINUTE_MS)

    assert service.known(after_ms) == [("1", 120 + minutes), ("2", 120), ("1", 0)]


def test_a_version_that_was_taken_back_is_compared_with_what_it_replaced() -> None:
    """What comes back stands beside what was taken back, and that beside what ran before it."""
    service = Service()
    service.run("1", for_ms=2 * HOUR_MS)
    service.run("2", for_ms=20 * MINUTE_MS)
    service.run("1", for_ms=5 * MINUTE_MS)
    desk = ReleasesDesk(query=Engine(service.store), clock=FakeClock(service.now_ms))
    again, taken_back, first = known = desk.releases()

    assert before(again, known) == taken_back
    assert before(taken_back, known) == first
    assert desk.compare("1").before == taken_back
    assert desk.compare("2", against="1").before == first


def test_a_restart_is_no_release() -> None:
    """Nothing took its place meanwhile."""
    service = Service()
    service.run("1", for_ms=HOUR_MS)
    service.run(for_ms=12 * HOUR_MS)
    service.run("1", for_ms=HOUR_MS)

    assert service.known() == [("1", 0)]


def test_an_outage_of_two_versions_is_no_release_of_either() -> None:
    """A trial goes on beside what it is tried against once both are back."""
    service = Service()
    service.run("1", for_ms=HOUR_MS)
    service.run("1", "2", for_ms=HOUR_MS)
    service.run(for_ms=HOUR_MS)
    service.run("1", "2", for_ms=HOUR_MS)

    assert service.known() == [("2", 60), ("1", 0)]


def test_a_trial_that_pauses_is_one_release() -> None:
    """What it is tried against was there before it, and replaced nothing."""
    service = Service()
    service.run("1", for_ms=HOUR_MS)
    for _ in range(3):
        service.run("1", "2", for_ms=20 * MINUTE_MS)
        service.run("1", for_ms=20 * MINUTE_MS)

    assert service.known() == [("2", 60), ("1", 0)]


def test_a_past_that_could_not_be_read_is_looked_for_again() -> None:
    """A process that was asked before it had read the storage knows the releases as soon as it has."""
    service = Service()
    service.run("1", for_ms=2 * HOUR_MS)
    service.run("2", for_ms=2 * HOUR_MS)
    counted = Counted(Engine(SeriesStore(retention_s=3600, interval_s=15)))
    versions = Versions(counted, span_ms=30 * DAY_MS)
    before_that = versions.known(service.now_ms)

    counted.query = Engine(service.store)

    assert before_that == []
    assert [one.version for one in versions.known(service.now_ms)] == ["2", "1"]


def test_the_past_is_looked_through_once() -> None:
    """Pages ask every half minute."""
    service = Service()
    service.run("1", for_ms=3 * HOUR_MS)
    counted = Counted(Engine(service.store))
    versions = Versions(counted, span_ms=30 * DAY_MS)
    versions.known(service.now_ms)
    first, counted.points = counted.points, 0

    versions.known(service.now_ms + COLLECTION_MS)

    assert first > 8_000
    assert counted.points < 300
