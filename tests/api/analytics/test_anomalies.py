"""``/anomalies`` and ``/anomalies/detect``."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from otel_monitoring.api.analytics.anomalies import anomalies_router
from otel_monitoring.api.router import build_api
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake
from tests.reports.anomalies.desk_at_hand import A, B, Desk
from tests.reports.anomalies.watching import Watching

TOKEN = "t0k3n"


@pytest.fixture(scope="module")
def desk() -> Desk:
    """A jump that is over and one that lasts."""
    watching = Watching()
    watching.usual(240, A, B)
    watching.minute({A: 1000.0, B: 101.0})
    watching.usual(30, A, B, seed=2)
    watching.minute({A: 100.0, B: 2000.0})
    return Desk(watching)


def ask(desk: Desk, method: str, path: str, token: str = TOKEN, **more: Any) -> httpx.Response:
    app = build_api(
        alerts=AlertsFake(), health=HealthFake(), access=opened_by(TOKEN), more=[anomalies_router(desk)]
    )

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.request(method, path, headers={"authorization": f"Bearer {token}"}, **more)

    return asyncio.run(call())


def test_what_stood_out_is_listed_with_all_that_is_known(desk: Desk) -> None:
    newest, older = ask(desk, "GET", "/anomalies").json()["anomalies"]

    assert (newest["labels"], newest["value"], newest["until"]) == ({"host": "b"}, 2000.0, None)
    assert older["until"] > older["since"]
    assert older["expectedLow"] < 100 < older["expectedHigh"]
    assert older["rarityHours"] > 1
    assert older["text"].startswith("load of a ")
    assert older["promql"] == "load"


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"active": "true"}, 1),
        ({"metric": "load"}, 2),
        ({"metric": "other"}, 0),
        ({"limit": "1"}, 1),
        ({"until": "20h"}, 0),
    ],
)
def test_parameters_narrow_the_list(desk: Desk, params: dict[str, str], count: int) -> None:
    assert len(ask(desk, "GET", "/anomalies", params=params).json()["anomalies"]) == count


def test_pages_of_what_was_found_hold_each_once(desk: Desk) -> None:
    first = ask(desk, "GET", "/anomalies", params={"limit": "1"}).json()
    rest = ask(desk, "GET", "/anomalies", params={"cursor": first["next"]}).json()
    whole = ask(desk, "GET", "/anomalies").json()

    assert first["anomalies"] + rest["anomalies"] == whole["anomalies"]
    assert (first["total"], rest["next"]) == (2, None)


def test_any_series_is_looked_through(desk: Desk) -> None:
    given = {"metric": 'load{host="a"}', "window": "1h", "points": True}

    found = ask(desk, "POST", "/anomalies/detect", json=given).json()

    (series,) = found["series"]
    assert [one["value"] for one in series["anomalies"]] == [1000.0]
    assert len(series["points"]) == 61
    assert series["reason"] == ""
    assert found["stepSeconds"] == 60


def test_points_are_left_out_where_nobody_asks_for_them(desk: Desk) -> None:
    found = ask(desk, "POST", "/anomalies/detect", json={"metric": "load"}).json()

    assert [one["points"] for one in found["series"]] == [[], []]


def test_names_that_look_alike_are_offered(desk: Desk) -> None:
    found = ask(desk, "POST", "/anomalies/detect", json={"metric": "loads"}).json()

    assert (found["series"], found["near"]) == ([], ["load"])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"metric": "load", "window": "soon"}, "body.window"),
        ({"metric": "load", "window": "1s"}, "body.window"),
        ({"metric": "load +"}, "body.metric"),
        ({"metric": "load", "aggregation": "p95"}, "body.aggregation"),
        ({"metric": "load", "end": "whenever"}, "body.end"),
        ({"metric": "load", "method": "magic"}, "body.method"),
        ({"metric": "load", "falseAlarmHours": 0}, "body.falseAlarmHours"),
        ({"metric": "load", "windw": "1h"}, "body.windw"),
    ],
)
def test_a_bad_field_is_named(desk: Desk, given: dict[str, Any], field: str) -> None:
    answer = ask(desk, "POST", "/anomalies/detect", json=given)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_without_a_token_nothing_is_said(desk: Desk) -> None:
    assert ask(desk, "GET", "/anomalies", token="wrong").status_code == 401
