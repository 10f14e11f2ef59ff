"""Dashboards in the storage, of either kind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.dashboard import (
    Dashboard,
    DashboardChangedError,
    DashboardUnknownError,
    TooManyDashboardsError,
)
from otel_monitoring.storage.repositories.dashboards import KeptDashboards

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database

CONTENT = {"description": "käse", "panels": [{"title": "up", "threshold": 0.1, "unit": ""}]}
ONE = Dashboard("a", 1, "Checkout", 1000, "kim", CONTENT)
TWO = replace(ONE, version=2, changed_ms=2000, changed_by="lee")
OURS = KeptDashboards(service="shop", most=2)


def put(database: Database, dashboard: Dashboard, *, over: int, kept: KeptDashboards = OURS) -> None:
    with database.write() as connection:
        kept.put(connection, dashboard, over=over)


def remove(database: Database, *, over: int) -> None:
    with database.write() as connection:
        OURS.remove(connection, "a", over=over)


def load(database: Database, kept: KeptDashboards = OURS) -> list[Dashboard]:
    with database.read() as connection:
        return kept.load(connection, list(kept.stamps(connection)))


def test_a_dashboard_comes_back_as_it_was(database: Database) -> None:
    put(database, ONE, over=0)

    assert load(database) == [ONE]


def test_a_change_takes_the_place_of_the_version_that_it_was_made_from(database: Database) -> None:
    put(database, ONE, over=0)

    put(database, TWO, over=1)

    assert load(database) == [TWO]
    with database.read() as connection:
        assert OURS.stamps(connection) == {"a": (2, 2000)}


def test_of_two_who_change_the_same_version_the_second_is_told_about_the_first(database: Database) -> None:
    put(database, ONE, over=0)
    put(database, TWO, over=1)

    with pytest.raises(DashboardChangedError) as told:
        put(database, replace(TWO, changed_by="max"), over=1)

    assert told.value.current == TWO
    assert load(database) == [TWO]


def test_of_two_who_make_the_same_the_second_is_told_about_the_first(database: Database) -> None:
    put(database, ONE, over=0)

    with pytest.raises(DashboardChangedError):
        put(database, replace(ONE, changed_by="max"), over=0)

    assert load(database) == [ONE]


def test_what_is_gone_cannot_be_changed(database: Database) -> None:
    with pytest.raises(DashboardUnknownError):
        put(database, TWO, over=1)


def test_it_is_removed_at_the_version_that_is_known(database: Database) -> None:
    put(database, ONE, over=0)

    with pytest.raises(DashboardChangedError):
        remove(database, over=3)
    remove(database, over=1)

    assert load(database) == []


def test_there_are_no_more_than_may_be(database: Database) -> None:
    for name in ("a", "b"):
        put(database, replace(ONE, id=name), over=0)

    with pytest.raises(TooManyDashboardsError):
        put(database, replace(ONE, id="c"), over=0)


def test_those_of_another_service_are_apart(database: Database) -> None:
    others = KeptDashboards(service="billing", most=2)
    put(database, ONE, over=0)

    put(database, replace(ONE, title="theirs"), over=0, kept=others)

    assert [one.title for one in load(database)] == ["Checkout"]
    assert [one.title for one in load(database, others)] == ["theirs"]


def test_characters_that_no_database_takes_do_no_harm(database: Database) -> None:
    put(database, replace(ONE, title="a\0b", changed_by="\ud800", content={"panels": ["\0\ud800"]}), over=0)

    [found] = load(database)

    assert found.title == "a\N{REPLACEMENT CHARACTER}b"
    assert found.content == {"panels": ["\0\ud800"]}
