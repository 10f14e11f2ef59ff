"""``rules backtest`` against a server."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Run

END_S = 1_750_000_000
RULES = """
groups:
  - name: shop
    rules:
      - alert: Down
        expr: up == 0
        for: 2m
        annotations: {summary: "{{ $labels.shop }} is down"}
      - {alert: Never, expr: up > 5}
      - {record: a, expr: up}
"""


class Server(HTTPServer):
    """Answers ranges over one series from a real engine, and exports a rule file to who has the token."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        store = SeriesStore()
        up = Labels.of(__name__="up", shop="a")
        for turn in range(61):
            value = 0.0 if 20 <= turn < 40 or turn in (5, 6) else 1.0
            store.append(Batch("self", (END_S - (60 - turn) * 60) * 1000, [up], [value]))
        self.engine = Engine(store)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        start, end, step = (round(float(form[name][0]) * 1000) for name in ("start", "end", "step"))
        found = self.server.engine.range_(form["query"][0], start, end, step)
        rows = [
            {
                "metric": one.labels.as_dict(),
                "values": [
                    [t / 1000, str(v)]
                    for t, v in zip(one.times_ms.tolist(), one.values.tolist(), strict=True)
                ],
            }
            for one in found.series
        ]
        self._say(200, json.dumps({"status": "success", "data": {"resultType": "matrix", "result": rows}}))

    def do_GET(self) -> None:
        self._say(404, "{}")

    def _say(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "rules.yml"
    path.write_text(RULES)
    return str(path)


def test_it_says_when_rules_would_have_fired(run: Run, server: Server, rules: str) -> None:
    options = ("--url", server.url, "--since", "1h", "--end", str(END_S), "--interval", "1m")

    outcome = run("rules", "backtest", rules, *options)

    assert outcome.exit_code == 0
    lines = outcome.output.splitlines()
    assert lines[0] == "Down: fires 1 times in 1h (24.0 a day), pending without firing 1 times"
    assert lines[1].startswith('  2025-06-15 14:28:40Z for 18m, peak 0  {shop="a"}')
    assert lines[1].endswith("a is down")
    assert lines[2] == "Never: fires 0 times in 1h (0.0 a day), pending without firing 0 times"


def test_a_group_is_evaluated_at_its_own_interval_and_told_as_json(
    run: Run, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(RULES.replace("- name: shop", "- name: shop\n    interval: 1m"))
    options = ("--url", server.url, "--since", "1h", "--end", str(END_S), "--json", "--rule", "Down")

    outcome = run("rules", "backtest", str(path), *options)

    (down,) = json.loads(outcome.output)
    assert (down["rule"], down["interval"]) == ("Down", "1m")
    pending, fired = down["episodes"]
    assert (pending["firedAt"], fired["firedAt"], fired["endedAt"]) == (None, END_S - 2280, END_S - 1200)
    assert (fired["labels"], fired["peak"]) == ({"alertname": "Down", "shop": "a"}, "0.0")


def test_one_rule_is_picked(run: Run, server: Server, rules: str) -> None:
    outcome = run("rules", "backtest", rules, "--rule", "Never", "-u", server.url, "--end", str(END_S))

    assert "Never: fires 0 times in 6h" in outcome.output
    assert "Down" not in outcome.output
    assert run("rules", "backtest", rules, "--rule", "Nope").exit_code == 2


def test_what_is_wrong_is_said(run: Run, rules: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("groups: [{name: a, rules: [{alert: A}]}]")

    assert "field 'expr' must be set" in run("rules", "backtest", str(bad)).output
    assert run("rules", "backtest", str(tmp_path / "none.yml")).exit_code == 2
    outcome = run("rules", "backtest", rules, "--url", "http://127.0.0.1:9")
    assert outcome.exit_code == 1
    assert "cannot be reached" in outcome.output
