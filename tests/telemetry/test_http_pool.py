from __future__ import annotations

import pytest
import urllib3

from otel_monitoring.telemetry.http_pool import http_pool


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)


def test_without_a_proxy_the_pool_goes_straight() -> None:
    assert type(http_pool("http://collector:4318/v1/traces")) is urllib3.PoolManager


def test_the_proxy_of_the_environment_is_used_with_its_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://user:hunter2@proxy:3128")

    pool = http_pool("http://collector:4318/v1/traces")

    assert isinstance(pool, urllib3.ProxyManager)
    assert (pool.proxy.host, pool.proxy.port) == ("proxy", 3128)  # type: ignore[union-attr]
    assert pool.proxy_headers["proxy-authorization"].startswith("Basic ")


def test_a_proxy_without_a_scheme_is_an_http_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "proxy:3128")

    pool = http_pool("https://collector:4318/v1/traces")

    assert isinstance(pool, urllib3.ProxyManager)
    assert pool.proxy is not None
    assert pool.proxy.scheme == "http"


def test_hosts_that_are_excepted_are_reached_without_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "collector,localhost")

    assert type(http_pool("http://collector:4318/v1/traces")) is urllib3.PoolManager


def test_tls_trusts_the_system_and_verifies() -> None:
    pool = http_pool("https://collector:4318/v1/traces")

    context = pool.connection_pool_kw["ssl_context"]
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] > 0


def test_a_certificate_that_cannot_be_loaded_is_an_error(tmp_path: object) -> None:
    with pytest.raises(OSError, match="No such file"):
        http_pool("https://collector:4318", certificate=f"{tmp_path}/none.pem")
