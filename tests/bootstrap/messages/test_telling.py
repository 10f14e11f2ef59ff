"""Who is told, wired from settings: from a metric to a message that arrives."""

from __future__ import annotations

import json
import os
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

    def wait_for_text(self, text: str) -> set[str]:
        """Wait until a body holds ``text``; return the paths that anything came to."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: text in json.dumps(self.bodies), 20)
            return {path for path, _body in self.bodies}


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

    assert receiver.wait_for_text("TooManyOrders") == {"/api/v2/alerts"}
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
        ({"heartbeat_url": "ftp://x/y"}, "notify.heartbeat_url: expected http:// or https://"),
        ({"heartbeat_url": "http://169.254.169.254/"}, "a link-local address"),
    ],
)
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_what_cannot_be_used_is_named(rig: Callable[..., Rig], notify: dict[str, Any], message: str) -> None:
    with pytest.raises(MonitoringError, match=message):
        rig(**notify)


def test_private_addresses_are_refused_unless_allowed(rig: Callable[..., Rig], receiver: Receiver) -> None:
    with pytest.raises(MonitoringError) as caught:
        rig(channels=[f"{receiver.url}/secret"], allow_private=False)

    assert "notify.channels[0]: http-0: '127.0.0.1': a private address" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_routes_with_a_private_webhook_are_refused_and_those_before_stay(
    rig: Callable[..., Rig], tmp_path: Path
) -> None:
    path = tmp_path / "am.yml"
    path.write_text(routing("https://hooks.example/x"))
    telling = rig(alertmanager_file=str(path), allow_private=False).analysis.telling
    before = telling.config
    path.write_text(routing("http://10.0.0.1/x"))

    with pytest.raises(MonitoringError, match=r"am.yml:5:\d+: webhook\[0\]: '10.0.0.1': a private address"):
        telling.reload(actor="kim")

    assert telling.config is before


def routing(url: str, *, receiver: str = "pager", templates: str = "") -> str:
    return f"""
route: {{receiver: {receiver}, group_by: [alertname], group_wait: 0s}}
receivers:
  - name: {receiver}
    webhook_configs: [{{url: "{url}/{receiver}"}}]
