"""How budgets stand."""

from __future__ import annotations

import pytest

from otel_monitoring.reports.budgets.budget import parse_budgets
from otel_monitoring.reports.budgets.desk import BudgetsDesk
from otel_monitoring.testing import FakeClock
from tests.reports.releases.shop_at_hand import END_MS, MINUTES, RELEASED, query

HOURS_4_MS = 4 * 3_600_000
BUDGETS = {"GET /cart": "mean < 80ms", "POST /pay": "errors < 1%", "*": "mean < 1s and errors < 50%"}


def desk(budgets: dict[str, str]) -> BudgetsDesk:
    """Return who knows of a shop whose cart became slower and whose payments failed."""
    return BudgetsDesk(
        query=query(), clock=FakeClock(END_MS), budgets=parse_budgets(budgets), interval_s=60.0
    )


def test_endpoints_over_their_budget_are_in_front_with_the_share_of_time_they_kept_it() -> None:
    """Both budgets were kept up to the release."""
    found = desk(BUDGETS).standings(span_ms=HOURS_4_MS)

    cart, pay = sorted((one for one in found if not one.is_kept), key=lambda one: one.route)
    assert (cart.route, cart.budget.figure) == ("/cart", "mean")
    assert (pay.route, pay.budget.figure) == ("/pay", "errors")
    assert cart.kept == pytest.approx(RELEASED / MINUTES, abs=0.05)
    assert cart.worst >= cart.value > 0.08
    assert not found[0].is_kept
    assert not found[1].is_kept
    assert cart.sentence().startswith("mean of GET /cart is ")
    assert "over its budget of 80ms" in cart.sentence()


def test_a_budget_for_all_leaves_out_those_with_one_of_their_own() -> None:
    """The cart has its own mean, paying its own share of failures."""
    found = desk(BUDGETS).standings(span_ms=HOURS_4_MS)

    for_all = {(one.route, one.budget.figure) for one in found if one.budget.endpoint == "*"}
    assert for_all == {("/pay", "mean"), ("/search", "mean"), ("/cart", "errors"), ("/search", "errors")}


@pytest.mark.parametrize("figure", ["p50", "p90", "p95", "p99"])
def test_percentiles_are_as_near_as_buckets_say(figure: str) -> None:
    """All of them are between the smallest and the largest bucket."""
    (one,) = desk({"GET /search": f"{figure} < 10s"}).standings(span_ms=HOURS_4_MS)

    assert 0.1 < one.value < 1.0
    assert one.kept == 1.0


def test_what_has_no_requests_has_no_standing() -> None:
    """Nobody asks for it."""
    assert desk({"GET /nothing": "p95 < 1s"}).standings(span_ms=HOURS_4_MS) == []
