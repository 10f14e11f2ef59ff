"""Receive alerts over HTTP, in the format of Alertmanager's webhooks; the standard library is enough.

``python -m examples.custom_rules.receiver [PORT]`` prints each alert on a line.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BODY_BYTES = 1_000_000


def receiver(port: int, on_alert: Callable[[dict[str, Any]], None]) -> ThreadingHTTPServer:
    """Return a server on the loopback address that hands each alert of each message to ``on_alert``.

    Args:
        port: The port to listen on; 0 takes a free one, which ``server_port`` tells.
        on_alert: Called in a thread of the server with ``status``, ``labels``, ``annotations``, ...
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = min(int(self.headers.get("Content-Length", 0)), MAX_BODY_BYTES)
            message = json.loads(self.rfile.read(size))
            for alert in message["alerts"]:
                on_alert(alert)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Stay quiet: the alerts are what is to be seen."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def line(alert: dict[str, Any]) -> str:
    """Return an alert as one line of text."""
    return f"{alert['status']} {alert['labels']['alertname']}: {alert['annotations'].get('summary', '')}"


def main(arguments: list[str]) -> None:
    """Print alerts until Ctrl-C."""
    server = receiver(int(arguments[0]) if arguments else 9099, lambda alert: print(line(alert), flush=True))
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main(sys.argv[1:])
