"""The real amtool and a real Alertmanager beside our API of Alertmanager."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.integration.end_to_end.serving import serving
from tests.integration.servers import eventually, free_ports, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "for-the-pages"
RULES = """
groups:
  - name: shop
    interval: 1s
    rules:
      - alert: TooManyOrders
        expr: vector(3) > 2
        labels: {severity: critical}
        annotations: {summary: many}
      - {alert: Informed, expr: vector(3) > 2, labels: {severity: info}}
"""
ROUTES = """
route:
  receiver: default
  group_by: [alertname]
  group_wait: 1s
  routes:
    - {matchers: [severity="critical"], receiver: pager}
receivers:
  - {name: default}
  - {name: pager}
inhibit_rules:
  - {source_matchers: [severity="critical"], target_matchers: [severity="debug"]}
"""


@dataclass(frozen=True)
class Side:
    """An Alertmanager, ours or the real one.

    Attributes:
        url: Its base URL, as amtool takes it.
        folder: Where the files of amtool are.
        headers: What requests need.
    """

    url: str
    folder: Path
    headers: dict[str, str]

    def amtool(self, *words: str, fails: bool = False) -> str:
        """Run amtool and return what it wrote; it may see no configuration of the user."""
        login = self.folder / "login.yml"
        login.write_text(f"authorization:\n  credentials: {TOKEN}\n", encoding="utf-8")
        command = [
            str(program("amtool")),
            f"--alertmanager.url={self.url}",
            f"--http.config.file={login}",
            *words,
        ]
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=60, env=environ, cwd=self.folder
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        url = f"{self.url}/api/v2{path}"
        return httpx.request(method, url, headers=self.headers, timeout=30, **more)

    def silence(self, **changes: Any) -> httpx.Response:
        now = datetime.now(UTC)
        given = {
            "matchers": [{"name": "severity", "value": "info", "isRegex": False, "isEqual": True}],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "kim",
            "comment": "upgrade",
            **changes,
        }
        return self.ask("POST", "/silences", json={k: v for k, v in given.items() if v is not None})


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    folder = tmp_path_factory.mktemp("ours")
    (folder / "rules.yml").write_text(RULES)
    (folder / "alertmanager.yml").write_text(ROUTES)
    environ = {
        "OTEL_SERVICE_NAME": "stock",
        "OTEL_MONITORING_API__TOKEN": TOKEN,
        "OTEL_MONITORING_TELEMETRY__COLLECT_INTERVAL_S": "1",
        "OTEL_MONITORING_ALERTS__DEFAULT_RULES": "false",
        "OTEL_MONITORING_ALERTS__RULE_FILES": str(folder / "rules.yml"),
        "OTEL_MONITORING_NOTIFY__ALERTMANAGER_FILE": str(folder / "alertmanager.yml"),
    }
    with serving("back", folder=folder, environ=environ) as service:
        side = Side(f"{service.url}/monitoring/alertmanager", folder, {"authorization": f"Bearer {TOKEN}"})
        eventually(lambda: len(side.ask("GET", "/alerts").json()) == 2, what="both alerts")
        yield side


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    """A real Alertmanager of one's own with the same routes and alerts."""
    folder = tmp_path_factory.mktemp("theirs")
    (folder / "alertmanager.yml").write_text(ROUTES)
    port = free_ports(1)[0]
    command = [
        str(program("alertmanager")),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    side = Side(f"http://127.0.0.1:{port}", folder, {})
    try:
        eventually(lambda: _is_ready(side), what="the Alertmanager")
        alerts = [
            {"labels": {"alertname": name, "severity": severity}, "annotations": {"summary": "many"}}
            for name, severity in (("TooManyOrders", "critical"), ("Informed", "info"))
        ]
        assert side.ask("POST", "/alerts", json=alerts).status_code == 200
        eventually(lambda: len(side.ask("GET", "/alerts/groups").json()) == 2, what="both groups")
        yield side
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(autouse=True)
def no_silence_left(ours: Side) -> Iterator[None]:
    """End what a test has silenced at the side that all tests share, whatever their order."""
    yield
    for one in ours.ask("GET", "/silences").json():
        if one["status"]["state"] != "expired":
            ours.ask("DELETE", f"/silence/{one['id']}")


def _is_ready(side: Side) -> bool:
    try:
        return httpx.get(f"{side.url}/-/ready", timeout=2).status_code == 200
    except httpx.TransportError:
        time.sleep(0.1)
        return False


def test_amtool_asks_for_alerts(ours: Side) -> None:
    assert "TooManyOrders" in ours.amtool("alert", "query")
    only = json.loads(ours.amtool("--output=json", "alert", "query", "severity=info"))
    assert [one["labels"]["alertname"] for one in only] == ["Informed"]
    by_receiver = ours.amtool("alert", "query", "--receiver=pager")
    assert "TooManyOrders" in by_receiver
    assert "Informed" not in by_receiver


def test_amtool_adds_finds_changes_and_expires_a_silence(ours: Side) -> None:
    """S9.10."""
    silence_id = ours.amtool(
        "silence", "add", "severity=~inf.*", "--author=kim", "--comment=upgrade", "--duration=1h"
    ).strip()

    assert "upgrade" in ours.amtool("silence", "query", "severity=info") + ours.amtool("silence", "query")
    silenced = json.loads(ours.amtool("--output=json", "alert", "query", "--silenced"))
    assert [one["status"]["silencedBy"] for one in silenced if one["status"]["silencedBy"]] == [[silence_id]]
    active = json.loads(ours.amtool("--output=json", "alert", "query", "--active"))
    assert [one["labels"]["alertname"] for one in active] == ["TooManyOrders"]
    ours.amtool("silence", "update", "--duration=2h", "--comment=longer", silence_id)
    (changed,) = json.loads(ours.amtool("--output=json", "silence", "query"))
    assert (changed["id"], changed["comment"]) == (silence_id, "longer")
    ours.amtool("silence", "expire", silence_id)
    assert json.loads(ours.amtool("--output=json", "silence", "query")) == []
    over = json.loads(ours.amtool("--output=json", "silence", "query", "--expired"))
    assert silence_id in [one["id"] for one in over]


def test_amtool_exports_and_imports_silences(ours: Side) -> None:
    ours.silence(comment="to be moved")
    written = ours.amtool("--output=json", "silence", "query")
    (ours.folder / "silences.json").write_text(written)
    found = json.loads(written)
    for one in found:
        ours.amtool("silence", "expire", one["id"])

    ours.amtool("silence", "import", "--force", "silences.json")

    again = json.loads(ours.amtool("--output=json", "silence", "query"))
    assert [one["comment"] for one in again] == [one["comment"] for one in found]
    for one in again:
        ours.amtool("silence", "expire", one["id"])


def test_amtool_is_told_why_a_silence_is_refused(ours: Side) -> None:
    said = ours.amtool("silence", "add", "job=~.*", "--author=kim", "--comment=all", fails=True)

    assert "matches everything" in said


def test_amtool_reads_the_routes(ours: Side) -> None:
    assert "pager" in ours.amtool("config", "routes", "show")
    assert ours.amtool("config", "routes", "test", "severity=critical").strip() == "pager"
    assert ours.amtool("config", "routes", "test", "severity=info").strip() == "default"
    assert "receiver: default" in ours.amtool("config", "show")
    ours.amtool("cluster", "show")


def test_both_answer_in_the_same_form(ours: Side, theirs: Side) -> None:
    """Every field of every answer is there, and of the same kind; those that clients do not need are more."""
    for side in (ours, theirs):
        side.silence(matchers=[{"name": "x", "value": "y", "isRegex": True, "isEqual": True}])

    for path in ("/status", "/receivers", "/silences", "/alerts", "/alerts/groups"):
        here, there = (side.ask("GET", path).json() for side in (ours, theirs))
        assert _form(here) == _form(there), path


def test_both_list_the_same(ours: Side, theirs: Side) -> None:
    def seen(side: Side, path: str, **params: Any) -> Any:
        return _told(side.ask("GET", path, params=params).json())

    for params in (
        {},
        {"active": "false"},
        {"receiver": "pager"},
        {"receiver": "pag"},
        {"filter": 'severity=~"crit.*"'},
        {"filter": 'nope=""'},
        {"filter": "nope!=x"},
        {"filter": 'severity=""'},
    ):
        assert seen(ours, "/alerts", **params) == seen(theirs, "/alerts", **params), params
        here, there = (seen(side, "/alerts/groups", **params) for side in (ours, theirs))
        assert here == there, params


@pytest.mark.parametrize(
    "changes",
    [
        {"matchers": []},
        {"matchers": "x"},
        {"matchers": [{"name": "a", "value": ".*", "isRegex": True}]},
        {"matchers": [{"name": "a", "value": "(", "isRegex": True}]},
        {"matchers": [{"name": "a", "value": "b"}]},
        {"endsAt": "2020-01-01T00:00:00Z"},
        {"endsAt": "soon"},
        {"comment": None},
        {"id": "7b1e8d3e-52a1-4c73-8b9f-0d6e0a9c7a11"},
    ],
)
def test_both_refuse_the_same_silences(ours: Side, theirs: Side, changes: dict[str, Any]) -> None:
    here, there = ours.silence(**changes), theirs.silence(**changes)

    assert there.status_code >= 400
    assert (here.status_code, type(here.json())) == (there.status_code, type(there.json()))
    if isinstance(there.json(), dict):
        assert here.json()["code"] == there.json()["code"]
    assert here.headers["content-type"] == there.headers["content-type"]


def test_what_is_unknown_is_answered_with_the_same_status(ours: Side, theirs: Side) -> None:
    unknown = "/silence/7b1e8d3e-52a1-4c73-8b9f-0d6e0a9c7a11"
    for method, path in (("GET", unknown), ("DELETE", unknown), ("GET", "/nope"), ("PUT", "/silences")):
        here, there = ours.ask(method, path), theirs.ask(method, path)
        assert here.status_code == there.status_code, (method, path)


def test_both_end_a_silence_in_the_same_way(ours: Side, theirs: Side) -> None:
    answers = []
    for side in (ours, theirs):
        silence_id = side.silence().json()["silenceID"]
        ended = side.ask("DELETE", f"/silence/{silence_id}")
        state = side.ask("GET", f"/silence/{silence_id}").json()["status"]["state"]
        again = side.ask("DELETE", f"/silence/{silence_id}")
        answers.append((ended.status_code, ended.content, state, again.status_code >= 400))

    assert answers[0] == answers[1]


def _form(value: Any) -> Any:
    """Return names and kinds, without values; a list by its first element."""
    if isinstance(value, dict):
        left_out = ("labels", "annotations", "generatorURL")
        return {name: _form(one) for name, one in sorted(value.items()) if name not in left_out}
    if isinstance(value, list):
        return [_form(one) for one in value[:1]]
    return type(value).__name__


def _told(answer: list[dict[str, Any]]) -> Any:
    found: list[Any] = []
    for one in answer:
        if "alerts" in one:
            found.append((one["labels"], one["receiver"]["name"], _told(one["alerts"])))
        else:
            receivers = [receiver["name"] for receiver in one["receivers"]]
            found.append((one["labels"]["alertname"], one["fingerprint"], receivers, one["status"]["state"]))
    return found
