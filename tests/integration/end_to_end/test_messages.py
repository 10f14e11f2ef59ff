"""From requests that fail to a message that says how bad it is and where to look, and to who takes care."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from tests.integration.end_to_end.serving import serving
from tests.integration.servers import eventually
from tests.notify.receiver import receiving

if TYPE_CHECKING:
    from pathlib import Path

_TOKEN = "a-token-of-the-api"
_RULES = """
groups:
  - name: shop
    rules:
      - alert: RequestsFail
        expr: |
          sum by (http_route) (
            rate(http_server_request_duration_seconds_count{http_response_status_code=~"5.."}[1m])
          ) > 0.01
        labels: {severity: critical}
        annotations: {summary: "Requests to {{ $labels.http_route }} fail"}
"""


def _routes(url: str) -> str:
    return f"""
route: {{receiver: oncall, group_wait: 0s, group_by: [alertname]}}
receivers:
  - name: oncall
    slack_configs: [{{api_url: "{url}"}}]
"""


def _environ(folder: Path, url: str) -> dict[str, str]:
    (folder / "rules.yml").write_text(_RULES)
    (folder / "alertmanager.yml").write_text(_routes(url))
    return {
        "OTEL_MONITORING_API__TOKEN": _TOKEN,
        "OTEL_MONITORING_TELEMETRY__COLLECT_INTERVAL_S": "1",
        "OTEL_MONITORING_ALERTS__INTERVAL_S": "1",
        "OTEL_MONITORING_ALERTS__RULE_FILES": str(folder / "rules.yml"),
        "OTEL_MONITORING_ALERTS__DEFAULT_RULES": "false",
        "OTEL_MONITORING_ALERTS__EXTERNAL_URL": "https://shop.example.org",
        "OTEL_MONITORING_NOTIFY__ALERTMANAGER_FILE": str(folder / "alertmanager.yml"),
        "OTEL_MONITORING_NOTIFY__ALLOW_PRIVATE": "true",
        "OTEL_MONITORING_NOTIFY__TRACE_URL": "https://jaeger.example.org/trace/{trace_id}",
        "OTEL_MONITORING_NOTIFY__TIMEZONE": "Europe/Berlin",
        "BACK_URL": "http://127.0.0.1:9",
    }


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [str(value)]


def test_a_message_tells_value_threshold_traces_and_is_acknowledged_once(tmp_path: Path) -> None:
    """P20."""
    with receiving() as receiver:
        environ = _environ(tmp_path, receiver.url)
        with serving("front", folder=tmp_path, environ=environ) as service:

            def told() -> bool:
                httpx.get(f"{service.url}/broken")
                return bool(receiver.bodies)

            assert eventually(told, timeout_s=60, what="a message")
            text = "\n".join(_texts(receiver.bodies[0]))
            (link,) = set(re.findall(r"https://shop\.example\.org/monitoring/act\?token=[\w.-]+", text)[:1])
            path = f"{service.url}{urlsplit(link).path}?{urlsplit(link).query}"
            asked, again = httpx.get(path), httpx.get(path)
            alerts = {"authorization": f"Bearer {_TOKEN}"}
            before = httpx.get(f"{service.url}/monitoring/audit", headers=alerts).json()
            done, second = httpx.post(path, data={"name": "Ada"}), httpx.post(path)
            after = httpx.get(f"{service.url}/monitoring/audit", headers=alerts).json()

    assert "Requests to /broken fail" in text
    assert re.search(r"[\d.]+ /s", text)
    assert "above 0.01 /s" in text
    assert "fired 1 time in 24 hours, 1 in 7 days" in text
    assert re.search(r"https://jaeger\.example\.org/trace/[0-9a-f]{32}", text)
    assert re.search(r"CES?T", text)
    assert (asked.status_code, again.status_code) == (200, 200)
    assert "Acknowledge this alert?" in asked.text
    assert (done.status_code, second.status_code) == (200, 410)
    assert "alert.acknowledged" not in json.dumps(before)
    assert json.dumps(after).count('"alert.acknowledged"') == 1
    assert "link/oncall" in json.dumps(after)
