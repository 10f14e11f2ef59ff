"""The overview, part by part."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from otel_monitoring.alerts.evaluation.status import GroupStatus, RuleHealth, RuleStatus
from otel_monitoring.alerts.rules.rule import AlertingRule
from otel_monitoring.api.dashboard.bodies import DashboardBody
from otel_monitoring.api.dashboard.once import Thrift
from otel_monitoring.api.dashboard.router import DashboardSource, dashboard_router
from otel_monitoring.errors import QueryError
from otel_monitoring.health.report import CheckResult, HealthReport
from otel_monitoring.model.alert import Alert
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.anomalies.desk import AnomaliesDesk
from otel_monitoring.reports.insights.desk import InsightsDesk
from otel_monitoring.reports.insights.rule import InsightRule
from otel_monitoring.reports.insights.score import HealthScore, ScorePart
from otel_monitoring.reports.subjects import Subjects
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from otel_monitoring.views.counting import Counting
from otel_monitoring.views.endpoints import EndpointsView
from otel_monitoring.views.vitals import Vitals, vitals
from tests.api.asking import Asked
from tests.views.shop import Shop

PARTS = ("health", "requests", "endpoints", "alerts", "anomalies", "insights", "slos", "system", "counts")


def source(shop: Shop, **changed: Any) -> DashboardSource:
    """Return an instance where nothing happened yet."""
    clock = FakeClock(shop.now_ms)
    query = shop.engine
    made = DashboardSource(
        clock=clock,
        report=lambda: HealthReport("healthy", (), shop.now_ms),
        score=lambda: HealthScore(None, "unknown", (), shop.now_ms),
        view=EndpointsView(shop.counting),
        groups=list,
        desk=None,
        anomalies=AnomaliesDesk(
            query=query,
            subjects=Subjects(metadata=dict),
            clock=clock,
            events=lambda *_, **__: (),
            lasting=tuple,
            is_watching=lambda: False,
        ),
        insights=InsightsDesk(query, clock, rules=tuple),
        slos=list,
        vitals=lambda at_ms: vitals(query, at_ms),
        series=lambda: 0,
    )
    return replace(made, **changed)


def shown(made: DashboardSource, **params: Any) -> Any:
    answer = Asked(dashboard_router(made)).get("/dashboard", **params)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_an_empty_part_says_why_and_what_to_do() -> None:
    """P22."""
    found = shown(source(Shop()))

    assert {found[name]["state"] for name in PARTS} == {"empty"}
    assert all(found[name]["note"] for name in PARTS)
    assert "alerts.rule_files" in found["alerts"]["note"]
    assert "setup_telemetry(app)" in found["requests"]["note"]
    assert "analytics.slo_files" in found["slos"]["note"]


def test_requests_and_endpoints_have_the_numbers_of_what_was_sent() -> None:
    shop = Shop()
    shop.process.serve("/cart/{id}", 0.02, times=90)
    shop.process.serve("/cart/{id}", 0.2, times=10, status="500")
    shop.pass_time(1800)

    found = shown(source(shop), window="30m")

    requests = found["requests"]["data"]
    assert (requests["now"]["requests"], requests["now"]["errorRate"]) == (100, 0.1)
    assert (requests["before"]["requests"], requests["change"]["perMinutePercent"]) == (0, None)
    assert len(requests["points"]["times"]) == len(requests["points"]["p95"]) == 59
    assert found["endpoints"]["data"]["worst"]["errorRate"][0]["value"] == 0.1
    assert (found["endpoints"]["state"], found["endpoints"]["since"]) == ("ok", found["since"])
    assert found["counts"]["data"]["processes"] == 1


def test_health_has_its_score_its_reasons_and_what_fails() -> None:
    shop = Shop()
    checks = (
        CheckResult("db", "unhealthy", "refused", True, shop.now_ms, shop.now_ms - 60_000, 0.5, "start it"),
        CheckResult("mail", "healthy", "", False, shop.now_ms, shop.now_ms, 0.0),
    )
    parts = (ScorePart("checks", 0.04, 15, 1, "", "1 of 2 checks are not healthy: db."),)

    found = shown(
        source(
            shop,
            report=lambda: HealthReport("unhealthy", checks, shop.now_ms),
            score=lambda: HealthScore(48.2, "unhealthy", parts, shop.now_ms),
        )
    )["health"]

    assert (found["state"], found["since"]) == ("ok", "2023-11-14T22:12:20Z")
    assert found["data"] == {
        "status": "unhealthy",
        "score": 48.2,
        "scoreStatus": "unhealthy",
        "reasons": [{"name": "checks", "score": 0.0, "why": "1 of 2 checks are not healthy: db."}],
        "checks": 2,
        "failing": [
            {
                "name": "db",
                "status": "unhealthy",
                "message": "refused",
                "advice": "start it",
                "critical": True,
            }
        ],
    }


def test_what_fires_comes_before_what_is_pending() -> None:
    shop = Shop()
    rule = AlertingRule(name="A", expr="up == 0", for_ms=0, labels={}, annotations={})
    states = (("p", "pending"), ("r", "inactive"), ("f", "firing"))
    alerts = tuple(
        Alert(Labels.of(alertname="A", job=job, severity="critical"), {}, state, math.nan, shop.now_ms)  # type: ignore[arg-type]
        for job, state in states
    )
    group = GroupStatus("g", "f", 15_000, (RuleStatus(rule, "err", "", "firing", alerts, None, 0.0),), 0)

    found = shown(source(shop, groups=lambda: [group]))

    data = found["alerts"]["data"]
    assert [one["labels"]["job"] for one in data["alerts"]] == ["f", "p"]
    assert (data["firing"], data["pending"], data["bySeverity"]) == (1, 1, {"critical": 1})
    assert (found["counts"]["data"]["rules"], found["counts"]["data"]["rulesFailing"]) == (1, 1)


def test_rules_that_were_not_asked_yet_are_not_said_to_be_quiet() -> None:
    rule = AlertingRule(name="A", expr="up == 0", for_ms=0, labels={}, annotations={})

    def note(health: RuleHealth) -> str:
        status = RuleStatus(rule, health, "", None, (), None, 0.0)
        group = GroupStatus("g", "f", 15_000, (status,), 0)
        return str(shown(source(Shop(), groups=lambda: [group]))["alerts"]["note"])

    assert note("unknown").startswith("Not known yet: the rules are asked")
    assert note("ok") == "Nothing fires: 1 rule is asked."


def test_the_worst_that_fires_is_in_front_and_within_it_what_began_first() -> None:
    shop = Shop()
    rule = AlertingRule(name="A", expr="up == 0", for_ms=0, labels={}, annotations={})
    begun_s = (
        ("info", 50),
        ("critical", 20),
        ("", 40),
        ("warning", 90),
        ("Page", 30),
        *[("warning", 1)] * 30,
    )
    alerts = tuple(
        Alert(
            Labels.of(alertname="A", n=str(n), severity=severity),
            {},
            "firing",
            1.0,
            shop.now_ms - ago_s * 1000,
        )
        for n, (severity, ago_s) in enumerate(begun_s)
    )
    group = GroupStatus("g", "f", 15_000, (RuleStatus(rule, "ok", "", "firing", alerts, None, 0.0),), 0)

    found = shown(source(shop, groups=lambda: [group]))["alerts"]["data"]

    assert [one["labels"]["n"] for one in found["alerts"]][:4] == ["4", "1", "3", "10"]
    assert (len(found["alerts"]), found["firing"]) == (20, 35)


def test_characters_that_are_none_are_replaced() -> None:
    shop = Shop()
    rule = AlertingRule(name="A", expr="up == 0", for_ms=0, labels={}, annotations={})
    alert = Alert(
        Labels.of(alertname="A", path="\ud800"), {"summary": "a \udfff"}, "firing", 1.0, shop.now_ms
    )
    group = GroupStatus("g", "f", 15_000, (RuleStatus(rule, "ok", "", "firing", (alert,), None, 0.0),), 0)

    found = shown(source(shop, groups=lambda: [group]))

    assert found["alerts"]["data"]["alerts"][0]["labels"]["path"] == "?"


def test_the_answer_is_as_described() -> None:
    found = DashboardBody.model_validate(shown(source(Shop())))

    assert set(DashboardBody.model_fields) - {"at", "since", "until"} == set(PARTS)
    assert found.health.state == "empty"


def test_insights_are_the_first_few() -> None:
    shop = Shop()
    rules = tuple(InsightRule(name=f"I{n}", expr=f"vector({n})", sentence=f"s{n}") for n in range(8))
    made = source(shop)

    found = shown(replace(made, insights=InsightsDesk(shop.engine, made.clock, rules=lambda: rules)))[
        "insights"
    ]

    assert (len(found["data"]["insights"]), found["data"]["total"], found["state"]) == (5, 8, "ok")


def test_the_system_has_its_numbers() -> None:
    shop = Shop()
    numbers = Vitals(cpu_ratio=0.31, memory_ratio=None, process_bytes=2e8, active_requests=3.0)

    found = shown(source(shop, vitals=lambda _at_ms: numbers))["system"]

    assert found["state"] == "ok"
    assert found["data"] == {
        "cpu": 0.31,
        "memory": None,
        "disk": None,
        "processBytes": 2e8,
        "loopLagSeconds": None,
        "activeRequests": 3,
    }


def refused(*_: object) -> Any:
    msg = "the query took longer than 10 s"
    raise QueryError(msg)


def broken(*_: object) -> Any:
    msg = "secret"
    raise KeyError(msg)


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("health", {"report": broken}),
        ("health", {"score": broken}),
        ("slos", {"slos": broken}),
        ("system", {"vitals": broken}),
        ("alerts", {"groups": broken}),
        ("counts", {"series": broken}),
        ("requests", {"view": EndpointsView(Counting(broken, exact_ms=0))}),
        ("endpoints", {"view": EndpointsView(Counting(broken, exact_ms=0))}),
        ("insights", {"insights": None}),
        ("anomalies", {"anomalies": None}),
    ],
)
def test_a_part_that_fails_takes_no_other_along(part: str, changed: dict[str, Any]) -> None:
    found = shown(source(Shop(), **changed))

    assert (found[part]["state"], found[part]["data"]) == ("failed", None)
    assert "secret" not in found[part]["note"]
    assert sum(found[name]["state"] == "failed" for name in PARTS) <= 2


def test_a_question_that_is_refused_says_why() -> None:
    found = shown(source(Shop(), view=EndpointsView(Counting(refused, exact_ms=0))))

    assert found["requests"]["note"] == "the query took longer than 10 s"
    assert found["system"]["state"] == "empty"


def test_ten_open_windows_cost_one_look_a_second() -> None:
    shop = Shop()
    asked_at_ms: list[int] = []

    def counting(at_ms: int) -> Vitals:
        asked_at_ms.append(at_ms)
        return Vitals()

    made = source(shop, vitals=counting)
    api = Asked(dashboard_router(made, thrift=Thrift(share=0.01, most_s=15, cpu_s=lambda: 0.0)))

    texts = {api.get("/dashboard").text for _ in range(10)}
    assert isinstance(made.clock, FakeClock)
    made.clock.advance(1)
    later = api.get("/dashboard").text

    assert (len(texts), len(asked_at_ms)) == (1, 2)
    assert later not in texts


def test_what_takes_long_is_worked_out_less_often_and_alerts_are_of_the_moment() -> None:
    shop, spent_s = Shop(), [0.0]
    asked_at_ms: list[int] = []

    def costly(at_ms: int) -> Vitals:
        asked_at_ms.append(at_ms)
        spent_s[0] += 0.04
        return Vitals()

    made = source(shop, vitals=costly)
    api = Asked(dashboard_router(made, thrift=Thrift(share=0.01, most_s=15, cpu_s=lambda: spent_s[0])))
    assert isinstance(made.clock, FakeClock)

    moments = []
    for _ in range(9):
        moments.append(api.get("/dashboard").json()["at"])
        made.clock.advance(1)

    assert len(set(moments)) == 9
    assert len(asked_at_ms) == 3


def test_windows_of_different_lengths_are_kept_apart() -> None:
    api = Asked(dashboard_router(source(Shop())))

    assert api.get("/dashboard", hours=1).json()["since"] != api.get("/dashboard", hours=2).json()["since"]


@pytest.mark.parametrize(("name", "value"), [("window", "32d"), ("since", "x"), ("hours", "nan")])
def test_a_window_that_makes_no_sense_is_refused(name: str, value: str) -> None:
    answer = Asked(dashboard_router(source(Shop()))).get("/dashboard", **{name: value})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == f"query.{name}"


def test_numbers_that_json_does_not_have_are_null() -> None:
    found = shown(source(Shop(), vitals=lambda _: Vitals(cpu_ratio=float(np.nan), process_bytes=math.inf)))

    assert found["system"]["data"]["cpu"] is None
    assert found["system"]["data"]["processBytes"] is None


def test_vitals_are_asked_in_one_go() -> None:
    store = SeriesStore()
    shop = Shop()
    shop.process.counts[Labels.of(__name__="process_memory_usage_bytes", instance="a")] = 5
    shop.process.counts[Labels.of(__name__="otel_monitoring_cpu_utilization_ratio", instance="a")] = 1
    shop.pass_time(15)

    assert vitals(shop.engine, shop.now_ms) == Vitals(cpu_ratio=1, process_bytes=5, processes=1)
    assert vitals(Engine(store), shop.now_ms) == Vitals()


def test_nobody_asks_without_the_token() -> None:
    assert Asked(dashboard_router(source(Shop()))).ask("GET", "/dashboard", token="x").status_code == 401
