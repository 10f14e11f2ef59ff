"""Both transports reach a real Collector that wants a client certificate, under every compression."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_monitoring.telemetry.endpoint import Endpoint, endpoint
from otel_monitoring.telemetry.otlp import OtlpExporter
from otel_monitoring.telemetry.pipeline import ExportError
from tests.integration.servers import Collector, eventually, recording_to, running_collector
from tests.telemetry.certificates import Certificates, certificates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROTOCOLS = ["http/protobuf", "grpc"]
# Servers of Go's gRPC know no deflate.
COMPRESSED = [(one, how) for one in PROTOCOLS for how in ("none", "gzip")] + [("http/protobuf", "deflate")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def made(folder: Path) -> Certificates:
    return certificates(folder)


@pytest.fixture(scope="module")
def strict(folder: Path, made: Certificates) -> Iterator[Collector]:
    """Return a Collector that talks TLS to clients with a certificate alone."""
    tls = {"tls": {"cert_file": made.server, "key_file": made.server_key, "client_ca_file": made.authority}}
    overrides = {**recording_to(folder), "receivers": {"otlp": {"protocols": {"grpc": tls, "http": tls}}}}
    with running_collector(folder, overrides=overrides) as collector:
        yield collector


def endpoint_of(collector: Collector, protocol: str, **options: str) -> Endpoint:
    url = collector.otlp_grpc if protocol == "grpc" else collector.otlp_http
    environ = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": url.replace("http://", "https://"),
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        **{f"OTEL_EXPORTER_OTLP_{name.upper()}": value for name, value in options.items()},
    }
    found = endpoint("traces", environ)
    assert found is not None
    return found


def a_request(name: str) -> bytes:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.name, span.trace_id, span.span_id = name, secrets.token_bytes(16), secrets.token_bytes(8)
    span.start_time_unix_nano = span.end_time_unix_nano = 1
    return bytes(request.SerializeToString())


def send(to: Endpoint, name: str) -> int:
    exporter: Any = OtlpExporter(to, requests=lambda batch: ((a_request(one), 1) for one in batch))
    try:
        return int(exporter.export([name], 10.0))
    finally:
        exporter.close()


@pytest.mark.parametrize(("protocol", "compression"), COMPRESSED)
def test_a_client_with_a_certificate_is_let_in(
    strict: Collector, made: Certificates, folder: Path, protocol: str, compression: str
) -> None:
    name = f"span-{secrets.token_hex(8)}"
    to = endpoint_of(
        strict,
        protocol,
        compression=compression,
        certificate=made.authority,
        client_certificate=made.client,
        client_key=made.client_key,
    )

    rejected = send(to, name)

    traces = folder / "traces.jsonl"
    assert rejected == 0
    assert eventually(lambda: traces.exists() and name in traces.read_text(encoding="utf-8"), what="the span")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_client_without_one_is_not(strict: Collector, made: Certificates, protocol: str) -> None:
    to = endpoint_of(strict, protocol, certificate=made.authority)

    with pytest.raises(ExportError) as caught:
        send(to, "uninvited")

    assert caught.value.retry


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_of_an_unknown_authority_gets_nothing(strict: Collector, protocol: str) -> None:
    with pytest.raises(ExportError) as caught:
        send(endpoint_of(strict, protocol), "unsent")

    assert caught.value.retry


def test_what_a_server_does_not_know_how_to_unpack_is_dropped_at_once(
    strict: Collector, made: Certificates
) -> None:
    to = endpoint_of(
        strict,
        "grpc",
        compression="deflate",
        certificate=made.authority,
        client_certificate=made.client,
        client_key=made.client_key,
    )

    with pytest.raises(ExportError) as caught:
        send(to, "deflated")

    assert (caught.value.reason, caught.value.retry) == ("grpc_unimplemented", False)
