"""A real application in a process of its own, with alerts that fire, for the commands that ask one."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx

from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "correct-horse-battery"
RULES = """
groups:
- name: shop
  interval: 200ms
  rules:
  - alert: ShopDown
    expr: vector(1)
    labels: {severity: critical, team: shop}
    annotations: {summary: "the shop is down"}
  - alert: SlowRoute
    expr: |
      label_replace(vector(2.5), "route", "/cart", "", "")
      or label_replace(vector(3), "route", "/pay", "", "")
    labels: {severity: warning}
  - alert: NotYet
    expr: vector(7)
    for: 1h
"""
ROUTES = """
route:
  receiver: web
  group_by: ['...']
  group_wait: 0s
receivers:
- name: web
  webhook_configs: [{{url: "http://127.0.0.1:{port}/hook"}}]
- name: dead
  webhook_configs: [{{url: "http://127.0.0.1:{dead}/hook?secret=geheim"}}]
"""
PROGRAM = """
import sys
import uvicorn
from starlette.applications import Starlette
from otel_monitoring import setup_telemetry
port, rules, routes, token = sys.argv[1:]
app = Starlette()
setup_telemetry(
    app,
    api={"token": token},
    alerts={"rule_files": [rules], "default_rules": False, "interval_s": 0.2},
    notify={"alertmanager_file": routes, "allow_private": True},
    system={"enabled": False},
    rate_limits={"own": "off"},
    instrumentation={"libraries": False},
)
uvicorn.run(app, port=int(port), log_level="error")
"""


@dataclass(frozen=True, slots=True)
class Served:
    """Where the application lies, and what its receiver got."""

    url: str
    received: list[bytes]

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Ask the pages without the command line."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = httpx.request(method, f"{self.url}/monitoring{path}", headers=headers, timeout=60, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def forget(self) -> None:
        """Take back what a test has done."""
        for one in self.call("GET", "/silences")["silences"]:
            if one["state"] != "expired":
                self.call("DELETE", f"/silences/{one['id']}")
        for one in self.call("GET", "/alerts")["alerts"]:
            with contextlib.suppress(httpx.HTTPStatusError):
                self.call("DELETE", f"/alerts/{one['fingerprint']}/acknowledge")


@contextlib.contextmanager
def receiving() -> Iterator[tuple[int, list[bytes]]]:
    """Run an HTTP server that takes everything; give its port and what it took."""
    taken: list[bytes] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], taken
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Run the application until its alerts fire."""
    (port, dead), (rules, routes) = free_ports(2), (folder / "rules.yml", folder / "routes.yml")
    with receiving() as (taking, taken):
        rules.write_text(RULES)
        routes.write_text(ROUTES.format(port=taking, dead=dead))
        environ = {name: text for name, text in os.environ.items() if not name.startswith("OTEL_")}
        command = [sys.executable, "-c", PROGRAM, str(port), str(rules), str(routes), TOKEN]
        process = subprocess.Popen(command, cwd=Path(__file__).parents[2], env=environ)
        served = Served(f"http://127.0.0.1:{port}", taken)

        def fires() -> bool:
            with contextlib.suppress(httpx.HTTPError):
                return bool(served.call("GET", "/alerts", params={"state": "firing"})["total"] == 3)
            return False

        try:
            eventually(fires, what="the alert")
            yield served
        finally:
            process.terminate()
            process.wait(20)
