"""The API as a whole: alerts, rules, health, errors."""

from __future__ import annotations

import builtins
import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.alerts.evaluation.status import GroupStatus, RuleStatus
from otel_monitoring.alerts.rules.rule import AlertingRule, RecordingRule
from otel_monitoring.api.mount import Mounted
from otel_monitoring.api.router import build_api
from otel_monitoring.errors import MissingExtraError
from otel_monitoring.health.report import CheckResult, HealthReport, Readiness
from otel_monitoring.model.alert import Alert
from otel_monitoring.model.labels import Labels
from tests.api.access.opened import opened_by
from tests.api.client import get

if TYPE_CHECKING:
    import httpx

TOKEN = "s3cret"
T_MS = 1_700_000_000_000

FIRING = Alert(
    Labels.of(alertname="A", job="f"), {"summary": "s"}, "firing", 2.5, T_MS, fired_at_ms=T_MS + 500
)
PENDING = Alert(Labels.of(alertname="A", job="p"), {}, "pending", math.nan, T_MS + 1000)
RESOLVED = Alert(
    Labels.of(alertname="A", job="r"), {}, "inactive", math.inf, T_MS, T_MS, resolved_at_ms=T_MS + 9000
)
OLDER = Alert(Labels.of(alertname="A", job="o"), {}, "firing", -math.inf, T_MS - 1000, fired_at_ms=T_MS)


class AlertsFake:
    """One group with an alerting and a recording rule; raises where asked to."""

    error: Exception | None = None

    def groups(self) -> list[GroupStatus]:
        if self.error:
            raise self.error
        rule = AlertingRule(
            name="A", expr="up == 0", for_ms=300_000, labels={"x": "y"}, annotations={"summary": "s"}
        )
        alerting = RuleStatus(
            rule, "err", "no such function", "firing", (RESOLVED, PENDING, OLDER, FIRING), T_MS, 0.25
        )
        recording = RuleStatus(RecordingRule(name="r", expr="sum(up)"), "unknown", "", None, (), None, 0.0)
        return [GroupStatus("g", "rules.yml", 15_000, (alerting, recording), missed=2)]


class HealthFake:
    """A report with two checks."""

    def report(self) -> HealthReport:
        checks = (
            CheckResult("db", "degraded", "slow", True, T_MS, T_MS - 1000, 0.5),
            CheckResult("mail", None, "", False, None, None, 0.0),
        )
        return HealthReport("degraded", checks, T_MS)

    def readiness(self) -> Readiness:
        return Readiness("serving", ())

    def run(self, name: str, *, wait_s: float = 0) -> bool | None:
        raise NotImplementedError


def ask(
    path: str, *, alerts: AlertsFake | None = None, method: str = "GET", token: str = TOKEN
) -> httpx.Response:
    app = build_api(alerts=alerts or AlertsFake(), health=HealthFake(), access=opened_by(TOKEN))
    mounted = Mounted(lambda: app, prefix="/monitoring")
    return get(mounted, f"/monitoring{path}", method=method, authorization=f"Bearer {token}")


def test_alerts_are_listed_firing_first_then_the_newest() -> None:
    body = ask("/alerts").json()

    assert [alert["labels"]["job"] for alert in body["alerts"]] == ["f", "o", "p", "r"]
    assert body["total"] == 4
    assert body["alerts"][0] == {
        "rule": "A",
        "group": "g",
        "state": "firing",
        "labels": {"alertname": "A", "job": "f"},
        "annotations": {"summary": "s"},
        "value": 2.5,
        "unit": "",
        "threshold": "",
        "expr": "up == 0",
        "activeAt": "2023-11-14T22:13:20Z",
        "firedAt": "2023-11-14T22:13:20.500000Z",
        "resolvedAt": None,
        "fingerprint": "595d3fc30685c370",
        "silencedBy": [],
        "inhibitedBy": None,
        "acknowledgedBy": None,
    }


def test_numbers_are_never_nan() -> None:
    text = ask("/alerts").text

    body = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert [alert["value"] for alert in body["alerts"]] == [2.5, "-Inf", "NaN", "+Inf"]


