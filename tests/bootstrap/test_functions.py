"""Functions of the application that get messages about alerts."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring import setup_telemetry
from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.notify.message import Message

pytestmark = pytest.mark.usefixtures("fresh_process")

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


def test_a_function_that_was_not_given_is_refused_with_those_that_were(tmp_path: Path) -> None:
    with pytest.raises(
        MonitoringError, match=r"'page': expected one that was handed over \(call\), or module:name"
    ):
        setup_telemetry(functions={"call": print}, **settings(tmp_path, "callable://page"))
