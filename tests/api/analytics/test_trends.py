"""``/trends/{metric}``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest

from otel_monitoring.api.analytics.trends import trends_router
from otel_monitoring.api.router import build_api
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake
from tests.reports.trends.moving import LOAD, OTHER, desk, growing, stepping

if TYPE_CHECKING:
    from otel_monitoring.reports.trends.desk import TrendsDesk

TOKEN = "t0k3n"
DESK = desk({LOAD: growing(7, a_day=2.0), OTHER: stepping(7, ago_days=2.5, size=20)})


def ask(path: str, *, of: TrendsDesk = DESK, token: str = TOKEN, **params: Any) -> httpx.Response:
    app = build_api(
        alerts=AlertsFake(), health=HealthFake(), access=opened_by(TOKEN), more=[trends_router(of)]
    )

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.get(path, headers={"authorization": f"Bearer {token}"}, params=params)

    return asyncio.run(call())


def test_every_window_of_every_series_has_its_answer() -> None:
    body = ask("/trends/load", window=["1d", "7d"]).json()

    first, second = body["series"]
    assert [len(one["windows"]) for one in body["series"]] == [2, 2]
    week = first["windows"][1]
    assert (week["direction"], week["reason"], week["seasonal"]) == ("rising", "", False)
    assert week["slopeLow"] < week["slope"] < week["slopeHigh"]
    assert week["changePercent"] == pytest.approx(14, abs=2)
    assert week["start"] == "2025-12-25T00:00:00Z"
    assert "rises by 2.1% a day" in week["text"]
    assert second["changes"][0]["size"] == pytest.approx(20, abs=1)


def test_a_change_has_a_time_and_levels() -> None:
    (one,) = ask("/trends/load", window="7d").json()["series"][1]["changes"]

    assert one["time"] == "2025-12-29T12:05:00Z"
    assert one["sizeLow"] < 20 < one["sizeHigh"]
    assert (one["before"], one["after"]) == (pytest.approx(100, abs=0.5), pytest.approx(120, abs=0.5))
    assert "Monday 12:05" in one["text"]


def test_the_usual_windows_are_four() -> None:
    assert len(ask("/trends/load").json()["series"][0]["windows"]) == 4


def test_promql_is_taken_in_the_path_and_as_a_parameter() -> None:
    expr = 'sum(load{host="a"}) / 2'

    in_path = ask(f"/trends/{quote(expr, safe='')}", window="7d").json()
    as_parameter = ask("/trends/query", query=expr, window="7d").json()

    assert in_path["promql"] == expr
    assert in_path == as_parameter


def test_points_come_where_they_are_asked_for() -> None:
    with_points = ask("/trends/load", window="1d", points="true").json()["series"][0]
    without = ask("/trends/load", window="1d").json()["series"][0]

    assert len(with_points["points"]) > 250
    assert without["points"] == []


def test_series_are_limited() -> None:
    body = ask("/trends/load", window="1d", limit=1).json()

    assert (len(body["series"]), body["leftOut"]) == (1, 1)


def test_too_short_a_past_is_an_answer_without_numbers() -> None:
    (one,) = ask("/trends/load", of=desk({LOAD: growing(0.02, a_day=1.0)}), window="7d").json()["series"]

    (window,) = one["windows"]
    assert (window["reason"], window["slope"], window["changePercent"]) == ("too short", None, None)
    assert one["changesReason"] == "too short"


def test_nothing_found_is_an_answer() -> None:
    body = ask("/trends/loads").json()

    assert (body["series"], body["near"]) == ([], [])


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"window": "soon"}, "query.window"),
        ({"window": "1s"}, "query.window"),
        ({"window": "2y"}, "query.window"),
        ({"until": "soon"}, "query.until"),
        ({"aggregation": "p95"}, "query.aggregation"),
        ({"query": "load["}, "query.query"),
    ],
)
def test_what_cannot_be_used_is_named(params: dict[str, Any], field: str) -> None:
    answer = ask("/trends/load", **params)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_without_the_token_nothing_is_told() -> None:
    assert ask("/trends/load", token="wrong").status_code == 401
