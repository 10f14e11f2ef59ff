"""A rule tried on recorded history, over HTTP."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI

from otel_monitoring.api.alerting import backtest
from otel_monitoring.api.alerting.backtest import BacktestSource, backtest_router
from otel_monitoring.api.failing import answer_with_problems
from otel_monitoring.bootstrap.messages.comparison import watched
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.api.alerting.instance import refused

if TYPE_CHECKING:
    from otel_monitoring.promql.result import Result

NOW_MS = 1_700_000_000_000
MINUTE_MS = 60_000


class Bench:
    """An hour of one series, a sample a minute: 1, but 7 from the 30th to the 20th minute before the end."""

    def __init__(self, query: Any = None) -> None:
        self.clock = FakeClock(NOW_MS)
        store = SeriesStore(retention_s=7200, interval_s=60, max_series=100, max_bytes=1 << 24)
        for minute in range(60, -1, -1):
            labels = [Labels.of(__name__="load", job="shop")]
            store.append(Batch("a", NOW_MS - minute * MINUTE_MS, labels, [7.0 if 20 < minute <= 30 else 1.0]))
        self.engine = Engine(store, clock=self.clock)
        app = FastAPI()
        answer_with_problems(app)
        source = BacktestSource(
            query=query or self.engine,
            watched=lambda expr: watched(self.engine.parse(expr)),
            clock=self.clock,
            interval_ms=MINUTE_MS,
        )
        app.include_router(backtest_router(source))
        self.app = app

    def ask(self, body: dict[str, Any], **params: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                return await client.post("/rules/backtest", json=body, params={"window": "1h", **params})

        return asyncio.run(ask())

    def tried(self, body: dict[str, Any], **params: Any) -> Any:
        answer = self.ask(body, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()


def test_it_says_when_the_rule_would_have_fired_and_for_how_long() -> None:
    """P9."""
    body = Bench().tried({"expr": "load > 5", "for": "2m"})

    assert (body["fired"], body["pendingOnly"], body["total"]) == (1, 0, 1)
    assert body["firingSeconds"] == 8 * 60
    (episode,) = body["episodes"]
    assert (episode["labels"], episode["peak"]) == ({"job": "shop"}, 7.0)
    assert episode["pendingAt"] < episode["firedAt"] < episode["endedAt"]


def test_what_did_not_hold_for_long_enough_is_counted_apart() -> None:
    body = Bench().tried({"expr": "load > 5", "for": "30m"})

    assert (body["fired"], body["pendingOnly"], body["firingSeconds"]) == (0, 1, 0)
    assert body["episodes"][0]["firedAt"] is None


def test_what_still_fires_has_no_end() -> None:
    body = Bench().tried({"expr": "load < 5", "for": "1m"})

    assert body["episodes"][0]["endedAt"] is None
    assert body["fired"] == 2


def test_the_newest_episode_is_in_front() -> None:
    found = [one["pendingAt"] for one in Bench().tried({"expr": "load < 5"})["episodes"]]

    assert len(found) == 2
    assert found == sorted(found, reverse=True)


def test_what_the_rule_watches_is_told_for_a_chart() -> None:
    body = Bench().tried({"expr": "load > 5"})

    assert body["watched"] == {"expr": "load", "op": ">", "bound": 5.0, "unit": ""}


def test_a_rule_that_never_holds_has_no_episodes() -> None:
    body = Bench().tried({"expr": "load > 100"})

    assert (body["fired"], body["episodes"]) == (0, [])


def test_a_long_time_is_looked_at_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtest, "_MOST_STEPS", 10)

    assert Bench().tried({"expr": "load > 5", "interval": "15s"})["intervalSeconds"] == 360


@pytest.mark.parametrize(
    ("given", "params", "field", "message"),
    [
        ({"expr": "load >"}, {}, "body.expr", "parse error"),
        ({"expr": "load > 5", "for": "soon"}, {}, "body.for", "soon"),
        ({"expr": "load > 5", "keepFiringFor": "x"}, {}, "body.keepFiringFor", "x"),
        ({"expr": "load > 5", "interval": "0s"}, {}, "body.interval", "expected more than 0"),
        ({"expr": "load > 5"}, {"window": "90d"}, "query.window", "expected at most 31d"),
    ],
)
def test_what_cannot_be_tried_is_named(
    given: dict[str, Any], params: dict[str, str], field: str, message: str
) -> None:
    fields, detail = refused(Bench().ask(given, **params), 422)

    assert fields == [field]
    assert message in detail


def test_a_condition_that_holds_everywhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtest, "_MOST_BREACHES", 20)

    fields, detail = refused(Bench().ask({"expr": "load < 5"}), 422)

    assert fields == ["body.expr"]
    assert "holds for more than 20 series times evaluations" in detail


def test_one_rule_is_tried_at_a_time() -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(*asked: Any) -> Result:
        inside.set()
        assert go_on.wait(10)
        return bench.engine(*asked)

    bench = Bench(query=slow)
    first = threading.Thread(target=partial(bench.ask, {"expr": "load > 5"}))
    first.start()
    try:
        assert inside.wait(10)
        _fields, detail = refused(bench.ask({"expr": "load > 5"}), 409)
    finally:
        go_on.set()
        first.join(10)

    assert "another rule is being tried" in detail
    assert bench.tried({"expr": "load > 5"})["fired"] == 1
