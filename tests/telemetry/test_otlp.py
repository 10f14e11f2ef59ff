"""Both senders against real receivers: what they send, and what they make of every kind of answer."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otel_monitoring.telemetry.endpoint import Endpoint, endpoint
from otel_monitoring.telemetry.otlp import GrpcSender, HttpSender, OtlpExporter, sender
from otel_monitoring.telemetry.pipeline import ExportError
from tests.telemetry.certificates import Certificates, certificates
from tests.telemetry.receivers import Answer, Receiver, grpc_receiver, http_receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

PROTOCOLS = ["http/protobuf", "grpc"]
SECRET = "tr0ub4dor-and-3"
TIMEOUT_S = 30.0
PARTIAL = {
    "traces": ExportTraceServiceResponse,
    "metrics": ExportMetricsServiceResponse,
    "logs": ExportLogsServiceResponse,
}
REJECTED = {"traces": "rejected_spans", "metrics": "rejected_data_points", "logs": "rejected_log_records"}


def receiving(
    protocol: str, *tls: Certificates, wants_client: bool = False
) -> AbstractContextManager[Receiver]:
    start = grpc_receiver if protocol == "grpc" else http_receiver
    return start(*tls, wants_client=wants_client)


def endpoint_of(receiver: Receiver, protocol: str, signal: Any = "traces", **options: str) -> Endpoint:
    """Return the endpoint that standard variables make of ``receiver``."""
    variables = {f"OTEL_EXPORTER_OTLP_{name.upper()}": value for name, value in options.items()}
    found = endpoint(
        signal,
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
            **variables,
        },
    )
    assert found is not None
    return found


@contextlib.contextmanager
def sending(to: Endpoint) -> Iterator[Callable[[bytes], bytes]]:
    made = sender(to)
    try:
        yield lambda body: made.send(body, TIMEOUT_S)
    finally:
        made.close()


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("compression", ["none", "gzip", "deflate"])
def test_a_request_arrives_as_it_was_given(protocol: str, compression: str) -> None:
    body = b"spans " * 200
    with (
        receiving(protocol) as receiver,
        sending(endpoint_of(receiver, protocol, compression=compression)) as send,
    ):
        send(body)

    (received,) = receiver.received
    assert received.body == body


@pytest.mark.parametrize(
    ("compression", "encoding"), [("none", None), ("gzip", "gzip"), ("deflate", "deflate")]
)
def test_http_compresses_and_says_how(compression: str, encoding: str | None) -> None:
    body = b"spans " * 200
    with (
        http_receiver() as receiver,
        sending(endpoint_of(receiver, "http/protobuf", compression=compression)) as send,
    ):
        send(body)

    (received,) = receiver.received
    assert received.headers.get("content-encoding") == encoding
    assert (len(received.raw) < len(body)) is (encoding is not None)
    assert received.headers["content-type"] == "application/x-protobuf"
    assert received.headers["user-agent"].startswith("otel-monitoring/")


@pytest.mark.parametrize("signal", ["traces", "metrics", "logs"])
def test_each_signal_goes_to_its_own_place(signal: Any) -> None:
    paths = {}
    for protocol in PROTOCOLS:
        with receiving(protocol) as receiver, sending(endpoint_of(receiver, protocol, signal)) as send:
            send(b"x")
        paths[protocol] = receiver.received[0].path

    singular = {"traces": "trace", "metrics": "metrics", "logs": "logs"}[signal]
    assert paths["http/protobuf"] == f"/v1/{signal}"
    assert paths["grpc"].startswith(f"/opentelemetry.proto.collector.{singular}.v1.")
    assert paths["grpc"].endswith("Service/Export")


def test_an_endpoint_of_one_signal_leaves_the_others_where_they_were() -> None:
    with http_receiver() as general, http_receiver() as own:
        environ = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": general.url,
            "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": f"{own.url}/taken/as/it/is",
        }
        for signal in ("traces", "logs"):
            found = endpoint(signal, environ)
            assert found is not None
            with sending(found) as send:
                send(b"x")

    assert [one.path for one in general.received] == ["/v1/traces"]
    assert [one.path for one in own.received] == ["/taken/as/it/is"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_headers_are_sent_with_every_request(protocol: str) -> None:
    with (
        receiving(protocol) as receiver,
        sending(endpoint_of(receiver, protocol, headers="X-Tenant=shop,authorization=Bearer%20abc")) as send,
    ):
        send(b"1")
        send(b"2")

    for received in receiver.received:
        assert received.headers["x-tenant"] == "shop"
        assert received.headers["authorization"] == "Bearer abc"
    assert len(receiver.received) == 2


def test_a_netrc_file_does_not_replace_the_authorization_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ann password other\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with (
        http_receiver() as receiver,
        sending(endpoint_of(receiver, "http/protobuf", headers="Authorization=Bearer%20abc")) as send,
    ):
        send(b"x")

    assert receiver.received[0].headers["authorization"] == "Bearer abc"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_with_a_certificate_of_the_given_authority_is_trusted(
    protocol: str, tls: Certificates
) -> None:
    with (
        receiving(protocol, tls) as receiver,
        sending(endpoint_of(receiver, protocol, certificate=tls.authority)) as send,
    ):
        send(b"x")

    assert [one.body for one in receiver.received] == [b"x"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_unknown_authority_is_an_error_that_may_pass(protocol: str, tls: Certificates) -> None:
    with (
        receiving(protocol, tls) as receiver,
        sending(endpoint_of(receiver, protocol)) as send,
        pytest.raises(ExportError) as caught,
    ):
        send(b"x")

    assert caught.value.retry
    assert receiver.received == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_client_certificate_lets_in(protocol: str, tls: Certificates) -> None:
    with (
        receiving(protocol, tls, wants_client=True) as receiver,
        sending(
            endpoint_of(
                receiver,
                protocol,
                certificate=tls.authority,
                client_certificate=tls.client,
                client_key=tls.client_key,
            )
        ) as send,
    ):
        send(b"x")

    assert [one.body for one in receiver.received] == [b"x"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_without_a_client_certificate_nothing_gets_in(protocol: str, tls: Certificates) -> None:
    with (
        receiving(protocol, tls, wants_client=True) as receiver,
        sending(endpoint_of(receiver, protocol, certificate=tls.authority)) as send,
        pytest.raises(ExportError) as caught,
    ):
        send(b"x")

    assert caught.value.retry
    assert receiver.received == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("option", ["certificate", "client_key"])
def test_a_file_that_is_not_there_is_named(
    protocol: str, option: str, tls: Certificates, tmp_path: Path
) -> None:
    absent = str(tmp_path / "absent.pem")
    options = {"certificate": tls.authority, "client_certificate": tls.client, option: absent}
    with receiving(protocol, tls) as receiver, pytest.raises(ExportError, match=r"absent\.pem") as caught:
        sender(endpoint_of(receiver, protocol, **options))

    assert caught.value.reason == "certificate"
    assert caught.value.retry


@pytest.mark.parametrize(
    ("status", "retry"),
    [
        *((status, True) for status in (429, 502, 503, 504)),
        *((status, False) for status in (301, 307, 400, 401, 403, 404, 408, 413, 415, 418, 500, 501, 599)),
    ],
)
def test_http_answers_that_may_pass_are_those_of_the_specification(status: int, *, retry: bool) -> None:
    with http_receiver() as receiver, sending(endpoint_of(receiver, "http/protobuf")) as send:
        receiver.answers.append(Answer(status, b"a page"))
        with pytest.raises(ExportError) as caught:
            send(b"x")

    assert (caught.value.reason, caught.value.retry) == (f"http_{status}", retry)
    assert str(status) in str(caught.value)


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_grpc_answers_that_may_pass_are_those_of_the_specification(code: grpc.StatusCode) -> None:
    passing = {"CANCELLED", "DEADLINE_EXCEEDED", "ABORTED", "OUT_OF_RANGE", "UNAVAILABLE", "DATA_LOSS"}
    with grpc_receiver() as receiver, sending(endpoint_of(receiver, "grpc")) as send:
        receiver.answers.append(Answer(code))
        with pytest.raises(ExportError) as caught:
            send(b"x")

    assert (caught.value.reason, caught.value.retry) == (f"grpc_{code.name.lower()}", code.name in passing)


def retry_info(seconds: int, nanos: int = 0) -> dict[str, bytes]:
    info = RetryInfo()
    info.retry_delay.seconds, info.retry_delay.nanos = seconds, nanos
    detail = AnyMessage()
    detail.Pack(info)
    status = Status(code=8, details=[AnyMessage(type_url="type.googleapis.com/other"), detail])
    return {"grpc-status-details-bin": status.SerializeToString()}


@pytest.mark.parametrize(
    ("metadata", "retry", "pause_s"),
    [
        (retry_info(7, 500_000_000), True, 7.5),
        ({}, False, None),
        ({"grpc-status-details-bin": b"\xff\xff"}, False, None),
        ({"grpc-status-details-bin": Status(code=8).SerializeToString()}, False, None),
    ],
)
def test_an_exhausted_server_is_tried_again_only_if_it_says_when(
    metadata: dict[str, bytes], *, retry: bool, pause_s: float | None
) -> None:
    with grpc_receiver() as receiver, sending(endpoint_of(receiver, "grpc")) as send:
        receiver.answers.append(Answer(grpc.StatusCode.RESOURCE_EXHAUSTED, headers=metadata))
        with pytest.raises(ExportError) as caught:
            send(b"x")

    assert (caught.value.retry, caught.value.retry_after_s) == (retry, pause_s)


@pytest.mark.parametrize(
    ("text", "low_s", "high_s"),
    [
        ("7", 7, 7),
        ("0.5", 0.5, 0.5),
        ("-3", 0, 0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400, float("inf")),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
    ],
)
def test_the_pause_that_http_asks_for_is_told(text: str, low_s: float, high_s: float) -> None:
    with http_receiver() as receiver, sending(endpoint_of(receiver, "http/protobuf")) as send:
        receiver.answers.append(Answer(503, headers={"Retry-After": text}))
        with pytest.raises(ExportError) as caught:
            send(b"x")

    assert caught.value.retry_after_s is not None
    assert low_s <= caught.value.retry_after_s <= high_s


def test_a_pause_that_is_not_understood_is_none() -> None:
    with http_receiver() as receiver, sending(endpoint_of(receiver, "http/protobuf")) as send:
        receiver.answers.append(Answer(503, headers={"Retry-After": "soon"}))
        with pytest.raises(ExportError) as caught:
            send(b"x")

    assert caught.value.retry_after_s is None


def test_redirects_are_not_followed() -> None:
    with http_receiver() as elsewhere, http_receiver() as receiver:
        receiver.answers.append(Answer(307, headers={"Location": f"{elsewhere.url}/v1/traces"}))
        to = endpoint_of(receiver, "http/protobuf", headers=f"x-api-key={SECRET}")
        with sending(to) as send, pytest.raises(ExportError) as caught:
            send(b"x")

    assert (caught.value.reason, caught.value.retry) == ("http_307", False)
    assert elsewhere.received == []


@pytest.mark.parametrize(
    ("protocol", "reason"), [("http/protobuf", "timeout"), ("grpc", "grpc_deadline_exceeded")]
)
def test_a_server_that_hangs_is_given_up_after_the_time_limit(protocol: str, reason: str) -> None:
    with receiving(protocol) as receiver:
        receiver.answers.append(Answer(hangs=True))
        made = OtlpExporter(endpoint_of(receiver, protocol, timeout="0.2"), requests=one_request_each)
        with pytest.raises(ExportError) as caught:
            made.export([b"x"], TIMEOUT_S)
        made.close()

    assert (caught.value.reason, caught.value.retry) == (reason, True)


@pytest.mark.parametrize(("protocol", "reason"), [("http/protobuf", "connect"), ("grpc", "grpc_unavailable")])
def test_a_server_that_is_gone_may_come_back(protocol: str, reason: str) -> None:
    with receiving(protocol) as receiver:
        pass
    with sending(endpoint_of(receiver, protocol)) as send, pytest.raises(ExportError) as caught:
        send(b"x")

    assert (caught.value.reason, caught.value.retry) == (reason, True)


def test_a_header_that_http_cannot_carry_is_not_tried_again() -> None:
    to = Endpoint("traces", "http/protobuf", "http://127.0.0.1:1", insecure=True, headers={"x": "a\r\nb"})
    with sending(to) as send, pytest.raises(ExportError) as caught:
        send(b"x")

    assert not caught.value.retry
    assert "ValueError" in str(caught.value)


@pytest.mark.parametrize("status", [503, 401, None])
def test_no_error_shows_a_secret(status: int | None) -> None:
    """Neither the words nor the chain of an error hold what URL, headers or answer do; ``None`` is nobody."""
    with contextlib.ExitStack() as running:
        receiver = running.enter_context(http_receiver())
        url = receiver.url.replace("http://", f"http://ann:{SECRET}@") + f"/{SECRET}?token={SECRET}"
        if status is None:
            running.close()
        receiver.answers.append(Answer(status, SECRET.encode(), {"X-Echo": SECRET}))
        text = error_text(
            Endpoint("traces", "http/protobuf", url, insecure=True, headers={"api-key": SECRET})
        )

    assert "127.0.0.1" in text
    assert SECRET not in text


def error_text(to: Endpoint) -> str:
    formatter = logging.Formatter()
    with sending(to) as send, pytest.raises(ExportError) as caught:
        send(b"x")
    error = caught.value
    return formatter.formatException((type(error), error, error.__traceback__))


def test_no_grpc_error_shows_what_the_server_says() -> None:
    with (
        grpc_receiver() as receiver,
        sending(endpoint_of(receiver, "grpc", headers=f"x-key={SECRET}")) as send,
    ):
        receiver.answers.append(Answer(grpc.StatusCode.UNAUTHENTICATED))
        with pytest.raises(ExportError) as caught:
            send(b"x")

    error = caught.value
    text = logging.Formatter().formatException((type(error), error, error.__traceback__))
    assert "a sentence of the server" not in text
    assert SECRET not in text


def one_request_each(batch: Sequence[bytes]) -> Iterable[tuple[bytes, int]]:
    return ((body, 10) for body in batch)


def partial(signal: str, rejected: int, reason: str = "") -> bytes:
    response = PARTIAL[signal]()
    setattr(response.partial_success, REJECTED[signal], rejected)
    response.partial_success.error_message = reason
    return bytes(response.SerializeToString())


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("signal", ["traces", "logs"])
def test_rejected_items_are_counted(protocol: str, signal: str) -> None:
    with receiving(protocol) as receiver:
        receiver.answers += [Answer(body=partial(signal, 3)), Answer(body=partial(signal, 2))]
        exporter = OtlpExporter(endpoint_of(receiver, protocol, signal), requests=one_request_each)
        rejected = exporter.export([b"1", b"2", b"3"], TIMEOUT_S)
        exporter.close()

    assert rejected == 5


@pytest.mark.parametrize(("rejected", "expected"), [(3, 0), (10, 1), (10**12, 1), (-4, 0)])
def test_a_collection_of_metrics_counts_as_rejected_when_every_point_is(rejected: int, expected: int) -> None:
    with http_receiver() as receiver:
        receiver.answers.append(Answer(body=partial("metrics", rejected)))
        exporter = OtlpExporter(endpoint_of(receiver, "http/protobuf", "metrics"), requests=one_request_each)
        found = exporter.export([b"1"], TIMEOUT_S)
        exporter.close()

    assert found == expected


def test_no_more_items_are_rejected_than_were_sent() -> None:
    with http_receiver() as receiver:
        receiver.answers.append(Answer(body=partial("traces", 10**12)))
        exporter = OtlpExporter(endpoint_of(receiver, "http/protobuf"), requests=one_request_each)
        rejected = exporter.export([b"1"], TIMEOUT_S)
        exporter.close()

    assert rejected == 10


@pytest.mark.parametrize("body", [b"{}", b"<html>welcome</html>", b"\xff" * 70_000])
def test_an_answer_that_is_no_message_rejects_nothing(body: bytes) -> None:
    with http_receiver() as receiver:
        receiver.answers.append(Answer(body=body))
        exporter = OtlpExporter(endpoint_of(receiver, "http/protobuf"), requests=one_request_each)
        rejected = exporter.export([b"1"], TIMEOUT_S)
        exporter.close()

    assert rejected == 0


def test_an_answer_that_breaks_off_is_an_arrival_all_the_same() -> None:
    with http_receiver() as receiver, sending(endpoint_of(receiver, "http/protobuf")) as send:
        receiver.answers.append(Answer(body=b"abc", headers={"Content-Length": "9", "Connection": "close"}))

        assert send(b"x") in (b"", b"abc")


def test_why_items_were_rejected_is_logged_once_and_redacted(caplog: pytest.LogCaptureFixture) -> None:
    with http_receiver() as receiver:
        receiver.answers += [Answer(body=partial("traces", 2, f"bad {SECRET}"))] * 3
        exporter = OtlpExporter(
            endpoint_of(receiver, "http/protobuf"),
            requests=one_request_each,
            redact_text=lambda text: text.replace(SECRET, "…"),
        )
        exporter.export([b"1", b"2", b"3"], TIMEOUT_S)
        exporter.close()

    (record,) = caplog.records
    assert "rejected 2 of 10: 'bad …'" in record.getMessage()


def test_without_a_redactor_the_reason_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with http_receiver() as receiver:
        receiver.answers.append(Answer(body=partial("traces", 2, f"bad {SECRET}")))
        exporter = OtlpExporter(endpoint_of(receiver, "http/protobuf"), requests=one_request_each)
        exporter.export([b"1"], TIMEOUT_S)
        exporter.close()

    assert "rejected 2 of 10" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_arrived_of_a_batch_is_not_sent_again(protocol: str) -> None:
    again = grpc.StatusCode.UNAVAILABLE if protocol == "grpc" else 503
    batch = [b"1", b"2", b"3"]
    with receiving(protocol) as receiver:
        receiver.answers += [Answer(body=partial("traces", 4)), Answer(again), Answer(), Answer()]
        exporter = OtlpExporter(endpoint_of(receiver, protocol), requests=one_request_each)
        with pytest.raises(ExportError):
            exporter.export(batch, TIMEOUT_S)
        rejected = exporter.export(batch, TIMEOUT_S)
        exporter.close()

    assert [one.body for one in receiver.received] == [b"1", b"2", b"2", b"3"]
    assert rejected == 4


def test_a_batch_that_is_given_up_is_forgotten() -> None:
    batch = [b"1", b"2"]
    with http_receiver() as receiver:
        receiver.answers += [Answer(), Answer(400)]
        exporter = OtlpExporter(endpoint_of(receiver, "http/protobuf"), requests=one_request_each)
        with pytest.raises(ExportError):
            exporter.export(batch, TIMEOUT_S)
        exporter.export(batch, TIMEOUT_S)
        exporter.close()

    assert [one.body for one in receiver.received] == [b"1", b"2", b"1", b"2"]


def test_another_batch_starts_from_its_beginning() -> None:
    with http_receiver() as receiver:
        receiver.answers += [Answer(503)]
        exporter = OtlpExporter(endpoint_of(receiver, "http/protobuf"), requests=one_request_each)
        with pytest.raises(ExportError):
            exporter.export([b"1"], TIMEOUT_S)
        exporter.export([b"2"], TIMEOUT_S)
        exporter.close()

    assert [one.body for one in receiver.received] == [b"1", b"2"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_closed_exporter_opens_another_connection(protocol: str) -> None:
    with receiving(protocol) as receiver:
        exporter = OtlpExporter(endpoint_of(receiver, protocol), requests=one_request_each)
        exporter.prepare()
        assert receiver.received == []
        exporter.export([b"1"], TIMEOUT_S)
        exporter.close()
        exporter.close()
        exporter.export([b"2"], TIMEOUT_S)
        exporter.close()

    assert [one.body for one in receiver.received] == [b"1", b"2"]


@pytest.mark.parametrize(
    ("url", "insecure", "address"),
    [
        ("collector:4317", "", "https://collector:4317"),
        ("collector:4317", "false", "https://collector:4317"),
        ("collector:4317", "true", "http://collector:4317"),
        ("http://collector:4317", "false", "http://collector:4317"),
        ("https://collector", "true", "https://collector"),
        ("http://[::1]:4317", "", "http://[::1]:4317"),
    ],
)
def test_the_scheme_decides_about_tls_and_without_one_it_is_on(url: str, insecure: str, address: str) -> None:
    found = endpoint(
        "traces",
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT": url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            "OTEL_EXPORTER_OTLP_INSECURE": insecure,
        },
    )

    assert found is not None
    assert (found.address, found.insecure) == (address, address.startswith("http://"))


def test_the_protocol_picks_the_sender() -> None:
    for protocol, kind in (("grpc", GrpcSender), ("http/protobuf", HttpSender)):
        made = sender(Endpoint("logs", protocol, "http://[::1]:9", insecure=True, headers={}))  # type: ignore[arg-type]
        made.close()

        assert isinstance(made, kind)
