"""A server that answers what it is told to."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

ONE = {"status": "success", "data": {"resultType": "scalar", "result": [1.5, "1"]}}


class Server(ThreadingHTTPServer):
    """Answers with what the script says, one entry a request, and notes what was asked."""

    script: list[tuple[int, dict[str, str], bytes]]
    asked: list[tuple[str, str, dict[str, list[str]], dict[str, str]]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        self._answer(body)

    def do_GET(self) -> None:
        self._answer(self.path.partition("?")[2])

    def _answer(self, form: str) -> None:
        path = self.path.partition("?")[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, path, parse_qs(form), headers))
        status, more, body = self.server.script.pop(0)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def said(body: Any, status: int = 200, **headers: str) -> tuple[int, dict[str, str], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, named, body if isinstance(body, bytes) else json.dumps(body).encode()
