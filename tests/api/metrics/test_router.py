"""Values go in over HTTP, through real instruments into a real store, and come out in words."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider

from otel_monitoring.api.metrics.router import MAX_BODY_BYTES, MetricsSource
from otel_monitoring.api.router import build_api
from otel_monitoring.guard import Guard
from otel_monitoring.ingest.convert import Converter
from otel_monitoring.ingest.names import DEFAULT_STRATEGY
from otel_monitoring.ingest.reader import StoreMetricReader
from otel_monitoring.measure import metrics, providers
from otel_monitoring.model.sample import Metadata
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.api.access.opened import opened_by
from tests.api.test_router import AlertsFake, HealthFake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.metrics.export import MetricsData

    from otel_monitoring.ingest.names import Strategy


class Shop:
    """A process with the API, whose clock is moved by collecting."""

    def __init__(self, strategy: Strategy = DEFAULT_STRATEGY) -> None:
        self.clock = FakeClock()
        self.store = SeriesStore()
        self.engine = Engine(self.store)
        self.converter = Converter(scope_labels=False, strategy=strategy)
        self.reader = StoreMetricReader(on_collect=self.hear, guard=Guard("tap.test"))
        self.provider = MeterProvider([self.reader], shutdown_on_exit=False)
        source = MetricsSource(
            query=self.engine,
            metadata=self.store.metadata,
            clock=self.clock,
            max_series=10,
            strategy=strategy,
            past_metadata=lambda: {"bread_stale_total": Metadata("bread_stale_total", "counter", "", "1")},
        )
        self.app = build_api(
            alerts=AlertsFake(), health=HealthFake(), access=opened_by("s3cret"), metrics=source
        )

    def hear(self, data: MetricsData) -> None:
        """Keep what was collected."""
        self.store.append(self.converter.convert(data, self.clock.now_ms()))

    def collect(self) -> None:
        """Let 15 s pass, then collect."""
        self.clock.advance(15)
        self.reader.collect()

    def ask(self, method: str = "GET", path: str = "/metrics/query", **more: Any) -> httpx.Response:
        """Return the answer to somebody with the token."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                headers = {"authorization": "Bearer s3cret"}
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(ask())

    def post(self, body: Any) -> httpx.Response:
        """Record ``body``; NaN is written as Python does."""
        return self.ask("POST", "/metrics", content=json.dumps(body))

    def get(self, metric: str, **params: Any) -> dict[str, Any]:
        """Return the answer to a question that can be asked."""
        answer = self.ask(params={"metric": metric, **params})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A process whose hand-made metrics go to its store."""
    made = Shop()
    providers.configure(meter_provider=made.provider, clock=made.clock)
    yield made
    providers.configure()


def test_what_is_recorded_can_be_asked_for(shop: Shop) -> None:
    """By the name in OpenTelemetry, with the attribute's name as it was written."""
    value = {"name": "oven.temperature", "value": 180, "unit": "Cel", "attributes": {"oven.id": "a"}}

    answer = shop.post(value)
    shop.collect()

    assert (answer.status_code, answer.json()["metrics"]) == (202, ["oven_temperature_celsius"])
    found = shop.get("oven.temperature", group_by="oven.id", where='oven.id="a"')
    assert found["promql"] == (
        'avg by (oven_id) (avg_over_time(oven_temperature_celsius{oven_id="a"}[300000ms]))'
    )
    assert (found["kind"], found["unit"], found["tiers"]) == ("gauge", "Cel", ["memory"])
    assert [(one["labels"], one["points"][0]["value"]) for one in found["series"]] == [
        ({"oven_id": "a"}, 180.0)
    ]


def test_what_only_the_storage_knows_is_asked_for_as_what_it_is(shop: Shop) -> None:
    found = shop.get("bread.stale", aggregation="sum")

    assert (found["metric"], found["kind"], found["near"]) == ("bread_stale_total", "counter", [])
    assert found["promql"] == "sum(rate(bread_stale_total[300000ms]))"


@pytest.mark.parametrize("kind", ["counter", "histogram"])
def test_answers_what_the_engine_answers(shop: Shop, kind: str) -> None:
    """The expression that is shown, asked by hand, gives the same values at every step."""
    start_s = shop.clock.now_ms() / 1000
    for _ in range(4):
        shop.post({"name": "bread.baked", "value": 2, "kind": kind})
        shop.collect()

    found = shop.get("bread.baked", aggregation="count", window="1m", start=start_s, step="15s")

    start_ms = round(start_s * 1000)
    by_hand = shop.engine(found["promql"], start_ms, shop.clock.now_ms(), 15_000).series[0].values.tolist()
    assert [point["value"] for point in found["series"][0]["points"]] == by_hand
    assert max(by_hand) > 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "1 bad"}, "name"),
        ({"unit": "a b"}, "unit"),
        ({"value": float("nan")}, "value"),
        ({"value": float("inf")}, "value"),
        ({"value": "3"}, "value"),
        ({"timestamp": float("nan")}, "timestamp"),
        ({"value": -1, "kind": "counter"}, "value"),
        ({"kind": "summary"}, "kind"),
        ({"kind": []}, "kind"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "a" * 256}, "name"),
        ({"unit": "é"}, "unit"),
        ({"unit": 1}, "unit"),
        ({"value": True}, "value"),
        ({"value": None}, "value"),
        ({"value": 2**63}, "value"),
        ({"timestamp": 1_700_000_000}, "timestamp"),
        ({"attributes": {"a": [1]}}, "attributes.a"),
        ({"attributes": {"a": "half \ud800"}}, "attributes.a"),
        ({"attributes": {"\udfff": 1}}, "attributes.\\udfff"),
        ({"attributes": {"": 1}}, "attributes."),
        ({"attributes": {"a": "x" * 257}}, "attributes.a"),
        ({"description": "half \ud800"}, "description"),
        ({"attributes": {str(n): n for n in range(40)}}, "attributes"),
        ({"colour": "red"}, "colour"),
        ({"description": 3}, "description"),
    ],
)
def test_a_bad_value_is_named_and_nothing_is_stored(shop: Shop, change: dict[str, Any], field: str) -> None:
    """In a list the good value before it is not recorded either."""
    good = {"name": "oven.doors", "value": 2}

    answer = shop.post([good, {"name": "oven.lamps", "value": 1, **change}])
    shop.collect()

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [one["field"] for one in answer.json()["errors"]] == [f"body.1.{field}"]
    assert all(not name.startswith("oven") for name in shop.store.metadata())


