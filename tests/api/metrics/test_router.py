"""Metrics by hand, through real instruments, a real store and a real engine."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI

from otel_monitoring.api.metrics.router import MetricsSource, metrics_router
from otel_monitoring.bootstrap import parts
from otel_monitoring.bootstrap.analysis import Analysis
from otel_monitoring.measure.providers import configure
from otel_monitoring.settings import load_settings
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

T_MS = 1_700_000_000_000


class Rig:
    """The routes over everything that a process has."""

    def __init__(self, **settings: Any) -> None:
        self.clock = FakeClock(T_MS)
        builder = parts.begin(load_settings(settings=None, environ={}, service_name="shop", **settings), {})
        builder.clock = self.clock
        self.analysis = Analysis(builder)
        builder.on_collect.append(self.analysis.hear)
        self._collect = parts.tap(builder)
        providers = builder.providers
        configure(tracer_provider=providers.tracer, meter_provider=providers.meter, clock=self.clock)
        self.app = FastAPI()
        source = MetricsSource(
            query=self.analysis.ask, metadata=self.analysis.store.metadata, clock=self.clock
        )
        self.app.include_router(metrics_router(source))

    def collect(self) -> None:
        self.clock.advance(15)
        self._collect(export_now=False)

    def post(self, body: Any) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._send("POST", "/metrics", content=content)

    def ask(self, **fields: Any) -> httpx.Response:
        return self._send("GET", "/metrics/query", params=fields)

    def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                return await client.request(method, path, **what)

        return asyncio.run(send())


@pytest.fixture
def rig(fresh_process: pytest.MonkeyPatch) -> Callable[..., Rig]:
    return Rig


def test_a_value_that_is_posted_becomes_a_series(rig: Callable[..., Rig]) -> None:
    made = rig()

    answer = made.post({"name": "shop.stock", "value": 7, "unit": "{item}", "tags": {"shelf": "a"}})
    made.collect()

    assert (answer.status_code, answer.json()) == (202, {"recorded": 1})
    body = made.ask(metric="shop.stock", group_by="shelf", window="1m").json()
    assert body["promql"] == "avg by (shelf) (avg_over_time(shop_stock[60000ms]))"
    assert [(one["labels"], one["points"][0]["value"]) for one in body["series"]] == [({"shelf": "a"}, 7.0)]


GOOD = {"name": "fine", "value": 1}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"name": "1st", "value": 1}, "name"),
        ({"value": 1}, "name"),
        ({"name": "x"}, "value"),
        ({"name": "x", "value": "much"}, "value"),
        ({"name": "x", "value": float("nan")}, "value"),
        ({"name": "x", "value": -1, "kind": "counter"}, "value"),
        ({"name": "x", "value": 1, "unit": "ü"}, "unit"),
        ({"name": "x", "value": 1, "kind": "summary"}, "kind"),
        ({"name": "x", "value": 1, "tags": [1]}, "tags"),
        ({"name": "x", "value": 1, "description": 5}, "description"),
        ({"name": "x", "value": 1, "timestamp": float("nan")}, "timestamp"),
        ({"name": "x", "value": 1, "timestamp": "now"}, "timestamp"),
        ({"name": "x", "value": 1, "timestamp": T_MS / 1000 - 3600}, "timestamp"),
        ({"name": "x", "value": 1, "label": {}}, "label"),
        ({"name": "fine", "value": 1, "kind": "counter"}, "kind"),
        ({"name": "fine", "value": 1, "unit": "s"}, "unit"),
        (5, "body"),
    ],
)
def test_bad_input_is_named_and_nothing_is_stored(rig: Callable[..., Rig], row: Any, field: str) -> None:
    made = rig()

    answer = made.post([GOOD, row])
    made.collect()

    body = answer.json()
    assert (answer.status_code, body["status"]) == (422, 422)
    assert {one["field"] for one in body["errors"]} == {f"1.{field}"}
    assert made.ask(metric="fine").json()["series"] == []


def test_a_kind_that_clashes_with_an_instrument_is_refused(rig: Callable[..., Rig]) -> None:
    made = rig()
    made.post(GOOD)

    answer = made.post({"name": "fine", "value": 1, "kind": "histogram"})

    assert answer.json()["errors"] == [
        {"field": "kind", "message": "is 'histogram', expected 'gauge' as before"}
    ]


def test_what_is_no_json_or_too_much_is_refused(rig: Callable[..., Rig]) -> None:
    made = rig()

    assert made.post(b"{").json()["errors"][0]["field"] == "body"
    assert "1000 at most" in made.post([GOOD] * 1001).json()["detail"]
    assert "bytes at most" in made.post(b" " * 1_100_000).json()["detail"]


def test_a_range_has_a_point_a_step(rig: Callable[..., Rig]) -> None:
    made = rig()
    for value in range(5):
        made.post({"name": "sold", "value": value, "kind": "counter"})
        made.collect()

    body = made.ask(
        metric="sold_total",
        aggregation="sum",
        window="30",
        start=T_MS / 1000 + 30,
        end="2023-11-14T22:14:35Z",
    ).json()

    assert body["promql"] == "sum(rate(sold_total[30000ms]))"
    assert len(body["series"][0]["points"]) == 4
    assert (body["kind"], body["metric"]) == ("counter", "sold_total")


def test_a_histogram_has_percentiles_under_every_name(rig: Callable[..., Rig]) -> None:
    made = rig()
    for _ in range(3):
        made.post({"name": "wait", "value": 0.2, "unit": "s", "kind": "histogram"})
        made.collect()

    for name in ("wait", "wait_seconds", "wait_seconds_bucket"):
        body = made.ask(metric=name, aggregation="p95").json()
        assert body["promql"] == "histogram_quantile(0.95, sum by (le) (rate(wait_seconds_bucket[300000ms])))"
        assert len(body["series"]) == 1


def test_a_metric_that_nobody_has_is_no_error(rig: Callable[..., Rig]) -> None:
    made = rig()
    made.post({"name": "orders.open", "value": 1})
    made.collect()

    answer = made.ask(metric="orders.opn")

    assert answer.status_code == 200
    assert (answer.json()["series"], answer.json()["near"]) == ([], ["orders_open"])


def test_conditions_narrow_the_series(rig: Callable[..., Rig]) -> None:
    made = rig()
    for shelf in ("a", "b"):
        made.post({"name": "stock", "value": 1, "tags": {"shelf.name": shelf}})
    made.collect()

    body = made.ask(metric="stock", aggregation="count", where="shelf.name=a", group_by="shelf.name").json()

    assert [one["labels"] for one in body["series"]] == [{"shelf_name": "a"}]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"window": "0s"}, "window"),
        ({"window": "long"}, "window"),
        ({"aggregation": "median"}, "aggregation"),
        ({"start": "5", "step": "x"}, "step"),
        ({"start": "5", "step": "1s"}, "step"),
        ({"start": "yesterday"}, "start"),
        ({"end": "1e300"}, "end"),
        ({"start": "9", "end": "8"}, "start"),
        ({"where": "shelf"}, "where"),
    ],
)
def test_a_wrong_parameter_is_named(rig: Callable[..., Rig], fields: dict[str, str], field: str) -> None:
    answer = rig().ask(metric="x", **fields)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_a_query_over_a_limit_is_refused_with_its_expression(rig: Callable[..., Rig]) -> None:
    made = rig(query={"max_samples": 1})
    for _ in range(3):
        made.post({"name": "stock", "value": 1})
        made.collect()

    answer = made.ask(metric="stock")

    assert answer.status_code == 422
    assert "max_samples=1" in answer.json()["detail"]
