"""Receivers of OTLP over HTTP and gRPC: they keep what arrives and answer as they are told."""

from __future__ import annotations

import contextlib
import functools
import gzip
import ssl
import threading
import zlib
from collections import deque
from concurrent import futures
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import grpc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.telemetry.certificates import Certificates

_UNPACK: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "deflate": zlib.decompress}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver says to one request.

    Attributes:
        status: The HTTP status, or the gRPC code.
        body: The response message.
        headers: Response headers, or trailing metadata.
        hangs: Whether it says nothing until the receiver ends.
    """

    status: Any = None
    body: bytes = b""
    headers: dict[str, Any] = field(default_factory=dict)
    hangs: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """One request: where it went, its headers (names in lower case), its body as sent and unpacked."""

    path: str
    headers: dict[str, str]
    raw: bytes
    body: bytes


class Receiver:
    """What arrived, and what is still to be answered; without an answer left it is a plain success."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: deque[Answer] = deque()
        self.url = ""
        self.ended = threading.Event()
        self.arrived = threading.Condition()

    def wait_for(self, look: Callable[[], bool], timeout_s: float = 20.0) -> bool:
        """Return whether ``look``, asked again after each request, came true within ``timeout_s``."""
        with self.arrived:
            return self.arrived.wait_for(look, timeout_s)

    def keep(self, received: Received) -> None:
        """Note that ``received`` has arrived."""
        with self.arrived:
            self.received.append(received)
            self.arrived.notify_all()

    def answer(self) -> Answer:
        """Return the next answer, after a while where it is told to hang."""
        answer = self.answers.popleft() if self.answers else Answer()
        if answer.hangs:
            self.ended.wait(30)
        return answer


@contextlib.contextmanager
def http_receiver(
    certificates: Certificates | None = None, *, wants_client: bool = False
) -> Iterator[Receiver]:
    """Receive over HTTP; over TLS where there are certificates, from their client alone where told so."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = _UNPACK.get(headers.get("content-encoding", ""), bytes)(raw)
            receiver.keep(Received(self.path, headers, raw, body))
            answer = receiver.answer()
            with contextlib.suppress(OSError):
                self.send_response(answer.status or 200)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

        def log_message(self, *_: Any) -> None:
            """Write nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Write nothing: refused clients are part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificates is not None:
        server.socket = _context(certificates, wants_client=wants_client).wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    receiver.url = f"{'https' if certificates else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def _context(certificates: Certificates, *, wants_client: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.server, certificates.server_key)
    if wants_client:
        context.load_verify_locations(certificates.authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@contextlib.contextmanager
def grpc_receiver(
    certificates: Certificates | None = None, *, wants_client: bool = False
) -> Iterator[Receiver]:
    """Receive over gRPC; otherwise as :func:`http_receiver`."""
    receiver = Receiver()

    def export(path: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        metadata = {key: str(value) for key, value in context.invocation_metadata()}
        receiver.keep(Received(path, metadata, request, request))
        answer = receiver.answer()
        context.set_trailing_metadata(tuple(answer.headers.items()))
        if answer.status is not None:
            context.abort(answer.status, "a sentence of the server")
        return answer.body

    class AnyMethod(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
            method = functools.partial(export, handler_call_details.method)
            return grpc.unary_unary_rpc_method_handler(method)

    server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[AnyMethod()])
    port = _add_port(server, certificates, wants_client=wants_client)
    receiver.url = f"{'https' if certificates else 'http'}://127.0.0.1:{port}"
    server.start()
    try:
        yield receiver
    finally:
        receiver.ended.set()
        server.stop(0).wait(5)


def _add_port(server: grpc.Server, certificates: Certificates | None, *, wants_client: bool) -> int:
    if certificates is None:
        return int(server.add_insecure_port("127.0.0.1:0"))
    pairs = [(_read(certificates.server_key), _read(certificates.server))]
    authority = _read(certificates.authority) if wants_client else None
    credentials = grpc.ssl_server_credentials(pairs, authority, require_client_auth=wants_client)
    return int(server.add_secure_port("127.0.0.1:0", credentials))


def _read(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - one line
        return file.read()
