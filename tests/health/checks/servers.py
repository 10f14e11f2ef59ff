"""Real servers on loopback: HTTP, with TLS or without, and a fake name server."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.telemetry.certificates import Certificates


@dataclass
class Page:
    """What a server answers, and the requests that it saw."""

    port: int = 0
    status: int = 200
    body: bytes = b"all is well"
    requests: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serving_http(certificates: Certificates | None = None) -> Iterator[Page]:
    """Run an HTTP server, with TLS where it has certificates."""
    page = Page()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page.requests.append({"path": self.path, **{name.lower(): v for name, v in self.headers.items()}})
            self.send_response(page.status)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

        def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
            connection, address = super().get_request()
            if certificates is None:
                return connection, address
            connection.settimeout(10)
            return context_of(certificates).wrap_socket(connection, server_side=True), address

        def handle_error(self, *_: object) -> None:
            """Keep quiet about clients that hang up."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    page.port = server.server_port
    yield page
    server.shutdown()
    server.server_close()
    thread.join()


def context_of(certificates: Certificates) -> ssl.SSLContext:
    """Return how the server of these certificates speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.server, certificates.server_key)
    return context


class FakeNameServer:
    """Answer every question over UDP with the same addresses, or as a test says; no real name server."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.addresses = ["192.0.2.7", "192.0.2.8"]
        self.rcode = 0
        self.lost = 0
        self.noise: list[bytes] = []
        self.asked: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, client = self._socket.recvfrom(4096)
            if not question:
                return
            self.asked.append(question)
            if self.lost:
                self.lost -= 1
                continue
            for noise in self.noise:
                self._socket.sendto(noise, client)
            self._socket.sendto(self._answer(question), client)

    def _answer(self, question: bytes) -> bytes:
        header = question[:2] + struct.pack("!5H", 0x8180 | self.rcode, 1, len(self.addresses), 0, 0)
        name = struct.pack("!H", 0xC00C)
        records = (
            name + struct.pack("!2HIH", 1, 1, 60, 4) + socket.inet_aton(address) for address in self.addresses
        )
        return header + question[12:] + b"".join(records)


@contextmanager
def naming() -> Iterator[FakeNameServer]:
    """Run a fake name server."""
    server = FakeNameServer()
    yield server
    server.close()
