"""What a process left that is gone is settled by another one: in the storage, and at the exporters."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.context import Context

from otel_monitoring.bootstrap.storage.heir import Heir, metrics_of
from otel_monitoring.ingest.convert import Converter
from otel_monitoring.storage.ends import GONE
from otel_monitoring.storage.ledger import Ledger, claim_all
from tests.bootstrap.test_analysis import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opentelemetry.sdk.metrics.export import MetricsData

    from otel_monitoring.storage.samples.follow import Seen

ROUTE = {"http.route": "/x"}
COUNT = 'sum(d_seconds_count{http_route="/x"})'


class House:
    """Two processes on one storage: one that counts and dies, and its heir."""

    def __init__(self, folder: Path, dead: Rig, heir: Rig) -> None:
        self.folder = folder / "ledgers"
        self.dead = dead
        self.exported: list[MetricsData] = []
        self.histogram = dead.builder.providers.meter.get_meter("m").create_histogram("d", unit="s")
        self.ledger = Ledger(
            folder=self.folder,
            resource=lambda: dict(dead.builder.resource.attributes),
            bind=dead.builder.aggregations.bind,
        )
        self.ledger.start()
        self.rig = heir
        assert heir.analysis.keeping is not None
        self.keeping = heir.analysis.keeping
        self.heir = Heir(
            folder=self.folder,
            keeping=self.keeping,
            store=heir.analysis.store,
            converter=lambda: Converter(strategy=heir.builder.settings.store.translation_strategy),
            export=self.exported.append,
            clock=heir.builder.clock,
        )

    def serve(self, count: int) -> None:
        """Count requests, as the middleware does."""
        recorder = self.ledger.bind(self.histogram, ROUTE)
        for _ in range(count):
            recorder.record(0.1, Context(), sampled=False)

    def collect(self) -> None:
        """Let the one that will die append what it has."""
        self.dead.pass_time(15)
        self.rig.clock.advance(15)
        assert self.dead.analysis.keeping is not None
        assert self.dead.analysis.keeping.writer.flush(10)

    def die(self, reason: str = "") -> None:
        """Let go of the lock, as the system does for a process that is killed."""
        self.ledger.stop(is_settled=False, reason=reason)

    def settle(self, reason: str = GONE) -> None:
        """Let the heir settle everything that it finds, and read it."""
        self.rig.clock.advance(1)
        self.keeping.writer.start()
        self.rig.clock.advance(1)
        self.heir.settle([(claim, reason) for claim in claim_all(self.folder)])
        assert self.keeping.writer.flush(10)
        assert self.keeping.follower.look()

    def total(self) -> float:
        return self.rig.ask(COUNT)[0][1]

    def ended(self) -> list[Seen]:
        return [one for one in self.keeping.instances() if one.run.ended_ms is not None]


@pytest.fixture
def house(fresh_process: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[House]:
    url = f"sqlite:///{tmp_path}/storage.db"
    dead = Rig(service_name="shop", storage={"url": url})
    from opentelemetry.util._once import Once

    from tests.conftest import _globals

    for module, provider, once in _globals():
        fresh_process.setattr(module, provider, None)
        fresh_process.setattr(module, once, Once())
    heir = Rig(service_name="shop", storage={"url": url})
    yield House(tmp_path, dead, heir)
    for rig in (dead, heir):
        rig.analysis.stop(5)
    gc.collect()


def points(data: MetricsData) -> list[Any]:
    (resource,) = data.resource_metrics
    return [
        point for scope in resource.scope_metrics for one in scope.metrics for point in one.data.data_points
    ]


def test_what_was_counted_after_the_last_collection_is_in_the_total(house: House) -> None:
    """P2."""
    house.serve(10)
    house.collect()
    house.serve(7)
    house.die()

    house.settle()

    assert house.total() == 17.0


def test_the_counters_that_no_ledger_has_stay_as_they_were(house: House) -> None:
    house.dead.counter.add(5)
    house.serve(1)
    house.collect()
    house.die()

    house.settle()

    assert house.rig.ask("sum(orders_total)")[0][1] == 5.0


def test_a_process_that_had_appended_nothing_is_settled_all_the_same(house: House) -> None:
    house.serve(3)
    house.die()

    house.settle()

    assert house.total() == 3.0
    assert [one.run.exit_reason for one in house.ended()] == [GONE]


def test_settling_twice_counts_once(house: House) -> None:
    house.serve(10)
    house.collect()
    house.serve(7)
    house.die()
    (kept,) = house.folder.iterdir()
    content = kept.read_bytes()

    house.settle()
    house.folder.mkdir()
    kept.write_bytes(content)
    house.settle()

    assert house.total() == 17.0
    assert len(house.ended()) == 1


def test_the_end_is_noted_with_what_the_kernel_said_of_it(house: House) -> None:
    house.serve(1)
    house.collect()
    house.die()

    house.settle("killed by SIGKILL")

    (one,) = house.ended()
    assert (one.state, one.reason) == ("crashed", "killed by SIGKILL")


def test_the_word_of_the_process_itself_counts_more(house: House) -> None:
    """A planned stop for which the time did not suffice."""
    house.serve(1)
    house.collect()
    house.die(reason="stopped")

    house.settle("killed by SIGKILL")

    (one,) = house.ended()
    assert (one.state, one.reason) == ("stopped", "stopped")


def test_the_exporters_get_the_same_numbers_under_the_resource_of_the_dead(house: House) -> None:
    house.serve(4)
    house.die()

    house.settle()

    (data,) = house.exported
    who = house.dead.builder.resource.attributes["service.instance.id"]
    assert data.resource_metrics[0].resource.attributes["service.instance.id"] == who
    (point,) = points(data)
    assert (point.count, dict(point.attributes)) == (4, ROUTE)
    assert point.sum == pytest.approx(0.4)


def test_what_was_settled_is_removed_and_what_could_not_be_is_left(house: House) -> None:
    house.serve(1)
    house.die()
    house.keeping.database.close()
    house.keeping.database.ensure = lambda: False  # type: ignore[method-assign]
    house.heir.settle([(claim, GONE) for claim in claim_all(house.folder)])
    left = [path.name for path in house.folder.iterdir()]
    del house.keeping.database.ensure

    assert house.keeping.database.ensure()
    house.settle()

    assert len(left) == 1
    assert not house.folder.exists()
    assert house.total() == 1.0


def test_a_process_that_lives_is_left_alone(house: House) -> None:
    house.serve(1)
    house.collect()

    house.heir.look()
    house.keeping.follower.look()

    assert house.ended() == []
    assert len(list(house.folder.iterdir())) == 1


def test_a_ledger_that_says_nothing_is_removed(house: House) -> None:
    house.folder.mkdir()
    (house.folder / "empty.ledger").write_bytes(b"\0" * 64)

    house.settle()

    assert not house.folder.exists()
    assert house.exported == []


def test_a_histogram_without_measurements_is_none(house: House) -> None:
    house.serve(0)
    house.serve(2)
    house.die()

    (claim,) = claim_all(house.folder)
    estate = claim.read()
    claim.release(is_settled=True)

    assert estate is not None
    assert [point.count for point in points(metrics_of(estate, time_ns=1))] == [2]