def test_an_instrument_keeps_its_kind(shop: Shop) -> None:
    """Whether it was made here or by the application."""
    shop.post({"name": "oven.doors", "value": 2})
    shop.provider.get_meter("app").create_histogram("oven.lamps").record(1)
    shop.collect()

    answers = [
        shop.post({"name": "oven.doors", "value": 2, "kind": "counter"}),
        shop.post({"name": "oven.lamps", "value": 2}),
    ]

    assert [answer.json()["errors"][0]["field"] for answer in answers] == ["body.kind", "body.kind"]


def test_two_names_that_become_one_have_the_same_kind(shop: Shop) -> None:
    """Within a list, and before the first of them was collected."""
    gauge = {"name": "oven.lamps", "value": 1}
    histogram = {"name": "oven_lamps", "value": 1, "kind": "histogram"}

    at_once = shop.post([gauge, histogram])
    shop.post(gauge)
    later = shop.post(histogram)
    shop.collect()

    assert [at_once.status_code, later.status_code] == [422, 422]
    assert later.json()["errors"] == [
        {
            "field": "body.kind",
            "message": "expected 'gauge', which oven_lamps is already, found 'histogram'",
            "value": "'histogram'",
        }
    ]
    assert list(shop.store.metadata()) == ["oven_lamps"]


def test_no_name_is_that_of_a_part_of_a_histogram(shop: Shop) -> None:
    shop.post({"name": "oven.heat", "value": 1, "kind": "histogram"})
    shop.collect()

    answer = shop.post({"name": "oven.heat.count", "value": 1})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.name"


def test_series_are_limited(shop: Shop) -> None:
    """Ten here; those that exist go on."""
    for number in range(10):
        shop.post({"name": "oven.doors", "value": 2, "attributes": {"n": number}})

    more, same = (
        shop.post({"name": "oven.doors", "value": 2, "attributes": {"n": number}}).status_code
        for number in (10, 9)
    )

    assert (more, same) == (422, 202)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_value_is_refused(shop: Shop, content: bytes) -> None:
    """Never an error of ours."""
    assert shop.ask("POST", "/metrics", content=content).status_code == 422


def test_a_huge_body_is_not_read(shop: Shop) -> None:
    """The limit holds without a length in the headers."""
    assert shop.ask("POST", "/metrics", content=b" " * (MAX_BODY_BYTES + 1)).status_code == 413


def test_an_unknown_metric_is_empty_with_a_hint(shop: Shop) -> None:
    """Names that look alike come along."""
    shop.post({"name": "oven.doors", "value": 2})
    shop.collect()

    found = shop.get("oven.door")

    assert (found["series"], found["near"]) == ([], ["oven_doors"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("metric", ""),
        ("aggregation", "median"),
        ("window", "-5m"),
        ("window", "nan"),
        ("step", "0"),
        ("start", "yesterday"),
        ("end", "NaN"),
        ("end", "0"),
        ("where", "route"),
        ("group_by", "."),
    ],
)
def test_a_bad_parameter_is_named(shop: Shop, name: str, value: str) -> None:
    """With its value and what was expected."""
    params = {"metric": "oven.doors", "start": "2020-01-01T00:00:00Z", name: value}

    answer = shop.ask(params=params)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == f"query.{name}"


def test_a_bad_regular_expression_is_the_callers_error(shop: Shop) -> None:
    """What the engine says is passed on."""
    answer = shop.ask(params={"metric": "oven.doors", "where": "a=~("})

    assert (answer.status_code, answer.json()["title"]) == (422, "Unprocessable Content")


def test_a_stranger_is_refused(shop: Shop) -> None:
    """Neither route is open."""

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(app=shop.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return [
                (await client.post("/metrics")).status_code,
                (await client.get("/metrics/query")).status_code,
            ]

    assert asyncio.run(ask()) == [401, 401]


def test_a_list_with_more_new_names_than_there_is_room_for_is_refused_whole(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "MAX_METRICS", 3)
    shop.post({"name": "a", "value": 1})

    answer = shop.post([{"name": name, "value": 1} for name in "abcd"])

    assert answer.status_code == 422
    assert "name is 3, expected 2 new names at most" in answer.text
    shop.collect()
    assert sorted(shop.store.metadata()) == ["a"]
    assert shop.post([{"name": name, "value": 1} for name in "abc"]).status_code == 202


def test_names_are_those_of_the_strategy_that_is_set() -> None:
    shop = Shop("UnderscoreEscapingWithoutSuffixes")
    providers.configure(meter_provider=shop.provider, clock=shop.clock)

    answer = shop.post({"name": "oven.temperature", "value": 180, "unit": "Cel"})
    shop.collect()

    assert answer.json()["metrics"] == ["oven_temperature"]
    assert shop.get("oven.temperature")["metric"] == "oven_temperature"
    assert shop.get("oven.temperature")["series"][0]["points"][0]["value"] == 180
    providers.configure()
