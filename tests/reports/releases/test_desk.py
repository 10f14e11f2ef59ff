"""How a release compares with the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.releases.desk import ReleasesDesk
from otel_monitoring.testing import FakeClock
from tests.reports.releases.shop_at_hand import END_MS, MINUTE_MS, RELEASED, START_MS, query

if TYPE_CHECKING:
    from otel_monitoring.reports.releases.comparing import Change

RELEASED_MS = START_MS + RELEASED * MINUTE_MS


@pytest.fixture(scope="module")
def known() -> ReleasesDesk:
    """The shop an hour and a half after the release."""
    return ReleasesDesk(query=query(), clock=FakeClock(END_MS), interval_s=60.0)


def named(changes: tuple[Change, ...]) -> dict[str, Change]:
    """Return changes by endpoint."""
    return {one.endpoint.name: one for one in changes}


def test_versions_are_told_apart_by_what_processes_say(known: ReleasesDesk) -> None:
    """The newest is in front; the first may have begun earlier than anything is known of."""
    newest, oldest = known.releases()

    assert (newest.job, newest.version, newest.is_first) == ("shop", "2.0", False)
    assert (oldest.version, oldest.is_first) == ("1.0", True)
    assert newest.first_ms == RELEASED_MS


def test_no_version_was_last_seen_in_the_future() -> None:
    """A sample holds for some minutes; nobody asks for those to come."""
    now_ms = END_MS - 7 * MINUTE_MS

    newest, _ = ReleasesDesk(query=query(), clock=FakeClock(now_ms), interval_s=60.0).releases()

    assert now_ms - 5 * MINUTE_MS <= newest.last_ms <= now_ms


def test_what_got_worse_is_in_front_and_nothing_else_is_blamed(known: ReleasesDesk) -> None:
    """The cart is 30% slower, paying fails in 8% of cases, searching is as before."""
    found = known.compare()

    changes = named(found.changes)
    assert {name: one.verdicts for name, one in changes.items()} == {
        "GET /cart": ("slower",),
        "POST /pay": ("failing more",),
        "GET /search": (),
    }
    assert found.changes[-1].endpoint.name == "GET /search"
    assert changes["GET /cart"].latency.low < 0.3 < changes["GET /cart"].latency.high
    assert changes["POST /pay"].errors.after == pytest.approx(0.08, abs=0.02)
    assert changes["GET /search"].rate_after == pytest.approx(1.0, rel=0.1)


def test_a_change_is_told_in_words(known: ReleasesDesk) -> None:
    """With figures and their interval."""
    text = named(known.compare().changes)["GET /cart"].sentence()

    assert text.startswith("GET /cart: slower, mean ")
    assert "%, +" in text
    assert text.endswith(".")


def test_two_versions_can_be_named(known: ReleasesDesk) -> None:
    """The other way round, the cart became faster."""
    found = known.compare("1.0", against="2.0")

    assert named(found.changes)["GET /cart"].verdicts == ("faster",)


def test_the_same_again_is_no_regression() -> None:
    """Nothing is blamed on a release that changed nothing."""
    desk = ReleasesDesk(query=query(is_worse=False), clock=FakeClock(END_MS), interval_s=60.0)

    assert [one.endpoint.name for one in desk.compare().changes if one.is_worse] == []


@pytest.mark.parametrize(
    ("version", "against", "field"),
    [("3.0", None, "version"), ("1.0", None, "version"), ("2.0", "0.9", "against")],
)
def test_a_release_that_is_not_known_is_refused(
    known: ReleasesDesk, version: str, against: str | None, field: str
) -> None:
    """The field is named; the first one has none before it."""
    with pytest.raises(AnalysisError) as caught:
        known.compare(version, against=against)

    assert caught.value.field == field


def test_without_versions_it_is_said_what_is_missing() -> None:
    """``service.version`` is a setting."""
    desk = ReleasesDesk(query=query(versions=("", "")), clock=FakeClock(END_MS), interval_s=60.0)

    with pytest.raises(AnalysisError, match=r"service\.version is not set"):
        desk.compare()


def test_days_can_be_compared_whatever_ran(known: ReleasesDesk) -> None:
    """Four hours are within one day: there is nothing before."""
    found = known.compare_weeks(days=1)

    assert found.reason == "no endpoint had requests at both times"
    assert found.window_before.end_ms == found.window_after.start_ms