def test_alerts_are_picked_by_state_and_limited() -> None:
    assert [alert["labels"]["job"] for alert in ask("/alerts?state=pending").json()["alerts"]] == ["p"]
    assert ask("/alerts?state=firing&limit=1").json()["total"] == 2
    assert len(ask("/alerts?state=firing&limit=1").json()["alerts"]) == 1


def test_rules_are_listed_with_their_health() -> None:
    (group,) = ask("/rules").json()["groups"]

    alerting, recording = group.pop("rules")
    assert group == {"name": "g", "source": "rules.yml", "interval": "15s", "missed": 2}
    assert alerting == {
        "name": "A",
        "type": "alerting",
        "expr": "up == 0",
        "for": "5m",
        "keepFiringFor": "0s",
        "labels": {"x": "y"},
        "annotations": {"summary": "s"},
        "state": "firing",
        "health": "err",
        "lastError": "no such function",
        "mode": "enabled",
        "evaluatedAt": "2023-11-14T22:13:20Z",
        "evaluationSeconds": 0.25,
        "alerts": 3,
    }
    assert (recording["type"], recording["state"], recording["evaluatedAt"]) == ("recording", None, None)


def test_health_is_told_check_by_check_to_who_may_read() -> None:
    assert [one["name"] for one in ask("/health").json()["checks"]] == ["db", "mail"]
    assert ask("/health", token="x").json().keys() == {"status", "at"}


def test_liveness_is_open_and_constant() -> None:
    """P16."""
    answer = ask("/health/live", token="")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/alerts",
        "/rules",
        "/openapi.json",
        "/docs",
        "/nothing",
        "/health/live/",
        "/health/live/x",
    ],
)
def test_all_else_is_closed_and_alike_to_a_stranger(path: str) -> None:
    assert (ask(path, token="x").status_code, ask(path, token="x").text) == (
        401,
        ask("/alerts", token="y").text,
    )


@pytest.mark.parametrize(
    ("path", "method", "status", "title"),
    [
        ("/nothing", "GET", 404, "Not Found"),
        ("/docs", "GET", 404, "Not Found"),
        ("/alerts", "DELETE", 405, "Method Not Allowed"),
    ],
)
def test_errors_are_problem_details(path: str, method: str, status: int, title: str) -> None:
    answer = ask(path, method=method)

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": title,
        "status": status,
        "instance": f"/monitoring{path}",
    }


def test_a_bad_parameter_is_named_with_what_was_expected() -> None:
    body = ask("/alerts?limit=0").json()

    assert (body["status"], body["title"]) == (422, "Unprocessable Content")
    assert body["type"] == "urn:otel-monitoring:problem:not-valid"
    assert body["errors"] == [
        {
            "field": "query.limit",
            "message": "Input should be greater than or equal to 1, found '0'",
            "value": "'0'",
        }
    ]


def test_an_unexpected_error_says_nothing_of_itself() -> None:
    alerts = AlertsFake()
    alerts.error = ZeroDivisionError("secret")

    answer = ask("/alerts", alerts=alerts)

    assert answer.status_code == 500
    assert answer.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "The log says why.",
        "instance": "/monitoring/alerts",
    }


def test_without_fastapi_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def import_fake(name: str, *args: Any) -> Any:
        if name.partition(".")[0] == "fastapi":
            raise ImportError(name)
        return real_import(name, *args)

    monkeypatch.setattr(builtins, "__import__", import_fake)

    with pytest.raises(MissingExtraError, match=r"otel-monitoring\[fastapi\]"):
        build_api(alerts=AlertsFake(), health=HealthFake(), access=opened_by(TOKEN))


def test_the_application_inside_has_no_telemetry_of_its_own() -> None:
    """P8, P15."""
    gate: Any = build_api(alerts=AlertsFake(), health=HealthFake(), access=opened_by(TOKEN))
    telemetry = getattr(gate.app._app._app, "_telemetry", {"tracing": False, "metrics": False, "logs": False})

    assert (telemetry["tracing"], telemetry["metrics"], telemetry["logs"]) == (False, False, False)


def test_an_application_that_replaced_the_class_is_not_built_upon(monkeypatch: pytest.MonkeyPatch) -> None:
    """P15: instrumentations replace ``fastapi.FastAPI`` by a class that instruments itself."""
    import fastapi

    monkeypatch.setattr(fastapi, "FastAPI", None)

    assert ask("/health/live").status_code == 200
