from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import BigInteger, bindparam, select

from otel_monitoring.storage.errors import FencedError
from otel_monitoring.storage.lease import Lease, database_now_ms
from otel_monitoring.storage.tables import LEASES
from otel_monitoring.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.storage.database import Database

SPAN_S = 30.0


class Hosts:
    """Makes leases of processes on one database whose clocks are moved by hand."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.database_clock = FakeClock()
        self.elapsed = FakeClock()

    def lease(self, holder: str) -> Lease:
        now_ms = bindparam("now", callable_=self.database_clock.now_ms, type_=BigInteger)
        return Lease(
            database=self.database,
            name="evaluator",
            holder=holder,
            span_s=SPAN_S,
            elapsed_s=self.elapsed.monotonic_s,
            now_ms=now_ms,
        )

    def pass_s(self, seconds: float) -> None:
        self.database_clock.advance(seconds)
        self.elapsed.advance(seconds)


@pytest.fixture
def hosts(database: Database) -> Hosts:
    return Hosts(database)


def test_nobody_holds_a_lease_before_asking(hosts: Hosts) -> None:
    assert not hosts.lease("a").hold()


def test_the_first_that_asks_holds_it_and_the_second_does_not(hosts: Hosts) -> None:
    first, second = hosts.lease("a"), hosts.lease("b")

    assert first.renew()
    assert not second.renew()
    assert first.hold()
    assert not second.hold()


def test_a_renewal_keeps_the_token(hosts: Hosts) -> None:
    lease = hosts.lease("a")
    lease.renew()
    before = lease.fence()

    hosts.pass_s(SPAN_S / 3)
    lease.renew()

    assert lease.fence() == before
    assert lease.stats()["renewed"] == 1


def test_it_lapses_by_our_own_clock_before_anybody_is_asked(hosts: Hosts) -> None:
    lease = hosts.lease("a")
    lease.renew()

    hosts.elapsed.advance(SPAN_S - 0.001)
    assert lease.hold()
    hosts.elapsed.advance(0.001)

    assert not lease.hold()
    with pytest.raises(FencedError, match="not held here"):
        lease.fence()


def test_another_takes_over_once_it_has_expired(hosts: Hosts) -> None:
    first, second = hosts.lease("a"), hosts.lease("b")
    first.renew()

    hosts.pass_s(SPAN_S - 1)
    assert not second.renew()
    hosts.pass_s(1)

    assert second.renew()
    assert not first.renew()
    assert second.fence().token == 2


def test_it_is_asked_for_by_the_clock_of_the_database(hosts: Hosts) -> None:
    first, second = hosts.lease("a"), hosts.lease("b")
    first.renew()

    hosts.database_clock.advance(SPAN_S)  # for this host no time has passed

    assert second.renew()


def test_a_clock_that_is_set_back_keeps_a_dead_holder_for_one_span_only(hosts: Hosts) -> None:
    hosts.lease("dead").renew()
    hosts.database_clock.step_wall_clock(-86_400)
    second = hosts.lease("b")

    assert not second.renew()
    hosts.elapsed.advance(SPAN_S)
    assert not second.renew()
    hosts.elapsed.advance(0.001)

    assert second.renew()


def test_a_clock_that_is_set_back_takes_nothing_from_a_holder_that_renews(hosts: Hosts) -> None:
    first, second = hosts.lease("a"), hosts.lease("b")
    first.renew()
    hosts.database_clock.step_wall_clock(-86_400)

    for _ in range(12):
        assert first.renew()
        assert not second.renew()
        hosts.pass_s(SPAN_S / 3)


def test_a_holder_that_slept_holds_nothing_when_it_wakes_up(hosts: Hosts) -> None:
    first, second = hosts.lease("a"), hosts.lease("b")
    first.renew()
    fence = first.fence()

    hosts.pass_s(SPAN_S * 2)
    second.renew()

    assert not first.hold()
    with pytest.raises(FencedError, match="expected token 1; another process took over"):
        _write_under(hosts.database, fence.check)


def test_what_is_written_under_the_lease_is_let_through(hosts: Hosts) -> None:
    lease = hosts.lease("a")
    lease.renew()

    _write_under(hosts.database, lease.fence().check)

    assert lease.hold()


def test_a_lease_that_was_not_taken_by_another_goes_on_with_its_token(hosts: Hosts) -> None:
    lease = hosts.lease("a")
    lease.renew()

    hosts.pass_s(SPAN_S * 2)

    assert lease.renew()
    assert lease.fence().token == 1


def test_one_that_is_given_back_is_taken_at_once(hosts: Hosts) -> None:
    first, second = hosts.lease("a"), hosts.lease("b")
    first.renew()

    first.release()

    assert not first.hold()
    assert second.renew()
    assert second.fence().token == 2


def test_giving_back_what_another_took_changes_nothing(hosts: Hosts) -> None:
    first, second = hosts.lease("a"), hosts.lease("b")
    first.renew()
    hosts.pass_s(SPAN_S)
    second.renew()

    first.release()

    assert not hosts.lease("c").renew()


def test_what_was_confirmed_holds_to_its_end_without_the_database(hosts: Hosts) -> None:
    lease = hosts.lease("a")
    lease.renew()
    hosts.database.close()
    hosts.database._retry_at_s = float("inf")

    hosts.elapsed.advance(SPAN_S - 1)
    assert lease.renew()
    hosts.elapsed.advance(1)

    assert not lease.renew()
    assert lease.stats()["failed"] == 2


def test_asking_opens_a_database_that_is_back(hosts: Hosts) -> None:
    hosts.database.close()

    assert hosts.lease("a").renew()


def test_it_tells_for_how_long_it_was_asked_for_in_vain(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = hosts.lease("one")
    one.renew()
    found = [one.in_vain_s()]

    hosts.database.close()
    with monkeypatch.context() as patch:
        patch.setattr(hosts.database, "ensure", lambda: False)
        for _ in range(2):
            one.renew()
            hosts.pass_s(10)
            found.append(one.in_vain_s())
    one.renew()

    assert [*found, one.in_vain_s()] == [0.0, 10.0, 20.0, 0.0]


def test_a_child_process_holds_nothing(hosts: Hosts) -> None:
    lease = hosts.lease("a")
    lease.renew()

    lease.after_fork()

    assert not lease.hold()


def test_a_fence_does_not_let_through_after_the_database_began_anew(hosts: Hosts) -> None:
    lease = hosts.lease("a")
    lease.renew()
    with hosts.database.write() as connection:
        connection.execute(LEASES.delete())

    with pytest.raises(FencedError, match="gone"):
        _write_under(hosts.database, lease.fence().check)


def test_the_clock_of_the_database_tells_unix_milliseconds(database: Database) -> None:
    with database.read() as connection:
        told_ms = connection.execute(select(database_now_ms(is_sqlite=database.is_sqlite))).scalar_one()

    assert isinstance(told_ms, int)
    assert 1_600_000_000_000 < told_ms < 10_000_000_000_000


def _write_under(database: Database, check: Callable[..., None]) -> None:
    with database.write() as connection:
        check(connection)
