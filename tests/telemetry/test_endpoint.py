from __future__ import annotations

import pytest

from otel_monitoring.errors import SettingsError
from otel_monitoring.telemetry.endpoint import endpoint

BASE = "OTEL_EXPORTER_OTLP_ENDPOINT"


def test_without_an_endpoint_nothing_is_exported() -> None:
    assert endpoint("traces", {}) is None
    assert endpoint("traces", {BASE: "  "}) is None


def test_the_general_endpoint_gets_the_path_of_the_signal() -> None:
    found = endpoint("logs", {BASE: "http://collector:4318/base/"})

    assert found is not None
    assert (found.url, found.protocol, found.insecure) == (
        "http://collector:4318/base/v1/logs",
        "http/protobuf",
        True,
    )


def test_the_endpoint_of_a_signal_is_taken_as_it_is() -> None:
    found = endpoint("traces", {BASE: "http://a:4318", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://b/x"})

    assert found is not None
    assert (found.url, found.insecure) == ("https://b/x", False)


@pytest.mark.parametrize(
    ("url", "protocol", "expected"),
    [
        ("http://c:4317", "", "grpc"),
        ("http://c:4318", "", "http/protobuf"),
        ("http://c:4317", "http/protobuf", "http/protobuf"),
        ("c:4317", "grpc", "grpc"),
    ],
)
def test_the_protocol_is_what_is_said_or_what_the_port_means(url: str, protocol: str, expected: str) -> None:
    found = endpoint("traces", {BASE: url, "OTEL_EXPORTER_OTLP_PROTOCOL": protocol})

    assert found is not None
    assert found.protocol == expected


def test_what_is_said_of_a_signal_wins_over_what_is_said_of_all() -> None:
    environ = {
        BASE: "http://c:4318",
        "OTEL_EXPORTER_OTLP_HEADERS": "a=1",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "authorization=Bearer%20x,b=2",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "3",
        "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "4.5",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "none",
        "OTEL_EXPORTER_OTLP_CERTIFICATE": "ca.pem",
        "OTEL_EXPORTER_OTLP_CLIENT_KEY": "key.pem",
        "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": "cert.pem",
    }

    traces, logs = endpoint("traces", environ), endpoint("logs", environ)

    assert traces is not None
    assert logs is not None
    assert (traces.headers, traces.timeout_s, traces.compression) == (
        {"authorization": "Bearer x", "b": "2"},
        4.5,
        "",
    )
    assert (logs.headers, logs.timeout_s, logs.compression) == ({"a": "1"}, 3, "gzip")
    assert (logs.certificate, logs.client_key, logs.client_certificate) == ("ca.pem", "key.pem", "cert.pem")


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "smoke", "'grpc' or 'http/protobuf'"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon", "a number of seconds"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "-1", "a number of seconds"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "zip", "'none', 'gzip' or 'deflate'"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector", "an absolute URL"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_was_expected(
    variable: str, value: str, expected: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        endpoint("traces", {BASE: "http://c:4318", variable: value})

    assert variable in str(caught.value)
    assert repr(value) in str(caught.value) or "://" in str(caught.value)
    assert expected in str(caught.value)


def test_an_address_and_a_repr_show_no_secret() -> None:
    environ = {
        BASE: "http://user:hunter2@c:4318/p?token=t",
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=secret",
    }

    found = endpoint("traces", environ)

    assert found is not None
    assert found.address == "http://c:4318"
    assert "secret" not in repr(found)
