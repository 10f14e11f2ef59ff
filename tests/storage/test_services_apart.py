"""What one service keeps in a database is neither read, changed nor deleted by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.model.alert import Alert, Transition
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.model.record import Record
from otel_monitoring.storage.history.replay import replayed
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.storage.repositories.alert_states import load_all_alerts, save_alerts
from otel_monitoring.storage.repositories.notes import SILENCES
from otel_monitoring.storage.repositories.outbox import Outbox, Waiting
from otel_monitoring.storage.repositories.records import append_records, load_records
from otel_monitoring.storage.repositories.transitions import append_transitions, load_transitions
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.samples.sources import runs
from otel_monitoring.storage.service import Service
from otel_monitoring.stores.series import SeriesStore
from tests.storage.history.recorded import DAY_MS, DAY_ZERO_MS, HOUR_MS, SHOP, Background, Recorded

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database

TILL = Service("till")
EVERY_MS = 60_000
END_MS = DAY_ZERO_MS + DAY_MS + 4 * HOUR_MS
ALERT = Alert(labels=Labels.of(alertname="High"), annotations={}, state="firing", value=1.0, active_at_ms=1)
EVERYTHING = [Matcher("__name__", "=~", ".+")]


@pytest.fixture
def both(database: Database) -> Database:
    """Samples of two services: half a day each of a database that compacts after two hours."""
    for service, value in ((SHOP, 1.0), (TILL, 2.0)):
        source = Recorded(database, f"{service}-1", service)
        for time_ms in range(END_MS - 12 * HOUR_MS, END_MS, EVERY_MS * 5):
            source.collect(time_ms, {"memory_bytes": value})
        source.flush()
    return database


def values(store: HistoryStore) -> list[float]:
    """Return the distinct values of everything that is found."""
    blocks = store.select(EVERYTHING, 0, END_MS)
    return sorted({value for block in blocks for value in np.unique(block.values[~np.isnan(block.values)])})


def test_a_reader_reads_the_collections_of_its_service(both: Database) -> None:
    found = SampleReader(database=both, service=SHOP.key).poll()

    assert {batch.source for batch in found} == {"shop-1"}
    assert {batch.source for batch in SampleReader(database=both).poll()} == {"shop-1", "till-1"}


def test_a_reader_reads_the_blocks_of_its_service(both: Database) -> None:
    Background(both).compact(END_MS)
    reader = SampleReader(database=both, service=TILL.key, replay=replayed)

    found = reader.poll()

    assert {batch.source for batch in found} == {"till-1"}


@pytest.mark.parametrize("is_compacted", [False, True])
def test_the_past_is_that_of_a_service(both: Database, *, is_compacted: bool) -> None:
    if is_compacted:
        Background(both).compact(END_MS)

    def found(service: str | None) -> list[float]:
        memory = SeriesStore()
        return values(HistoryStore(memory=memory, database=both, since_ms=lambda: END_MS, service=service))

    assert [found(service) for service in (SHOP.key, TILL.key, None)] == [[1.0], [2.0], [1.0, 2.0]]


def test_runs_are_those_of_a_service(both: Database) -> None:
    with both.read() as connection:
        assert [run.source.service for run in runs(connection, service=TILL.key)] == [TILL]
        assert [run.source.service for run in runs(connection)] == [SHOP, TILL]


def test_the_same_rule_has_alerts_of_each_service(database: Database) -> None:
    with database.write() as connection:
        save_alerts(connection, "r", [ALERT], service=SHOP.key, at_ms=1)
        save_alerts(connection, "r", [ALERT], service=TILL.key, at_ms=2)
        save_alerts(connection, "r", [], service=SHOP.key, at_ms=3)

        assert load_all_alerts(connection, service=SHOP.key) == {}
        assert load_all_alerts(connection, service=TILL.key) == {"r": {ALERT.labels: (ALERT, 2)}}


def test_the_same_change_at_the_same_time_happens_to_each(database: Database) -> None:
    fired = Transition("firing", ALERT, 5)
    with database.write() as connection:
        append_transitions(connection, [fired], service=SHOP.key)
        append_transitions(connection, [fired], service=TILL.key)

        assert load_transitions(connection, service=SHOP.key) == [fired]
        assert load_transitions(connection, service=TILL.key) == [fired]


def test_replacing_and_removing_notes_leaves_those_of_the_other(database: Database) -> None:
    mine, theirs = SILENCES.of(SHOP.key), SILENCES.of(TILL.key)
    with database.write() as connection:
        theirs.save(connection, [{"id": "1"}, {"id": "2"}], now_ms=1)
        stamp = theirs.stamp(connection)
        mine.save(connection, [{"id": "1", "comment": "mine"}], now_ms=2)
        mine.remove(connection, {"id": "2"})
        mine.replace(connection, [], now_ms=3)

        assert mine.load(connection, now_ms=4) == []
        assert sorted(one["id"] for one in theirs.load(connection, now_ms=4)) == ["1", "2"]
        assert theirs.stamp(connection) == stamp


def test_messages_of_the_other_are_neither_taken_nor_decided(database: Database) -> None:
    mine, theirs = Outbox(service=SHOP.key, owner="a"), Outbox(service=TILL.key, owner="b")
    with database.write() as connection:
        theirs.put(connection, Waiting("ops/mail", "k", 1, {"whose": "theirs"}))
        mine.put(connection, Waiting("ops/mail", "k", 2, {"whose": "mine"}))

        assert Outbox(service=SHOP.key, owner="b").claim(connection, "ops/mail")[0].document == {
            "whose": "mine"
        }
        assert [one.put_ms for one in mine.take_over(connection)] == [2]
        assert mine.decide(connection, "ops/mail", "k", outcome="delivered", at_ms=3)
        assert theirs.begin(connection, "ops/mail", "k")
        assert [one.document for one in theirs.waiting(connection)] == [{"whose": "theirs"}]
        assert mine.waiting(connection) == []


def test_records_are_those_of_a_service(database: Database) -> None:
    with database.write() as connection:
        append_records(connection, [Record("event", 1, "signup")], service=SHOP.key)
        append_records(connection, [Record("event", 1, "sale")], service=TILL.key)

        assert [one.key for one in load_records(connection, "event", service=SHOP.key)] == ["signup"]
        assert load_records(connection, "event", service=TILL.key, key="signup") == []
