"""``/correlations`` and ``/correlations/moved``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from otel_monitoring.api.analytics.correlations import correlations_router
from otel_monitoring.api.router import build_api
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake
from tests.reports.correlations.incident_at_hand import desk

if TYPE_CHECKING:
    from otel_monitoring.reports.correlations.desk import CorrelationsDesk

TOKEN = "t0k3n"


@pytest.fixture(scope="module")
def known() -> CorrelationsDesk:
    """Eight hours with an incident near the end."""
    return desk()


def get(desk: CorrelationsDesk, path: str, token: str = TOKEN, **params: Any) -> httpx.Response:
    """Return what a page answers."""
    app = build_api(
        alerts=AlertsFake(), health=HealthFake(), access=opened_by(TOKEN), more=[correlations_router(desk)]
    )

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.get(path, headers={"authorization": f"Bearer {token}"}, params=params)

    return asyncio.run(call())


def test_what_moved_with_an_alert_is_told_with_all_figures(known: CorrelationsDesk) -> None:
    body = get(known, "/correlations/moved", alert="85bb05e1e7f5a9ba", points="true").json()

    assert body["alert"] == {
        "name": "SlowCalls",
        "labels": {"alertname": "SlowCalls", "route": "/pay"},
        "startedAt": "2026-01-01T07:26:00Z",
    }
    first = body["moved"][0]
    assert (first["metric"], first["how"], first["onset"]) == ("queue_depth", "shift", "2026-01-01T07:20:00Z")
    assert first["labels"] == {"queue": "mail"}
    assert first["surprise"] > 10
    assert first["before"] < 15 < first["after"]
    assert len(first["points"]) > 60
    assert (body["movedTotal"], body["lookedAt"], body["leftOut"], body["reason"]) == (3, 9, 0, "")


@pytest.mark.parametrize(
    "params",
    [
        {"at": "2026-01-01T07:26:00Z"},
        {"since": "2026-01-01T06:50:00Z", "until": "2026-01-01T07:50:00Z"},
        {"since": "60m"},
        {"at": "2026-01-01T07:26:00Z", "limit": "1"},
    ],
)
def test_a_time_or_a_window_serves_as_well(known: CorrelationsDesk, params: dict[str, str]) -> None:
    body = get(known, "/correlations/moved", **params).json()

    assert body["moved"][0]["metric"] == "queue_depth"
    assert body["moved"][0]["points"] == []
    assert body["movedTotal"] == 3


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"alert": "Nobody"}, "query.alert"),
        ({"alert": "SlowCalls", "at": "1h"}, "query.at"),
        ({"until": "1h"}, "query.until"),
        ({"since": "1h", "until": "2h"}, "query.until"),
        ({"at": "soon"}, "query.at"),
    ],
)
def test_a_question_that_makes_no_sense_names_the_field(
    known: CorrelationsDesk, params: dict[str, str], field: str
) -> None:
    answer = get(known, "/correlations/moved", **params)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_series_are_compared(known: CorrelationsDesk) -> None:
    body = get(known, "/correlations", metric=["queue_depth", "lag_seconds"], window="7h").json()

    (relation,) = body["relations"]
    assert body["series"][0]["name"] == "queue_depth of mail"
    assert relation["coefficient"] > 0.9
    assert relation["lagSeconds"] == 180
    assert relation["falseDiscoveryRate"] < 0.05
    assert relation["worth"] < relation["points"]
    assert "3m later" in relation["text"]


def test_what_does_not_move_has_a_reason_and_no_figures(known: CorrelationsDesk) -> None:
    (relation,) = get(known, "/correlations", metric=["lag_seconds", "vector(1)"]).json()["relations"]

    assert relation["coefficient"] is None
    assert relation["reason"] == "one of them does not move"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"metric": "lag_seconds"}, "query.metric"),
        ({"metric": "temperature", "lag": "6h"}, "query.lag"),
        ({"metric": "temperature", "window": "long"}, "query.window"),
        ({"metric": ["temperature", "sum("]}, "query.metric"),
    ],
)
def test_what_cannot_be_compared_names_the_field(
    known: CorrelationsDesk, params: dict[str, Any], field: str
) -> None:
    answer = get(known, "/correlations", **params)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("path", ["/correlations", "/correlations/moved"])
def test_nobody_sees_it_without_the_token(known: CorrelationsDesk, path: str) -> None:
    assert get(known, path, token="wrong").status_code == 401
