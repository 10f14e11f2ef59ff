"""Service levels over HTTP."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.analytics.slos import slos_router
from otel_monitoring.api.router import build_api
from otel_monitoring.reports.slos.slo import SLO, availability
from tests.api.access.opened import opened_by
from tests.api.client import get
from tests.api.test_router import AlertsFake, HealthFake
from tests.reports.slos.recorded import Recorded, steady

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

CHECKOUT = SLO(name="checkout", target=0.999, sli=availability(route="/pay"), service="shop")
EMPTY = SLO(name="empty", target=0.99, sli=availability(route="/none"))


@pytest.fixture
def ask() -> Callable[..., httpx.Response]:
    recorded = Recorded()
    recorded.record(CHECKOUT, days=31, traffic=steady(1000, 0.5))
    router = slos_router(recorded.desk([CHECKOUT, EMPTY]))
    api = build_api(alerts=AlertsFake(), health=HealthFake(), access=opened_by("s3cret"), more=(router,))
    return partial(get, api, Authorization="Bearer s3cret")


def test_all_service_levels_are_listed(ask: Callable[..., httpx.Response]) -> None:
    first, second = ask("/slos").json()["slos"]

    assert (first["name"], first["state"], first["target"], first["window"]) == (
        "checkout",
        "met",
        0.999,
        "30d",
    )
    assert first["budgetRemaining"] == pytest.approx(0.5)
    assert first["burnRate1h"] == pytest.approx(0.5)
    assert (second["state"], second["ratio"], second["exhaustedInSeconds"]) == ("no data", None, None)


def test_one_of_them_has_its_burn_down_and_its_alerts(ask: Callable[..., httpx.Response]) -> None:
    body = ask("/slos/checkout").json()

    assert [level["urgency"] for level in body["levels"]] == ["page", "page", "ticket", "ticket"]
    assert body["levels"][0]["longSeconds"] == 3600
    assert body["burnDown"][-1] == {"time": "2026-10-21T00:00:00Z", "value": pytest.approx(0.5)}
    assert body["labels"] == {"slo": "checkout", "service": "shop"}


def test_a_burn_down_without_events_is_null(ask: Callable[..., httpx.Response]) -> None:
    assert ask("/slos/empty").json()["burnDown"][0]["value"] is None


def test_a_month_is_reported(ask: Callable[..., httpx.Response]) -> None:
    body = ask("/slos/checkout/report?month=2026-10").json()

    assert (body["month"], body["isOver"], body["isMet"]) == ("2026-10", False, True)
    assert (body["budgetSpent"], body["breachMinutes"]) == (pytest.approx(0.5), 0)
    assert body["start"] == "2026-10-01T00:00:00Z"


def test_a_month_that_is_none_is_refused(ask: Callable[..., httpx.Response]) -> None:
    answer = ask("/slos/checkout/report?month=May")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "query.month"


@pytest.mark.parametrize("path", ["/slos/cart", "/slos/cart/report"])
def test_an_unknown_name_is_not_found(ask: Callable[..., httpx.Response], path: str) -> None:
    answer = ask(path)

    assert answer.status_code == 404
    assert "expected one of checkout, empty" in answer.json()["detail"]


def test_the_rules_are_exported(ask: Callable[..., httpx.Response]) -> None:
    answer = ask("/slos/export")

    assert answer.headers["content-type"].startswith("application/yaml")
    assert answer.text == "groups: []\n"


def test_nothing_is_told_without_the_token(ask: Callable[..., httpx.Response]) -> None:
    assert ask("/slos", Authorization="").status_code == 401