templates: [{templates}]
"""


def touch(file: Path, text: str, turn: int) -> None:
    status = file.stat()
    file.write_text(text)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + turn * 1_000_000))


def test_an_alertmanager_yml_that_changes_is_read_anew(
    rig: Callable[..., Rig], receiver: Receiver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(routing(receiver.url))
    made = rig(alertmanager_file=str(file))
    made.pass_time(60)
    receiver.wait_for(2)

    touch(file, routing(receiver.url, receiver="boss"), 1)
    made.pass_time(60)

    assert {path for path, _ in receiver.wait_for(4)} == {"/pager", "/boss"}
    assert [one.name for one in made.analysis.telling.deliver.receivers()] == ["boss"]
    (action,) = made.analysis.audit.newest(5)
    assert (action.name, action.actor, action.target) == ("routing.reloaded", "file", str(file))
    assert (action.before["receivers"], action.after["receivers"]) == (["pager"], ["boss"])
    assert "not valid" not in caplog.text
    made.analysis.stop(5)


def test_a_bad_alertmanager_yml_changes_nothing_and_is_told_once(
    rig: Callable[..., Rig], receiver: Receiver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(routing(receiver.url))
    made = rig(alertmanager_file=str(file))

    touch(file, "route: {receiver: dev, group_wait: '5'}\nreceivers: [{name: ops}]", 1)
    made.pass_time(60)

    assert caplog.text.count("the files of routes are not valid") == 1
    assert "undefined receiver 'dev'" in caplog.text
    assert "group_wait" in caplog.text
    assert {path for path, _ in receiver.wait_for(2)} == {"/pager"}
    made.analysis.stop(5)


def test_a_channel_that_is_stated_as_before_stays_what_it_is(
    rig: Callable[..., Rig], receiver: Receiver, tmp_path: Path
) -> None:
    """What waits for it and what it remembers are kept; a template that changes makes all of them anew."""
    file, template = tmp_path / "alertmanager.yml", tmp_path / "own.tmpl"
    template.write_text('{{ define "a" }}a{{ end }}')
    file.write_text(routing(receiver.url, templates=str(template)))
    made = rig(alertmanager_file=str(file))

    def channel() -> object:
        return made.analysis.telling.deliver._lanes["pager"]["webhook[0]"].channel

    first = channel()
    touch(file, "# moved\n" + file.read_text(), 1)
    made.analysis.telling.reload(actor="kim")
    second = channel()
    touch(template, '{{ define "a" }}b{{ end }}', 1)
    made.pass_time(15)

    assert second is first
    assert channel() is not first
    made.analysis.stop(5)


def test_all_bad_channels_are_named_and_everything_stays(
    rig: Callable[..., Rig], receiver: Receiver, tmp_path: Path
) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(routing(receiver.url))
    made = rig(alertmanager_file=str(file))
    before = made.analysis.telling.config

    file.write_text(
        "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: "
        "[{url_file: /nowhere/1}, {url_file: /nowhere/2}]}]"
    )
    problems = made.analysis.reload_all(actor="kim")

    assert len(problems) == 1
    assert "/nowhere/1" in problems[0]
    assert "/nowhere/2" in problems[0]
    assert made.analysis.telling.config is before
    assert [one.name for one in made.analysis.audit.newest(5)] == ["rules.reloaded"]
    made.analysis.stop(5)


def test_what_fires_is_kept_in_the_history(rig: Callable[..., Rig]) -> None:
    made = rig(channels=["log://"])
    from otel_monitoring.model.matcher import Matcher

    made.analysis.telling.silences.create(
        matchers=[Matcher("severity", "=", "info")],
        ends_at_ms=made.clock.now_ms() + 3_600_000,
        author="ada",
        comment="a test",
    )

    made.pass_time(60)
    made.analysis.trim(made.clock.now_ms())

    marks = {one.rule: (one.ended_at_ms, one.marks) for one in made.analysis.history.find()}
    assert marks == {"TooManyOrders": (None, ()), "Informed": (None, ("silenced",))}
    made.analysis.stop(5)


def test_the_history_of_a_rule_that_is_gone_ends(rig: Callable[..., Rig]) -> None:
    made = rig(channels=["log://"])
    made.pass_time(60)

    made.analysis.rules.set_mode("Informed", "disabled", actor="kim")
    made.pass_time(60)
    made.analysis.trim(made.clock.now_ms())

    ended = {one.rule: one.ended_at_ms for one in made.analysis.history.find()}
    assert ended == {"TooManyOrders": None, "Informed": made.clock.now_ms()}
    assert made.analysis.audit.newest(1)[0].after == {"mode": "disabled"}
    made.analysis.stop(5)


def test_delivery_tells_its_own_numbers(rig: Callable[..., Rig], receiver: Receiver) -> None:
    """So that a rule can watch them: a channel that fails is seen from outside of it."""
    made = rig(channels=[f"{receiver.url}/hook"])
    made.pass_time(60)
    receiver.wait_for(2)
    assert made.analysis.telling.deliver.flush(10)

    made.pass_time(15)

    counted = made.ask('sum by (kind, outcome) (otel_monitoring_notify_messages_total{outcome="delivered"})')
    failing = made.ask('increase(otel_monitoring_notify_messages_total{outcome=~"failed|refused"}[15m]) > 0')
    assert counted == [({"kind": "webhook", "outcome": "delivered"}, 2.0)]
    assert failing == []
    made.analysis.stop(5)


def test_a_template_that_cannot_be_read_is_named(
    rig: Callable[..., Rig], receiver: Receiver, tmp_path: Path
) -> None:
    file, template = tmp_path / "alertmanager.yml", tmp_path / "own.tmpl"
    file.write_text(routing(receiver.url))
    made = rig(alertmanager_file=str(file))

    template.write_bytes(b"\xff\xfe")
    file.write_text(routing(receiver.url, templates=str(template)))

    with pytest.raises(
        MonitoringError, match=r"own.tmpl' cannot be read \(UnicodeDecodeError\): expected UTF-8"
    ):
        made.analysis.telling.reload(actor="kim")
    made.analysis.stop(5)


def test_pagerduty_hears_that_somebody_takes_care(
    rig: Callable[..., Rig], receiver: Receiver, tmp_path: Path
) -> None:
    routing = tmp_path / "alertmanager.yml"
    routing.write_text(
        f"""
route: {{receiver: pager, group_by: [alertname], group_wait: 0s}}
receivers:
  - name: pager
    pagerduty_configs: [{{routing_key: {"k" * 32}, url: '{receiver.url}/v2/enqueue'}}]
"""
    )
    made = rig(alertmanager_file=str(routing), allow_private=True)
    made.pass_time(60)
    receiver.wait_for_text("TooManyOrders")
    [labels] = [
        one.labels
        for one in made.analysis.telling.dispatcher.alerts()
        if one.labels.get("alertname") == "TooManyOrders"
    ]

    made.analysis.telling.acknowledged.acknowledge(labels, actor="kim")
    made.pass_time(60)
    receiver.wait_for_text("acknowledge")
    made.analysis.stop(5)

    bodies = [body for _path, body in receiver.wait_for(1)]
    [known] = [body for body in bodies if body["event_action"] == "acknowledge"]
    [begun] = [
        body
        for body in bodies
        if body["event_action"] == "trigger" and "TooManyOrders" in json.dumps(body["payload"])
    ]
    assert known["dedup_key"] == begun["dedup_key"]
