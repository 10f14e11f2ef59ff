"""Functions of the application that get messages about alerts."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring import AlertRule, setup_telemetry
from otel_monitoring.errors import MonitoringError, RuleError
from tests.cli.served import receiving
from tests.integration.servers import eventually

if TYPE_CHECKING:
    from otel_monitoring.notify.message import Message

pytestmark = pytest.mark.usefixtures("fresh_process")

ROUTES = """
route: {{receiver: ops, group_by: ['...'], group_wait: 0s}}
receivers:
- {{name: ops, webhook_configs: [{{url: "{url}"}}]}}
- {{name: pager, webhook_configs: [{{url: "{url}"}}]}}
"""
RULES = "groups: [{name: a, interval: 50ms, rules: [{alert: Always, expr: vector(1)}]}]"


def settings(folder: Path, *channels: str) -> dict[str, Any]:
    rules = folder / "rules.yml"
    rules.write_text(RULES)
    return {
        "alerts": {"rule_files": [str(rules)], "default_rules": False, "interval_s": 0.05},
        "notify": {"channels": list(channels)},
        "system": {"enabled": False},
        "instrumentation": {"libraries": False, "threads": False},
    }


def test_functions_get_messages_whether_async_or_not(tmp_path: Path) -> None:
    told: list[tuple[str, list[str]]] = []
    both = threading.Semaphore(0)

    def plain(message: Message) -> None:
        told.append(("plain", [alert.labels["alertname"] for alert in message.alerts]))
        both.release()

    async def later(message: Message) -> None:
        told.append(("later", [alert.labels["alertname"] for alert in message.alerts]))
        both.release()

    setup_telemetry(
        functions={"plain": plain, "later": later},
        **settings(tmp_path, "callable://plain", "callable://later"),
    )

    assert all(both.acquire(timeout=20) for _ in range(2))
    assert sorted(told) == [("later", ["Always"]), ("plain", ["Always"])]


def test_a_rule_that_names_a_receiver_is_told_there_and_nowhere_else(tmp_path: Path) -> None:
    given = settings(tmp_path)
    rules, routes = Path(given["alerts"]["rule_files"][0]), tmp_path / "routes.yml"
    rules.write_text(f"{RULES[:-3]}, {{alert: Named, expr: vector(1), labels: {{channels: pager}}}}]}}]")
    with receiving() as (port, taken):
        routes.write_text(ROUTES.format(url=f"http://127.0.0.1:{port}/"))
        given["notify"] = {"alertmanager_file": str(routes), "allow_private": True}
        setup_telemetry(**given)

        eventually(lambda: len(taken) > 1, what="the second message")

    told = [json.loads(body) for body in taken]
    names = [(one["receiver"], alert["labels"]["alertname"]) for one in told for alert in one["alerts"]]
    assert sorted(names) == [("ops", "Always"), ("pager", "Named")]


def test_a_receiver_that_does_not_exist_is_refused_at_start_and_later(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"metric": "m", "operator": ">", "threshold": 1}
    lost = AlertRule(name="Lost", channels=["nobody"], **fields)
    message = r"rule 'Lost': channels has 'nobody': expected receivers, of default"
    quiet = {name: value for name, value in settings(tmp_path).items() if name not in ("alerts", "notify")}
    with pytest.raises(RuleError, match=message):
        setup_telemetry(rules=[lost], **quiet)

    monitoring = setup_telemetry(rules=[AlertRule(name="Found", channels=["default"], **fields)], **quiet)

    with pytest.raises(RuleError, match=message):
        monitoring.rules.put(lost)
    assert "Lost" not in monitoring.rules.names()


def test_a_function_that_was_not_given_is_refused_with_those_that_were(tmp_path: Path) -> None:
    with pytest.raises(
        MonitoringError, match=r"'page': expected one that was handed over \(call\), or module:name"
    ):
        setup_telemetry(functions={"call": print}, **settings(tmp_path, "callable://page"))
