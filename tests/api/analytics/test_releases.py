"""``/releases`` and ``/releases/compare``."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from otel_monitoring.api.analytics.releases import releases_router
from otel_monitoring.api.router import build_api
from otel_monitoring.reports.releases.desk import ReleasesDesk
from otel_monitoring.reports.releases.findings import regressions
from otel_monitoring.testing import FakeClock
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake
from tests.reports.releases.shop_at_hand import END_MS, query

TOKEN = "t0k3n"


@pytest.fixture(scope="module")
def desk() -> ReleasesDesk:
    """A shop that was released once, and what was found then."""
    asked = ReleasesDesk(query=query(), clock=FakeClock(END_MS), interval_s=60.0)
    found = list(regressions(asked.compare(), at_ms=END_MS))
    return ReleasesDesk(query=query(), clock=FakeClock(END_MS), regressions=lambda: found, interval_s=60.0)


def get(desk: ReleasesDesk, path: str, token: str = TOKEN, **params: Any) -> httpx.Response:
    """Return what a page answers."""
    app = build_api(
        alerts=AlertsFake(), health=HealthFake(), access=opened_by(TOKEN), more=[releases_router(desk)]
    )

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.get(path, headers={"authorization": f"Bearer {token}"}, params=params)

    return asyncio.run(call())


def test_what_ran_and_what_got_worse_is_listed(desk: ReleasesDesk) -> None:
    body = get(desk, "/releases").json()

    assert [(one["version"], one["mayBeOlder"]) for one in body["releases"]] == [
        ("2.0", False),
        ("1.0", True),
    ]
    assert {(one["route"], one["what"]) for one in body["regressions"]} == {
        ("/cart", "latency"),
        ("/pay", "errors"),
    }
    assert body["releases"][0]["firstSeen"] == "2026-01-01T02:30:00Z"


def test_a_release_is_compared_endpoint_by_endpoint(desk: ReleasesDesk) -> None:
    body = get(desk, "/releases/compare", version="2.0").json()

    cart = next(one for one in body["changes"] if one["route"] == "/cart")
    assert (body["before"]["version"], body["after"]["version"]) == ("1.0", "2.0")
    assert cart["verdicts"] == ["slower"]
    assert cart["latency"]["low"] < 0.3 < cart["latency"]["high"]
    assert cart["after"]["meanSeconds"] > cart["before"]["meanSeconds"]
    assert cart["errors"]["value"] == 0.0
    assert body["changes"][-1]["verdicts"] == []


def test_days_are_compared_whatever_ran(desk: ReleasesDesk) -> None:
    body = get(desk, "/releases/compare", days="1").json()

    assert (body["changes"], body["before"]["version"]) == ([], None)
    assert body["reason"] == "no endpoint had requests at both times"


@pytest.mark.parametrize(
    ("params", "field"), [({"version": "9"}, "query.version"), ({"against": "9"}, "query.against")]
)
def test_an_unknown_version_names_the_field(desk: ReleasesDesk, params: dict[str, str], field: str) -> None:
    answer = get(desk, "/releases/compare", **params)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("path", ["/releases", "/releases/compare"])
def test_nobody_sees_it_without_the_token(desk: ReleasesDesk, path: str) -> None:
    assert get(desk, path, token="wrong").status_code == 401
