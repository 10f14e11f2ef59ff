from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.routing.acknowledge import Acknowledgements
from otel_monitoring.alerts.routing.silences import Silences
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.storage.repositories.notes import ACKNOWLEDGEMENTS, NOTIFICATION_LOG, SILENCES
from otel_monitoring.testing.clock import FakeClock

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database

TOLD = {"group_key": "{}:{}", "receiver": "ops", "channel": "mail", "firing": [{"a": "b"}], "age_s": 5.0}


def test_what_was_told_ages_while_it_lies_here(database: Database) -> None:
    with database.write() as connection:
        NOTIFICATION_LOG.of("shop").save(connection, [TOLD], now_ms=100_000)

    with database.read() as connection:
        assert NOTIFICATION_LOG.of("shop").load(connection, now_ms=110_000) == [{**TOLD, "age_s": 15.0}]


def test_saving_one_leaves_the_others(database: Database) -> None:
    other = {**TOLD, "channel": "slack"}
    with database.write() as connection:
        NOTIFICATION_LOG.of("shop").save(connection, [TOLD, other], now_ms=0)
        NOTIFICATION_LOG.of("shop").save(connection, [{**TOLD, "firing": []}], now_ms=1)

    with database.read() as connection:
        found = NOTIFICATION_LOG.of("shop").load(connection, now_ms=1)
    assert [(one["channel"], one["firing"]) for one in found] == [("slack", [{"a": "b"}]), ("mail", [])]


def test_replacing_forgets_the_others_of_the_kind_alone(database: Database) -> None:
    with database.write() as connection:
        SILENCES.of("shop").save(connection, [{"id": "1"}], now_ms=0)
        NOTIFICATION_LOG.of("shop").save(connection, [TOLD], now_ms=0)
        NOTIFICATION_LOG.of("shop").replace(connection, [{**TOLD, "channel": "slack"}], now_ms=0)

    with database.read() as connection:
        assert [one["channel"] for one in NOTIFICATION_LOG.of("shop").load(connection, now_ms=0)] == ["slack"]
        assert len(SILENCES.of("shop").load(connection, now_ms=0)) == 1


def test_one_can_be_forgotten(database: Database) -> None:
    with database.write() as connection:
        SILENCES.of("shop").save(connection, [{"id": "1"}, {"id": "2"}], now_ms=0)
        SILENCES.of("shop").remove(connection, {"id": "1"})

    with database.read() as connection:
        assert SILENCES.of("shop").load(connection, now_ms=0) == [{"id": "2"}]


def test_an_acknowledgement_goes_on_where_it_was_and_ends_in_time(database: Database) -> None:
    clock = FakeClock()
    before = Acknowledgements(clock=clock)
    before.acknowledge(Labels.of(alertname="A"), actor="ada", for_s=60)
    with database.write() as connection:
        ACKNOWLEDGEMENTS.of("shop").save(connection, before.state(), now_ms=clock.now_ms())

    clock.advance(20)
    after = Acknowledgements(clock=clock)
    with database.read() as connection:
        after.restore(ACKNOWLEDGEMENTS.of("shop").load(connection, now_ms=clock.now_ms()))
        over = ACKNOWLEDGEMENTS.of("shop").load(connection, now_ms=clock.now_ms() + 40_000)

    [word] = after.all()
    assert word.actor == "ada"
    assert word.until_s - clock.monotonic_s() == pytest.approx(40)
    assert over == []


def test_a_silence_goes_on_where_it_was(database: Database) -> None:
    clock = FakeClock()
    before = Silences(clock=clock)
    now_ms = clock.now_ms()
    before.create(
        matchers=[Matcher("host", "=", "a")],
        starts_at_ms=now_ms,
        ends_at_ms=now_ms + 60_000,
        author="ada",
        comment="a change",
    )
    with database.write() as connection:
        SILENCES.of("shop").save(connection, before.state(), now_ms=now_ms)

    after = Silences(clock=clock)
    with database.read() as connection:
        after.restore(SILENCES.of("shop").load(connection, now_ms=now_ms))

    assert after.all() == before.all()


def test_the_stamp_changes_with_what_is_kept(database: Database) -> None:
    stamps = []
    with database.write() as connection:
        stamps.append(SILENCES.of("shop").stamp(connection))
        SILENCES.of("shop").save(connection, [{"id": "a"}], now_ms=1000)
        stamps.append(SILENCES.of("shop").stamp(connection))
        SILENCES.of("shop").save(connection, [{"id": "a"}], now_ms=2000)
        stamps.append(SILENCES.of("shop").stamp(connection))
        SILENCES.of("shop").remove(connection, {"id": "a"})
        stamps.append(SILENCES.of("shop").stamp(connection))

    assert stamps == [(0, 0), (1, 1000), (1, 2000), (0, 0)]
