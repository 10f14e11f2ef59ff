"""Insights, recommendations and the score over HTTP."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.analytics.insights import insights_router
from otel_monitoring.api.router import build_api
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.insights.desk import InsightsDesk
from otel_monitoring.reports.insights.rule import InsightRule, Ramp
from otel_monitoring.reports.insights.score import ScoreDesk, ScorePart
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.api.access.opened import opened_by
from tests.api.client import get
from tests.api.test_router import AlertsFake, HealthFake

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

RULES = (
    InsightRule(
        name="Small",
        expr="vector(1)",
        sentence="small",
        advice="do",
        why="so",
        kind="errors",
        effect=Ramp(0, 10),
    ),
    InsightRule(name="Large", expr="vector(9)", sentence="large", advice="do", effect=Ramp(0, 10)),
    InsightRule(name="Broken", expr="(", sentence="x"),
)


class Part:
    name = "slos"

    def part(self, _now_ms: int) -> ScorePart | None:
        return ScorePart("slos", 61.23, 10, 0.1, "1", "a tenth is gone")


@pytest.fixture
def desk() -> InsightsDesk:
    return InsightsDesk(Engine(SeriesStore()), FakeClock(), rules=lambda: RULES)


@pytest.fixture
def ask(desk: InsightsDesk) -> Callable[..., httpx.Response]:
    api = build_api(
        alerts=AlertsFake(),
        health=HealthFake(),
        access=opened_by("s3cret"),
        more=(insights_router(desk, ScoreDesk(FakeClock(), sources=[Part()])),),
    )
    return partial(get, api, Authorization="Bearer s3cret")


def sentences(body: Any) -> list[str]:
    return [one["sentence"] for one in body["insights"]]


def test_insights_are_ranked_and_have_their_evidence(ask: Callable[..., httpx.Response]) -> None:
    body = ask("/insights").json()

    assert sentences(body) == ["large", "small"]
    assert body["insights"][0]["evidence"]["expr"] == "vector(9)"
    assert body["insights"][0]["evidence"]["windowSeconds"] == 3600
    assert body["insights"][0]["isNew"] is True
    assert list(body["problems"]) == ["Broken"]


def test_insights_are_chosen(ask: Callable[..., httpx.Response], desk: InsightsDesk) -> None:
    assert sentences(ask("/insights?kind=errors").json()) == ["small"]
    assert (sentences(ask("/insights?limit=1").json()), ask("/insights?limit=1").json()["total"]) == (
        ["large"],
        2,
    )

    desk.news()

    assert sentences(ask("/insights?new=true").json()) == []


def test_what_to_do_is_said_once(ask: Callable[..., httpx.Response]) -> None:
    body = ask("/recommendations").json()

    assert body["total"] == 1
    assert body["recommendations"][0]["advice"] == "do"
    assert [one["rule"] for one in body["recommendations"][0]["because"]] == ["Large", "Small"]


def test_the_score_has_its_parts_and_what_would_help(ask: Callable[..., httpx.Response]) -> None:
    body = ask("/health/score").json()

    assert (body["score"], body["status"]) == (61.2, "degraded")
    assert body["parts"][0]["why"] == "a tenth is gone"
    assert body["recommendations"][0]["advice"] == "do"


@pytest.mark.parametrize("path", ["/insights", "/recommendations", "/health/score"])
def test_nobody_asks_without_the_token(ask: Callable[..., httpx.Response], path: str) -> None:
    assert ask(path, Authorization="Bearer wrong").status_code == 401
