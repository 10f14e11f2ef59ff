"""``/forecasts`` and ``/forecasts/{metric}``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import numpy as np
import pytest

from otel_monitoring.api.analytics.forecasts import forecasts_router
from otel_monitoring.api.router import build_api
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake
from tests.reports.forecasts.filling import DISK, LOAD, Filling, full_in, waves

if TYPE_CHECKING:
    from otel_monitoring.reports.forecasts.desk import ForecastsDesk

TOKEN = "t0k3n"
DESK = Filling({DISK: full_in(9), LOAD: waves(42)}).desk()


def ask(path: str, *, desk: ForecastsDesk = DESK, token: str = TOKEN, **params: Any) -> httpx.Response:
    app = build_api(
        alerts=AlertsFake(), health=HealthFake(), access=opened_by(TOKEN), more=[forecasts_router(desk)]
    )

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.get(path, headers={"authorization": f"Bearer {token}"}, params=params)

    return asyncio.run(call())


def test_limits_are_listed_with_the_times_of_reaching_them() -> None:
    (one,) = ask("/forecasts").json()["capacity"]

    assert (one["resource"], one["limit"], one["outcome"]) == ("disk", 1.0, "expected")
    assert one["labels"]["system_filesystem_mountpoint"] == "/data"
    assert "2026-01-0" in one["earliest"]
    assert one["earliest"] < one["expected"] < one["latest"]
    assert one["text"].startswith("Disk /data reaches 100% in 9 days, on ")


def test_a_series_goes_on_with_a_band() -> None:
    body = ask("/forecasts/load", horizon="24h").json()

    (one,) = body["series"]
    assert (body["metric"], body["stepSeconds"], body["horizonSeconds"]) == ("load", 1800.0, 86_400.0)
    assert len(one["forecast"]) == 48
    assert all(point["low"] <= point["value"] <= point["high"] for point in one["forecast"])
    assert one["history"][-1]["time"] == "2026-01-01T00:00:00Z"
    assert one["forecast"][0]["time"] == "2026-01-01T00:30:00Z"
    assert one["reach"] is None


def test_promql_takes_the_place_of_the_metric() -> None:
    body = ask("/forecasts/query", query="load * 2", horizon="24h", step="1h", limit=270).json()

    (one,) = body["series"]
    assert body["promql"] == "load * 2"
    assert len(one["forecast"]) == 24
    assert one["reach"]["outcome"] == "expected"
    assert one["reach"]["expected"] < one["forecast"][-1]["time"]


def test_promql_with_a_slash_in_it_is_a_path_too() -> None:
    path = quote('load{host!="/cart"}', safe="")

    response = ask(f"/forecasts/{path}", horizon="24h")

    assert response.status_code == 200
    assert response.json()["promql"] == 'load{host!="/cart"}'


def test_bounds_and_level_are_kept() -> None:
    wide = ask("/forecasts/load", level=0.99, ceiling=120).json()["series"][0]["forecast"]
    narrow = ask("/forecasts/load", level=0.5, ceiling=120).json()["series"][0]["forecast"]

    assert max(point["high"] for point in wide) == 120
    assert min(point["low"] for point in wide) < min(point["low"] for point in narrow)


def test_too_short_a_past_is_an_answer() -> None:
    desk = Filling({LOAD: waves(1)[:5]}).desk()

    (one,) = ask("/forecasts/load", desk=desk).json()["series"]

    assert one["reason"] == "has 5 hours, needs 2 days for a daily season"
    assert one["forecast"] == []


def test_nothing_found_names_what_looks_alike() -> None:
    body = ask("/forecasts/loads").json()

    assert body["series"] == []
    assert "near" in body


def test_values_that_json_does_not_have_are_texts() -> None:
    values = np.append(waves(42)[:-1], np.inf)
    desk = Filling({LOAD: values}).desk()

    assert ask("/forecasts/load", desk=desk).status_code == 200


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"horizon": "soon"}, "query.horizon"),
        ({"horizon": "10y"}, "query.horizon"),
        ({"step": "1s"}, "query.step"),
        ({"level": 2}, "query.level"),
        ({"floor": 2, "ceiling": 1}, "query.floor"),
        ({"limit": "nan"}, "query.limit"),
        ({"aggregation": "p95"}, "query.aggregation"),
        ({"query": "sum("}, "query.query"),
    ],
)
def test_refuses_what_makes_no_sense(params: dict[str, Any], field: str) -> None:
    answer = ask("/forecasts/load", **params)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_nobody_without_a_token_gets_an_answer() -> None:
    assert ask("/forecasts", token="").status_code == 401
