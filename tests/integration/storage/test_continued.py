"""Killed with -9 again and again: the next one goes on with what fires, waits, was said and was not told."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.integration.lifecycle.processes import environment, running
from tests.integration.servers import eventually, free_ports
from tests.integration.storage.diary import Diary
from tests.integration.storage.party import Receiver

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.integration.lifecycle.processes import Server

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

SEED = int(os.environ.get("OTEL_MONITORING_SEED", "5"))
DEATHS = 2
LIVES_S = 3.0
TOKEN = "a-token-of-the-api"
RULES = """
groups:
- name: shop
  interval: 10s
  rules:
  - {alert: Known, expr: vector(1)}
  - {alert: Slow, expr: vector(1), for: 70s}
  - {alert: Unheard, expr: vector(1), labels: {team: late}}
  - {alert: Quiet, expr: vector(1), for: 20s}
"""
ROUTES = """
route:
  receiver: ops
  group_by: ['...']
  group_wait: 0s
  repeat_interval: 1s
  group_interval: 1s
  routes: [{{receiver: late, matchers: [team="late"], repeat_interval: 1h}}]
receivers:
- name: ops
  webhook_configs: [{{url: "{url}ops"}}]
- name: late
  webhook_configs: [{{url: "{url}late"}}]
"""


class Shop:
    """The service under test, of which one process runs at a time."""

    def __init__(self, url: str, folder: Path, receiver: Receiver) -> None:
        self._folder = folder
        (folder / "rules.yml").write_text(RULES)
        (folder / "routes.yml").write_text(ROUTES.format(url=receiver.url))
        settings = {
            "STORAGE__URL": url,
            "API__TOKEN": TOKEN,
            "TELEMETRY__COLLECT_INTERVAL_S": "0.5",
            "ALERTS__RULE_FILES": str(folder / "rules.yml"),
            "ALERTS__DEFAULT_RULES": "false",
            "NOTIFY__ALERTMANAGER_FILE": str(folder / "routes.yml"),
            "NOTIFY__ALLOW_PRIVATE": "true",
            "SYSTEM__ENABLED": "false",
        }
        self._env = environment(None, **{f"OTEL_MONITORING_{name}": one for name, one in settings.items()})
        self._env |= {"OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none"}

    def living(self) -> AbstractContextManager[Server]:
        """Run it until the end of the block, which is a ``kill -9``."""
        (port,) = free_ports(1)
        self._monitoring = f"http://127.0.0.1:{port}/monitoring"
        command = ("uvicorn", "--port", str(port), "tests.integration.storage.workers_app:app")
        ready = "Application startup complete"
        return running(command, env=self._env, folder=self._folder, port=port, ready=ready, times=1)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return what the API says."""
        headers = {"authorization": f"Bearer {TOKEN}"}
        answer = httpx.request(method, self._monitoring + path, json=body, headers=headers, timeout=30)
        assert answer.is_success, answer.text
        return answer.json()

    def alert(self, rule: str, state: str = "") -> dict[str, Any]:
        """Wait until there is an alert of a rule, in a state where one is given; return it."""

        def found() -> dict[str, Any] | None:
            alerts = self.ask("GET", "/alerts")["alerts"]
            ours = (one for one in alerts if one["rule"] == rule)
            return next((one for one in ours if not state or one["state"] == state), None)

        return eventually(found, timeout_s=120, what=f"{rule} {state}")


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_next_process_goes_on_after_kills_at_random_moments(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """P10: alert states, `for`, silences, acknowledgements, and messages that nobody took yet."""
    chance = random.Random(SEED)
    receiver = Receiver(Diary(tmp_path))
    receiver.refused.add("late")
    shop = Shop(request.getfixturevalue(f"{kind}_url"), tmp_path, receiver)
    silence = {"matchers": ["alertname=Quiet"], "for": "1h", "createdBy": "kim", "comment": "known"}
    with shop.living():
        shop.ask("POST", "/silences", silence)  # the answer is its being written down
    with shop.living():
        fingerprint = shop.alert("Known", "firing")["fingerprint"]
        eventually(lambda: "Known" in told(receiver), timeout_s=120, what="a message")
        shop.ask("POST", f"/alerts/{fingerprint}/acknowledge", {"by": "kim"})
        before = {rule: shop.alert(rule) for rule in ("Known", "Slow", "Unheard")}
    said = len(told(receiver))
    for _ in range(DEATHS):
        with shop.living():
            time.sleep(chance.uniform(0, LIVES_S))
    with shop.living():
        after = {rule: shop.alert(rule) for rule in before}
        quiet = shop.alert("Quiet", "firing")
        receiver.refused.clear()
        shop.alert("Slow", "firing")
        eventually(lambda: {"Unheard", "Slow"} <= {*told(receiver)}, timeout_s=120, what="messages")

    since = {rule: (one["activeAt"], one["firedAt"]) for rule, one in before.items()}
    assert {rule: (one["activeAt"], one["firedAt"]) for rule, one in after.items()} == since
    assert before["Slow"]["state"] == "pending"
    assert after["Known"]["acknowledgedBy"] == "kim"
    assert quiet["silencedBy"]
    assert sorted(set(told(receiver))) == ["Known", "Slow", "Unheard"]
    assert told(receiver)[said:].count("Known") == 0
    assert len({one.key for one in receiver.got if one.name == "Unheard"}) == 1


def told(receiver: Receiver) -> list[str]:
    """Return of which alerts somebody was told, once for each message."""
    return [one.name for one in receiver.got]
