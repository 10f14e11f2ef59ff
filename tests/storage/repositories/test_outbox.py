from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.errors import FencedError
from otel_monitoring.storage.lease import Lease
from otel_monitoring.storage.repositories.fenced import fenced_job, write_fenced
from otel_monitoring.storage.repositories.outbox import Outbox, Waiting
from otel_monitoring.storage.tables import DELIVERIES
from otel_monitoring.storage.writer import Writer
from otel_monitoring.testing.clock import FakeClock

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database

FIRST = Waiting("ops/mail", "k1", 1000, {"text": "ü \0 \ud800"})
SECOND = Waiting("ops/mail", "k2", 1000, {"text": "later"})


def test_what_was_put_waits_in_its_order(database: Database) -> None:
    outbox = Outbox(service="shop", owner="a")
    with database.write() as connection:
        outbox.put(connection, FIRST)
        outbox.put(connection, SECOND)
        outbox.put(connection, Waiting("ops/mail", "k0", 500, {}))

    with database.read() as connection:
        assert [one.key for one in outbox.waiting(connection)] == ["k0", "k1", "k2"]
        assert outbox.waiting(connection)[1] == FIRST


def test_the_next_holder_claims_what_was_left_once(database: Database) -> None:
    with database.write() as connection:
        Outbox(service="shop", owner="a").put(connection, FIRST)
        Outbox(service="shop", owner="a").put(connection, Waiting("ops/slack", "k1", 1000, {}))

    outbox = Outbox(service="shop", owner="b")
    with database.write() as connection:
        assert outbox.claim(connection, "ops/mail") == [FIRST]
        assert outbox.claim(connection, "ops/mail") == []
        assert outbox.begin(connection, "ops/mail", "k1")
        assert not outbox.begin(connection, "ops/slack", "k1")


def test_the_former_holder_can_decide_nothing_any_more(database: Database) -> None:
    former, next_one = Outbox(service="shop", owner="a"), Outbox(service="shop", owner="b")
    with database.write() as connection:
        former.put(connection, FIRST)
        next_one.claim(connection, "ops/mail")

        assert not former.begin(connection, "ops/mail", "k1")
        assert not former.decide(connection, "ops/mail", "k1", outcome="delivered", at_ms=2000)
        assert next_one.waiting(connection) == [FIRST]


def test_what_was_on_its_way_is_known_to_the_next_holder(database: Database) -> None:
    former, next_one = Outbox(service="shop", owner="a"), Outbox(service="shop", owner="b")
    with database.write() as connection:
        former.put(connection, FIRST)
        former.put(connection, SECOND)
        assert former.begin(connection, "ops/mail", "k1")

        assert [one.tries for one in next_one.claim(connection, "ops/mail")] == [1, 0]


def test_what_is_decided_waits_no_more_and_is_noted(database: Database) -> None:
    outbox = Outbox(service="shop", owner="a")
    with database.write() as connection:
        outbox.put(connection, FIRST)
        assert outbox.decide(connection, "ops/mail", "k1", outcome="failed", at_ms=2000, error="no route")
        assert not outbox.decide(connection, "ops/mail", "k1", outcome="delivered", at_ms=3000)

    with database.read() as connection:
        assert outbox.waiting(connection) == []
        row = connection.execute(select(DELIVERIES)).one()
        assert (row.lane, row.key, row.outcome, row.at_ms) == ("ops/mail", "k1", "failed", 2000)


def test_only_the_holder_of_the_lease_puts_anything(database: Database) -> None:
    elapsed = FakeClock()
    lease = Lease(database=database, name="evaluator", holder="a", span_s=30, elapsed_s=elapsed.monotonic_s)
    lease.renew()
    fence = lease.fence()
    outbox = Outbox(service="shop", owner="a")
    write_fenced(database, fence, lambda connection: outbox.put(connection, FIRST))
    lease.release()
    other = Lease(database=database, name="evaluator", holder="b", span_s=30)
    assert other.renew()

    with pytest.raises(FencedError):
        write_fenced(database, fence, lambda connection: outbox.put(connection, SECOND))

    with database.read() as connection:
        assert outbox.waiting(connection) == [FIRST]


def test_a_fenced_job_of_a_former_holder_fails_alone(database: Database) -> None:
    lease = Lease(database=database, name="evaluator", holder="a", span_s=30)
    lease.renew()
    fence = lease.fence()
    lease.release()
    Lease(database=database, name="evaluator", holder="b", span_s=30).renew()
    writer, outbox, told = (
        Writer(database=database, clock=SystemClock()),
        Outbox(service="shop", owner="a"),
        list[bool](),
    )

    writer.put(fenced_job("outbox", fence, lambda one: outbox.put(one, FIRST), done=told.append))
    writer.flush(10)

    assert told == [False]


def test_a_new_holder_takes_over_whatever_the_lane(database: Database) -> None:
    former, next_one = Outbox(service="shop", owner="a"), Outbox(service="shop", owner="b")
    other = Waiting("ops/slack", "k1", 500, {})
    with database.write() as connection:
        former.put(connection, FIRST)
        former.put(connection, other)

        assert next_one.take_over(connection) == [other, FIRST]
        assert next_one.begin(connection, "ops/slack", "k1")
        assert not former.begin(connection, "ops/mail", "k1")
