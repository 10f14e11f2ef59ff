"""The Collector: over HTTP and gRPC, up, slow, hanging, refusing and back again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import pytest

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.collector import CollectorCheck
from tests.health.checks.servers import serving_http
from tests.health.checks.states import PATIENT, tells_all_states_apart

if TYPE_CHECKING:
    from tests.integration.servers import Collector


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_the_collector_tells_all_states_apart(
    collector: Collector, protocol: Literal["http", "grpc"]
) -> None:
    url = collector.otlp_http if protocol == "http" else collector.otlp_grpc

    def make(port: int, **times: Any) -> CollectorCheck:
        return CollectorCheck(f"http://127.0.0.1:{port}", protocol=protocol, **times)

    tells_all_states_apart(make, port=urlsplit(url).port or 0)


@pytest.mark.parametrize(("protocol", "words"), [("http", "answered 501"), ("grpc", "does not speak gRPC")])
def test_what_takes_no_telemetry_is_unhealthy(protocol: Any, words: str) -> None:
    with serving_http() as page:
        found = CollectorCheck(f"http://127.0.0.1:{page.port}", protocol=protocol, **PATIENT)()

    assert found.status == "unhealthy"
    assert words in found.message


@pytest.mark.parametrize(
    ("url", "options"), [("grpc://host", {}), ("http://host", {"protocol": "udp"}), ("http://", {})]
)
def test_what_is_no_endpoint_is_refused(url: str, options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="expected"):
        CollectorCheck(url, **options)
