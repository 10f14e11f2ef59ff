"""``/budgets`` and ``/budgets/export``."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import httpx
import pytest
import yaml

from otel_monitoring.api.analytics.budgets import budgets_router
from otel_monitoring.api.router import build_api
from otel_monitoring.bootstrap.analytics.budgets import budget_rules
from otel_monitoring.reports.budgets.budget import parse_budgets
from otel_monitoring.reports.budgets.desk import BudgetsDesk
from otel_monitoring.testing import FakeClock
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake
from tests.reports.releases.shop_at_hand import END_MS, query

TOKEN = "t0k3n"
BUDGETS = parse_budgets({"GET /cart": "mean < 80ms", "*": "p95 < 3s and errors < 1% and mean < 1s"})


@pytest.fixture(scope="module")
def desk() -> BudgetsDesk:
    """A shop whose cart became slower."""
    return BudgetsDesk(
        query=query(),
        clock=FakeClock(END_MS),
        budgets=BUDGETS,
        export=partial(budget_rules, BUDGETS),
        interval_s=60.0,
    )


def get(desk: BudgetsDesk, path: str, token: str = TOKEN, **params: Any) -> httpx.Response:
    """Return what a page answers."""
    app = build_api(
        alerts=AlertsFake(), health=HealthFake(), access=opened_by(TOKEN), more=[budgets_router(desk)]
    )

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.get(path, headers={"authorization": f"Bearer {token}"}, params=params)

    return asyncio.run(call())


def test_budgets_are_listed_with_what_is_over_in_front(desk: BudgetsDesk) -> None:
    body = get(desk, "/budgets", window="4h").json()

    over = [(one["route"], one["figure"]) for one in body["budgets"] if not one["within"]]
    assert ("/cart", "mean") in over
    assert body["budgets"][len(over)]["within"]
    assert body["set"] == 4
    assert body["budgets"][-1]["budgetOf"] == "*"


def test_a_window_that_is_none_names_the_field(desk: BudgetsDesk) -> None:
    answer = get(desk, "/budgets", window="long")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "query.window"


def test_rules_can_be_taken_to_prometheus_and_find_the_same(desk: BudgetsDesk) -> None:
    """Every expression parses, and asked at the end it yields what is over its budget."""
    answer = get(desk, "/budgets/export")

    assert answer.headers["content-type"].startswith("application/yaml")
    (group,) = yaml.safe_load(answer.text)["groups"]
    found = [query()(rule["expr"], END_MS).samples for rule in group["rules"]]
    routes = [sorted(labels.get("http_route") for labels, _ in one) for one in found]
    assert routes[0] == ["/cart"]
    assert routes[1] == []
    assert routes[3] == []
    assert {rule["alert"] for rule in group["rules"]} == {"BudgetExceeded"}


@pytest.mark.parametrize("path", ["/budgets", "/budgets/export"])
def test_nobody_sees_it_without_the_token(desk: BudgetsDesk, path: str) -> None:
    assert get(desk, path, token="wrong").status_code == 401
