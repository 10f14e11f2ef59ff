"""Dashboards in memory: bounded, and changed only from their newest version."""

from __future__ import annotations

from dataclasses import replace

import pytest

from otel_monitoring.model.dashboard import (
    Dashboard,
    DashboardChangedError,
    DashboardUnknownError,
    TooManyDashboardsError,
)
from otel_monitoring.stores.dashboards import DashboardStore

ONE = Dashboard("a", 1, "Checkout", 1000, "kim", {"panels": [{}, {}]})
TWO = replace(ONE, version=2, changed_by="lee")


@pytest.fixture
def store() -> DashboardStore:
    made = DashboardStore(most=2)
    made.put(ONE, over=0)
    return made


def test_tells_how_many_panels_a_dashboard_has() -> None:
    assert ONE.panels == 2
    assert replace(ONE, content={}).panels == 0


def test_lists_by_title(store: DashboardStore) -> None:
    store.put(replace(ONE, id="b", title="alerts"), over=0)

    assert [one.title for one in store.all()] == ["alerts", "Checkout"]


def test_takes_a_change_of_the_newest_version(store: DashboardStore) -> None:
    store.put(TWO, over=1)

    assert store.find("a") == TWO


def test_refuses_a_change_of_an_older_version(store: DashboardStore) -> None:
    store.put(TWO, over=1)

    with pytest.raises(
        DashboardChangedError, match="at version 2, changed by lee: expected version 1"
    ) as told:
        store.put(replace(ONE, version=2), over=1)

    assert told.value.current == TWO
    assert store.find("a") == TWO


def test_refuses_to_make_what_is_there(store: DashboardStore) -> None:
    with pytest.raises(DashboardChangedError, match="expected version 0"):
        store.put(ONE, over=0)


def test_refuses_to_change_what_is_gone(store: DashboardStore) -> None:
    store.remove("a", over=1)

    with pytest.raises(DashboardUnknownError, match="'a' does not exist"):
        store.put(TWO, over=1)


def test_refuses_more_than_it_may_hold(store: DashboardStore) -> None:
    store.put(replace(ONE, id="b"), over=0)

    with pytest.raises(TooManyDashboardsError, match="2 dashboards, which is the most"):
        store.put(replace(ONE, id="c"), over=0)


def test_shows_what_others_did_whatever_is_known(store: DashboardStore) -> None:
    store.show([replace(ONE, id="b", version=7)], gone=["a", "never there"])

    assert [(one.id, one.version) for one in store.all()] == [("b", 7)]
