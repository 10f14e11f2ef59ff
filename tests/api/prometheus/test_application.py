"""The API of Prometheus over a real store, a real engine and the rules of a fake evaluator."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from otel_monitoring.api.prometheus.application import prometheus_app
from otel_monitoring.api.prometheus.sources import Sources
from otel_monitoring.errors import QueryTimeoutError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE, Batch, Metadata
from otel_monitoring.promql.engine import Engine, Limits
from otel_monitoring.promql.language.format import formatted
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.api.client import get
from tests.api.test_router import AlertsFake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.promql.result import Result

T_MS = 1_700_000_000_000
SHOP = Labels.of(__name__="orders_total", shop="a")
OTHER = Labels.of(__name__="orders_total", shop="b")
GONE = Labels.of({"__name__": "old", "odd.name": "x"})


@dataclass(frozen=True)
class Exemplar:
    labels: Labels
    value: float
    time_ms: int


class OneExemplar:
    """Has one exemplar of each series that is asked for."""

    def select(
        self, matchers: Sequence[Matcher], start_ms: int, end_ms: int
    ) -> list[tuple[Labels, list[Exemplar]]]:
        found = [labels for labels in (SHOP, OTHER) if all(one.matches(labels) for one in matchers)]
        return [(labels, [Exemplar(Labels.of(trace_id="abc"), 0.25, T_MS)]) for labels in found]


def sources(**changed: Any) -> Sources:
    store = SeriesStore()
    metadata = (Metadata("orders", "counter", "Orders.", "1"),)
    store.append(Batch("self", T_MS - 60_000, (SHOP, OTHER, GONE), (1.0, 2.0, 3.0), metadata))
    store.append(Batch("self", T_MS, (SHOP, OTHER), (4.0, math.inf), metadata))
    engine = Engine(store, limits=Limits(max_samples=1000))
    fields: dict[str, Any] = {
        "query": engine,
        "tune": engine.tuned,
        "parse": engine.parse,
        "format": formatted,
        "series": store,
        "rules": AlertsFake(),
        "clock": FakeClock(T_MS),
    }
    return Sources(**{**fields, **changed})


def ask(path: str, *, of: Sources | None = None, form: Any = None, **fields: Any) -> httpx.Response:
    address = f"/api/v1/{path}?{httpx.QueryParams(fields)}"
    return get(prometheus_app(of or sources()), address, method="POST" if form else "GET", form=form)


def data(path: str, **fields: Any) -> Any:
    answer = ask(path, **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_an_instant_query_gives_a_vector() -> None:
    assert data("query", query="orders_total") == {
        "resultType": "vector",
        "result": [
            {"metric": SHOP.as_dict(), "value": [1_700_000_000, "4"]},
            {"metric": OTHER.as_dict(), "value": [1_700_000_000, "+Inf"]},
        ],
    }


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("1/4", {"resultType": "scalar", "result": [1_700_000_000.5, "0.25"]}),
        ('"x"', {"resultType": "string", "result": [1_700_000_000.5, "x"]}),
        ("nobody", {"resultType": "vector", "result": []}),
        (
            "orders_total{shop='a'}[2m]",
            {
                "resultType": "matrix",
                "result": [
                    {"metric": SHOP.as_dict(), "values": [[1_699_999_940, "1"], [1_700_000_000, "4"]]}
                ],
            },
        ),
    ],
)
def test_every_kind_of_result_has_its_shape(expr: str, expected: Any) -> None:
    assert data("query", query=expr, time="1700000000.5") == expected


def test_a_form_that_is_posted_is_read() -> None:
    answer = ask("query_range", form={"query": "1", "start": "0", "end": "2", "step": "1"})

    assert answer.json()["data"]["result"] == [{"metric": {}, "values": [[0, "1"], [1, "1"], [2, "1"]]}]


def test_a_body_that_is_too_long_is_refused() -> None:
    answer = ask("query", form={"query": "1", "more": "x" * 1_100_000})

    assert answer.json()["error"] == "the body is longer than 1048576 bytes"


def test_an_expression_is_given_as_a_tree() -> None:
    assert data("parse_query", query="(1)") == {
        "type": "parenExpr",
        "expr": {"type": "numberLiteral", "val": "1"},
    }


def test_a_limit_cuts_the_answer_and_says_so() -> None:
    body = ask("query", query="orders_total", limit=1).json()

    assert len(body["data"]["result"]) == 1
    assert body["warnings"] == ["results truncated due to limit"]


def test_warnings_come_with_the_answer() -> None:
    body = ask("query", query="quantile(2, orders_total)").json()

    assert "quantile value should be between 0 and 1, got 2" in body["warnings"][0]


RANGE = {"query": "1", "start": "0", "end": "60", "step": "15"}


@pytest.mark.parametrize(
    ("path", "fields", "status", "kind", "message"),
    [
        ("query", {"query": "sum("}, 400, "bad_data", 'invalid parameter "query": '),
        ("parse_query", {"query": "sum("}, 400, "bad_data", 'invalid parameter "query": 1:5: parse error'),
        ("query", {"query": "1", "time": "x"}, 400, "bad_data", 'invalid parameter "time": cannot parse "x"'),
        ("query", {"query": "1", "timeout": "x"}, 400, "bad_data", 'invalid parameter "timeout": '),
        ("query", {"query": "orders_total * on() orders_total"}, 422, "execution", "many-to-many"),
        ("query_range", {**RANGE, "end": "-1"}, 400, "bad_data", "end timestamp must not be before start"),
        ("query_range", {**RANGE, "step": "0"}, 400, "bad_data", "zero or negative query resolution step"),
        ("query_range", {**RANGE, "end": "11001", "step": "1"}, 400, "bad_data", "of 11,000 points"),
        ("query_range", {**RANGE, "query": "a[5m]"}, 400, "bad_data", "invalid expression type"),
        ("query_range", {**RANGE, "query": "1", "start": ""}, 400, "bad_data", 'parameter "start"'),
        ("format_query", {"query": "1+"}, 400, "bad_data", 'invalid parameter "query": '),
        ("series", {}, 400, "bad_data", "no match[] parameter provided"),
        ("series", {"match[]": "a + b"}, 400, "bad_data", 'invalid parameter "match[]": '),
        ("series", {"match[]": "a["}, 400, "bad_data", 'invalid parameter "match[]": '),
        ("metadata", {"limit": "x"}, 400, "bad_data", "limit must be a number"),
        ("rules", {"type": "x"}, 400, "bad_data", 'not supported value "x"'),
        ("query_exemplars", {"query": "("}, 400, "bad_data", "parse error"),
        ("query_exemplars", {"query": "a", "start": "2", "end": "1"}, 400, "bad_data", "must not be before"),
    ],
)
def test_an_error_has_the_type_the_status_and_the_words_of_prometheus(
    path: str, fields: dict[str, Any], status: int, kind: str, message: str
) -> None:
    answer = ask(path, **fields)

    body = answer.json()
    assert (answer.status_code, body["status"], body["errorType"]) == (status, "error", kind)
    assert message in body["error"]


def test_a_query_that_takes_too_long_is_a_timeout() -> None:
    def slow(*_when: Any) -> Result:
        msg = "query timed out: it took longer than query.timeout_s, 10 s"
        raise QueryTimeoutError(msg)

    answer = ask("query", of=sources(query=slow), query="1")

    assert (answer.status_code, answer.json()["errorType"]) == (503, "timeout")


def test_a_query_over_a_limit_names_the_limit() -> None:
    answer = ask("query", query="orders_total[1h:1s]")

    assert answer.status_code == 422
    assert "query.max_samples, 1,000" in answer.json()["error"]


def test_an_expression_is_formatted() -> None:
    assert data("format_query", query="sum  by(shop)(orders_total)") == "sum by (shop) (orders_total)"


def test_series_are_those_of_any_selector_each_once() -> None:
    found = data("series", **{"match[]": '{__name__=~"orders.*"}'}) + data("series", **{"match[]": "old"})

    assert found == [SHOP.as_dict(), OTHER.as_dict(), GONE.as_dict()]


def test_series_without_a_sample_in_the_time_asked_are_left_out() -> None:
    found = data("series", **{"match[]": '{__name__!=""}', "start": T_MS / 1000 - 1, "end": T_MS / 1000})

    assert found == [SHOP.as_dict(), OTHER.as_dict()]


def test_label_names_and_values_are_listed() -> None:
    assert data("labels") == ["__name__", "odd.name", "shop"]
    assert data("labels", **{"match[]": "orders_total"}) == ["__name__", "shop"]
    assert data("label/shop/values") == ["a", "b"]
    assert data("label/shop/values", **{"match[]": 'orders_total{shop!="a"}'}) == ["b"]
    assert data("label/U__odd_2e_name/values") == ["x"]
    assert data("label/nobody/values") == []
    assert data("labels", limit=1) == ["__name__"]
    assert data("labels", start=2, end=1) == []


def test_metadata_is_listed_by_metric() -> None:
    row = {"orders": [{"type": "counter", "help": "Orders.", "unit": "1"}]}

    assert data("metadata") == row
    assert data("metadata", metric="orders") == row
    assert data("metadata", metric="other") == {}
    assert data("metadata", limit=0) == {}


def test_alerts_are_those_that_are_pending_or_firing() -> None:
    found = data("alerts")["alerts"]

    assert {one["state"] for one in found} == {"pending", "firing"}
    assert {one["value"] for one in found} == {"NaN", "-Inf", "2.5e+00"}


def test_exemplars_are_those_of_every_selector() -> None:
    found = data(
        "query_exemplars", of=sources(exemplars=OneExemplar()), query="rate(orders_total{shop='a'}[5m])"
    )

    assert found == [
        {
            "seriesLabels": SHOP.as_dict(),
            "exemplars": [{"labels": {"trace_id": "abc"}, "value": "0.25", "timestamp": 1_700_000_000}],
        }
    ]
    assert data("query_exemplars", query="orders_total") == []


def test_a_stale_series_is_no_part_of_a_vector() -> None:
    of = sources()
    of.series.append(Batch("self", T_MS + 15_000, (SHOP, OTHER), (STALE, 5.0)))  # type: ignore[attr-defined]

    answer = ask("query", of=of, query="orders_total", time=T_MS / 1000 + 15)

    assert [one["metric"]["shop"] for one in answer.json()["data"]["result"]] == ["b"]


def test_queries_leave_the_event_loop_free_and_are_bounded() -> None:
    """Seventy queries at once: four are worked on, sixty wait, the rest is told to come again."""
    entered: list[int] = []
    gates: list[anyio.Event] = []

    def wait(*_when: Any) -> Result:
        entered.append(1)
        anyio.from_thread.run(gates[0].wait)
        return Engine(SeriesStore()).instant("1", 0)

    async def all_at_once() -> list[httpx.Response]:
        gates.append(anyio.Event())
        transport = httpx.ASGITransport(app=prometheus_app(sources(query=wait)))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            asked = [asyncio.ensure_future(client.get("/api/v1/query?query=1")) for _ in range(70)]
            done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            assert {one.result().status_code for one in done} == {503}
            assert len(entered) <= 4
            gates[0].set()
            return await asyncio.gather(*asked)

    answers = asyncio.run(all_at_once())

    assert sorted(one.status_code for one in answers) == [200] * 64 + [503] * 6


def test_a_look_back_may_be_asked_for() -> None:
    assert data("query", query="orders_total", time=T_MS / 1000 + 400)["result"] == []

    rows = data("query", query="orders_total", time=T_MS / 1000 + 400, lookback_delta="10m")["result"]

    assert sorted(row["value"][1] for row in rows) == ["+Inf", "4"]


@pytest.mark.parametrize("value", ["x", "-5m", "1e300"])
def test_a_look_back_that_is_no_duration_is_refused(value: str) -> None:
    answer = ask("query", query="orders_total", lookback_delta=value)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(
        f'error parsing lookback delta duration: cannot parse "{value}" to a valid duration'
    )


@pytest.mark.parametrize("value", ["0", "-300"])
def test_no_look_back_is_the_usual_one(value: str) -> None:
    assert (
        len(data("query", query="orders_total", time=T_MS / 1000 + 200, lookback_delta=value)["result"]) == 2
    )


@pytest.mark.parametrize("value", ["0", "-1"])
def test_a_timeout_that_leaves_no_time_is_over_at_once(value: str) -> None:
    answer = ask("query", query="1", timeout=value)

    assert (answer.status_code, answer.json()["errorType"]) == (503, "timeout")


def test_a_timeout_may_be_asked_for_and_only_shortened() -> None:
    asked: list[float | None] = []

    def tune(*, timeout_s: float | None = None, lookback_ms: int | None = None) -> Engine:
        asked.append(timeout_s)
        assert lookback_ms is None
        return Engine(SeriesStore())

    assert ask("query", of=sources(tune=tune), query="1", timeout="2s").status_code == 200
    assert asked == [2.0]
    assert Engine(SeriesStore(), limits=Limits(timeout_s=3)).tuned(timeout_s=60)._limits.timeout_s == 3
    assert Engine(SeriesStore(), limits=Limits(timeout_s=3)).tuned(timeout_s=1)._limits.timeout_s == 1


def test_what_a_query_cost_is_told_where_asked() -> None:
    assert "stats" not in data("query", query="orders_total")

    stats = data("query", query="orders_total", stats="all")["stats"]

    assert stats["samples"] == {"totalQueryableSamples": 2, "samplesRead": 2, "peakSamples": 2}
    assert sorted(stats["timings"]) == [
        "evalTotalTime",
        "execQueueTime",
        "execTotalTime",
        "innerEvalTime",
        "queryPreparationTime",
        "resultSortTime",
    ]


def test_another_word_for_stats_is_taken_with_a_warning() -> None:
    body = ask("query", query="1", stats="yes").json()

    assert "stats" in body["data"]
    assert 'value "yes" for parameter "stats" is deprecated' in body["warnings"][0]


def test_from_where_the_samples_came_is_said_beside_the_data() -> None:
    assert ask("query", query="orders_total").json()["tiers"] == ["memory"]
    assert "tiers" not in ask("query", query="1").json()


def test_ten_notes_of_a_kind_are_told_and_the_number_of_the_rest() -> None:
    store = SeriesStore()
    for time_ms in (T_MS - 15_000, T_MS):
        labels = [Labels.of(__name__=f"g{n}", n=str(n)) for n in range(13)]
        store.append(Batch("self", time_ms, labels, [float(time_ms)] * 13))

    body = ask("query", of=sources(query=Engine(store)), query='rate({n=~".+"}[5m])').json()

    assert len(body["infos"]) == 11
    assert body["infos"][-1] == "3 more info annotations omitted"
    assert "warnings" not in body


def test_the_link_of_an_alert_leads_to_what_its_expression_gives() -> None:
    answer = get(prometheus_app(sources()), "/graph?g0.expr=orders_total+%3E+2&g0.tab=1")

    assert (answer.status_code, answer.headers["location"]) == (307, "api/v1/query?query=orders_total+%3E+2")
