"""``otel-monitoring budgets`` against real pages."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.analytics.budgets import budgets_router
from otel_monitoring.bootstrap.analytics.budgets import budget_rules
from otel_monitoring.reports.budgets.budget import parse_budgets
from otel_monitoring.reports.budgets.desk import BudgetsDesk
from otel_monitoring.testing import FakeClock
from tests.cli.analytics.serving import serving
from tests.cli.served import TOKEN
from tests.reports.releases.shop_at_hand import END_MS, query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Outcome, Run

BUDGETS = parse_budgets({"GET /cart": "mean < 80ms", "GET /search": "mean < 5s"})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Pages of a shop whose cart became slower."""
    desk = BudgetsDesk(
        query=query(),
        clock=FakeClock(END_MS),
        budgets=BUDGETS,
        export=partial(budget_rules, BUDGETS),
        interval_s=60.0,
    )
    with serving(budgets_router(desk)) as found:
        yield found


@pytest.fixture
def budgets(run: Run, url: str) -> Callable[..., Outcome]:
    def call(*words: str) -> Outcome:
        return run("budgets", *words, "--url", url, "--token", TOKEN)

    return call


def test_what_is_over_its_budget_is_in_front(budgets: Callable[..., Outcome]) -> None:
    outcome = budgets("--window", "4h")

    assert outcome.exit_code == 0, outcome.output
    heads, first, second = outcome.stdout.splitlines()
    assert heads.split()[:2] == ["STATE", "ENDPOINT"]
    assert first.split()[:3] == ["over", "GET", "/cart"]
    assert second.split()[:3] == ["within", "GET", "/search"]


def test_a_pipeline_can_ask_whether_all_are_kept(budgets: Callable[..., Outcome]) -> None:
    assert budgets("--check").exit_code == 1


def test_rules_are_printed_as_they_are(budgets: Callable[..., Outcome]) -> None:
    assert budgets("--rules").stdout.startswith("groups:\n- name: performance-budgets\n")
