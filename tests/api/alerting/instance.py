"""The API over a real instance whose rules fire, with a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from otel_monitoring.api.router import build_api
from otel_monitoring.bootstrap.api.routes import desk
from tests.api.access.opened import opened_by
from tests.api.test_router import HealthFake
from tests.bootstrap.test_analysis import Rig

if TYPE_CHECKING:
    from pathlib import Path

RULES = """
groups:
  - name: shop
    rules:
      - alert: TooManyOrders
        expr: orders_total > 2
        labels: {severity: critical}
        annotations: {summary: many}
      - {alert: Informed, expr: orders_total > 2, labels: {severity: info}}
      - {alert: Patient, expr: orders_total > 2, for: 1h}
      - {alert: Watched, expr: orders_total / orders_total > 0.5, labels: {observe: "true"}}
"""

ROUTES = """
route:
  receiver: nobody
  routes:
    - {matchers: [severity="critical"], receiver: team/web, group_wait: 0s, group_by: [alertname]}
receivers:
  - name: nobody
  - name: team/web
    webhook_configs: [{url: "http://127.0.0.1:1/hook"}]
inhibit_rules:
  - {source_matchers: [severity="critical"], target_matchers: [severity="info"]}
"""


class Instance:
    """Orders are counted, and too many of them."""

    def __init__(self, folder: Path, *, routes: str = "", **settings: Any) -> None:
        rules = folder / "rules.yml"
        rules.write_text(RULES)
        notify: dict[str, Any] = {"channels": ["log://"], "allow_private": True, **settings.pop("notify", {})}
        self.routes = folder / "alertmanager.yml"
        if routes:
            self.routes.write_text(routes)
            notify["alertmanager_file"] = str(self.routes)
        alerts = {"rule_files": [str(rules)], "default_rules": False, **settings.pop("alerts", {})}
        self.rig = Rig(service_name="shop", alerts=alerts, notify=notify, **settings)
        self.clock = self.rig.clock
        self.analysis = self.rig.analysis
        self.counter = self.rig.counter
        self.app = build_api(
            alerts=self.analysis,
            health=HealthFake(),
            access=opened_by("t"),
            rules=self.analysis.rules,
            desk=desk(self.rig.builder, self.analysis, started_ms=self.clock.now_ms()),
        )

    def fire(self) -> None:
        """Count too many orders, and let some time pass."""
        self.counter.add(3)
        self.rig.pass_time(120)

    def ask(self, method: str, path: str, *, content_type: str = "", **more: Any) -> httpx.Response:
        headers = {"authorization": "Bearer t"}
        if content_type:
            headers["content-type"] = content_type

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(ask())

    def get(self, path: str, **params: Any) -> Any:
        answer = self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fingerprint(self, rule: str) -> str:
        found: str = next(one["fingerprint"] for one in self.get("/alerts")["alerts"] if one["rule"] == rule)
        return found

    def actions(self) -> list[tuple[str, str]]:
        return [(one["name"], one["actor"]) for one in self.get("/audit")["actions"]]


def refused(answer: httpx.Response, status: int) -> tuple[list[str], str]:
    """Return the fields that a problem names, and its text."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    return [one["field"] for one in body.get("errors", [])], body["detail"]
