"""Who is told, wired from settings: from a metric to a message that arrives."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import MonitoringError
from tests.bootstrap.test_analysis import Rig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RULES = """
groups:
  - name: shop
    rules:
      - {alert: TooManyOrders, expr: orders_total > 2, labels: {severity: critical}}
      - {alert: Informed, expr: orders_total > 2, labels: {severity: info}}
"""


class Receiver(HTTPServer):
    """Takes webhooks."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.bodies: list[tuple[str, Any]] = []
        self.arrived = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def wait_for(self, many: int) -> list[tuple[str, Any]]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.bodies) >= many, 20)
            return sorted(self.bodies, key=json.dumps)


class Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        with self.server.arrived:
            self.server.bodies.append((self.path, body))
            self.server.arrived.notify_all()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        with self.server.arrived:
            self.server.bodies.append((self.path, None))
            self.server.arrived.notify_all()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def rig(fresh_process: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Rig]:
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)

    def make(**notify: Any) -> Rig:
        alerts = {"rule_files": [str(rules)], "default_rules": False}
        made = Rig(service_name="shop", alerts=alerts, notify={"allow_private": True, **notify})
        made.counter.add(3)
        return made

    return make


def test_plain_channels_are_told_at_once(rig: Callable[..., Rig], receiver: Receiver) -> None:
    made = rig(channels=[f"{receiver.url}/hook"])

    made.pass_time(60)

    told = receiver.wait_for(2)
    assert {path for path, _ in told} == {"/hook"}
    assert {body["groupLabels"]["alertname"] for _, body in told} == {"TooManyOrders", "Informed"}
    made.analysis.stop(5)


def test_an_alertmanager_yml_routes_groups_and_drops(
    rig: Callable[..., Rig], receiver: Receiver, tmp_path: Path
) -> None:
    """S9.2: the same file as for an Alertmanager."""
    file = tmp_path / "alertmanager.yml"
    file.write_text(
        f"""
route:
  receiver: nobody
  routes:
    - matchers: [severity="critical"]
      receiver: pager
      group_by: [severity]
      group_wait: 0s
receivers:
  - name: nobody
  - name: pager
    webhook_configs: [{{url: "{receiver.url}/pager"}}]
"""
    )
    made = rig(alertmanager_file=str(file))

    made.pass_time(60)

    ((path, body),) = receiver.wait_for(1)
    assert (path, body["receiver"], body["groupLabels"]) == ("/pager", "pager", {"severity": "critical"})
    assert body["groupKey"] == '{}/{severity="critical"}:{severity="critical"}'
    made.analysis.stop(5)


def test_every_alert_goes_to_an_alertmanager_where_one_is_named(
    rig: Callable[..., Rig], receiver: Receiver
) -> None:
    made = rig(alertmanagers=[receiver.url])

    made.pass_time(60)

    path, alerts = receiver.wait_for(1)[0]
    assert path == "/api/v2/alerts"
    assert "TooManyOrders" in json.dumps(alerts)
    made.analysis.stop(5)


def test_a_silence_mutes_and_the_heartbeat_beats(rig: Callable[..., Rig], receiver: Receiver) -> None:
    made = rig(channels=[f"{receiver.url}/hook"], heartbeat_url=f"{receiver.url}/alive")
    from otel_monitoring.model.matcher import Matcher

    made.analysis.telling.silences.create(
        matchers=[Matcher("severity", "=~", ".+")],
        ends_at_ms=made.clock.now_ms() + 3_600_000,
        author="ada",
        comment="a test",
    )

    made.pass_time(60)

    assert receiver.wait_for(1)[0] == ("/alive", None)
    assert made.analysis.telling.deliver.log() == []
    made.analysis.stop(5)


@pytest.mark.parametrize(
    ("notify", "message"),
    [
        ({"timezone": "Mars/Base"}, "notify.timezone is 'Mars/Base': expected the name of a zone"),
        ({"escalation": {"boss": "soon"}}, "notify.escalation: boss: 'soon' is not a valid duration"),
        ({"escalation": {"boss": "15m"}}, "boss"),
        ({"alertmanager_file": "none.yml"}, "none.yml"),
        ({"channels": ["nope://x"]}, "nope://: expected a URL"),
    ],
)
def test_what_cannot_be_used_is_named(rig: Callable[..., Rig], notify: dict[str, Any], message: str) -> None:
    with pytest.raises(MonitoringError, match=message):
        rig(**notify)


def test_private_addresses_are_refused_unless_allowed(rig: Callable[..., Rig], receiver: Receiver) -> None:
    made = rig(channels=[f"{receiver.url}/hook"], allow_private=False)

    made.pass_time(30)
    assert made.analysis.telling.deliver.flush(20)

    assert receiver.bodies == []
    log = made.analysis.telling.deliver.log()
    assert {one.outcome for one in log} == {"failed"}
    assert "private" in log[0].error or "loopback" in log[0].error
    made.analysis.stop(5)
