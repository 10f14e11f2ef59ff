"""An OTLP/HTTP receiver that takes everything and counts the spans, in a process of its own."""

from __future__ import annotations

import gzip
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

COUNTS = {"spans": 0, "requests": 0}


class Handler(BaseHTTPRequestHandler):
    """Answer exports with an empty success, and ``GET`` with the counts, which start from zero then."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        COUNTS["requests"] += 1
        if self.path.endswith("/v1/traces"):
            request = ExportTraceServiceRequest.FromString(body)
            COUNTS["spans"] += sum(
                len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans
            )
        self._answer(b"", "application/x-protobuf")

    def do_GET(self) -> None:
        answer = json.dumps(COUNTS).encode()
        COUNTS.update(spans=0, requests=0)
        self._answer(answer, "application/json")

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
