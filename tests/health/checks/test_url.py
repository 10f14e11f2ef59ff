"""Checks as settings state them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine

import otel_monitoring.health.checks as face
from otel_monitoring.errors import MonitoringError, SettingsError
from otel_monitoring.health.checks import optional
from otel_monitoring.health.checks.sql_engine import SqlAlchemyCheck
from otel_monitoring.health.checks.url import check_from_url
from tests.health.checks.servers import naming, serving_http
from tests.health.checks.states import leaves_nothing_behind

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("postgresql://u:p@db/shop", "PostgresCheck"),
        ("postgres://db?sslmode=require&slow_s=2", "PostgresCheck"),
        ("postgresql+asyncpg://u:p@db/shop", "SqlAlchemyCheck"),
        ("redis://:p@cache:6379/1?timeout_s=2", "RedisCheck"),
        ("rediss://cache", "RedisCheck"),
        ("mongodb://a,b:27018/shop?replicaSet=rs0", "MongoCheck"),
        ("https://shop.example/health?status=200&status=204&contains=ok", "HttpCheck"),
        ("tcp://mail:25", "TcpCheck"),
        ("tls://shop.example?degraded_days=30&unhealthy_days=7", "TlsCheck"),
        ("dns://shop.example?server=192.0.2.1:53&record=AAAA", "DnsCheck"),
        ("smtp://mail?starttls=true", "SmtpCheck"),
        ("smtps://mail", "SmtpCheck"),
        ("file:///var/lib/shop?writable=false&degraded_free_ratio=0.2", "FilesystemCheck"),
        ("sqlite:////var/lib/shop.db", "SqlAlchemyCheck"),
        ("celery+redis://:p@cache/0?workers=2", "CeleryCheck"),
        ("otlp+http://collector:4318", "CollectorCheck"),
        ("otlp+http://collector:4317?protocol=grpc", "CollectorCheck"),
    ],
)
def test_the_scheme_says_of_what_kind_a_check_is(url: str, kind: str) -> None:
    assert type(check_from_url(url)).__name__ == kind


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("gopher://host", "scheme is 'gopher': expected one of"),
        ("nonsense", "scheme is '': expected one of"),
        ("http://", "host is '': expected a name"),
        ("tcp://host", "expected a port after the host"),
        ("tcp://host:0", "port of host is 0: expected a number"),
        ("tcp://host:x", "port of host: expected a number"),
        ("tcp://host:80?contains=x", "option 'contains': expected one of slow_s, timeout_s"),
        ("redis://host?slow_s=soon", "slow_s is 'soon': expected a number"),
        ("redis://host?slow_s=0", "slow_s is 0.0: expected a time above 0"),
        ("http://host?status=ok", "status is 'ok': expected a whole number"),
        ("smtp://host?starttls=maybe", "starttls is 'maybe': expected true or false"),
        ("file://host/path", "host is 'host': expected none"),
        ("file:relative", "path is 'relative': expected an absolute path"),
        ("tls://host?degraded_days=1", "degraded_days 1.0, unhealthy_days 3: expected"),
        ("sqlite://", "path is empty: expected a file"),
        ("mysql+nodriver://u@host/db", "expected a URL as SQLAlchemy takes it"),
        ("dns://", "name is '': "),
        ("http://[::1", "a URL that cannot be read"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check_from_url(url)

    assert words in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "gopher://ann:hunter2@host/hunter2?token=hunter2",
        "redis://ann:hunter2@host/x?slow_s=0",
        "postgresql://ann:hunter2@host/x?slow_s=0",
        "mysql+nodriver://ann:hunter2@host/x",
        "http://ann:hunter2@host/hunter2?status=x",
        "tcp://ann:hunter2@host",
        "celery+redis://ann:hunter2@host?workers=x",
        "http://ann:hunter2@[::1",
        "mongodb://ann:hunter2@host/hunter2?slow_s=-1",
        "file://ann:hunter2@host/path",
        "gopher://ann:hunter2/more@host",
        "gopher://ann:hunter2?more@host/path",
        "gopher://ann:x#hunter2@host/path",
        "redis://ann:hunter2/more@host",
        "gopher://host?password=x@hunter2",
    ],
)
def test_what_is_refused_shows_no_secret(url: str) -> None:
    with pytest.raises(MonitoringError) as caught:
        check_from_url(url)

    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_options_reach_the_check_and_the_rest_of_the_query_the_server() -> None:
    with serving_http() as page:
        page.status = 204
        url = f"http://127.0.0.1:{page.port}/health?deep=a%20b&status=204&timeout_s=20&slow_s=20"

        found = check_from_url(url)()

    assert found.status == "healthy"
    assert page.requests[0]["path"] == "/health?deep=a%20b"


def test_a_name_server_and_addresses_come_from_the_query() -> None:
    with naming() as server:
        url = f"dns://shop.example?server=127.0.0.1:{server.port}&timeout_s=20&slow_s=20&expected="

        assert check_from_url(f"{url}192.0.2.7")().status == "healthy"
        assert check_from_url(f"{url}192.0.2.9")().status == "unhealthy"


def test_a_file_of_sqlite_has_to_be_there_and_to_be_one(tmp_path: Path) -> None:
    file = tmp_path / "shop %.db"
    check = check_from_url(f"sqlite:///{quote(str(file))}")

    gone = check()
    was_made = file.exists()
    file.write_text("this is no database, and long enough to be seen as none" * 20)
    broken = check()
    file.unlink()
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE orders (id)")
    made.close()
    back = check()

    assert [one.status for one in (gone, broken, back)] == ["unhealthy", "unhealthy", "healthy"]
    assert not was_made
    assert "not a database" in broken.message


def test_nothing_is_left_of_a_thousand_failures_of_sqlite(tmp_path: Path) -> None:
    leaves_nothing_behind(check_from_url(f"sqlite:///{tmp_path}/none.db"))


def test_an_engine_of_sqlite_in_memory_is_healthy() -> None:
    engine = create_engine("sqlite://")

    assert SqlAlchemyCheck(engine)().status == "healthy"
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "install"),
    [
        ("redis://cache", r"pip install 'otel-monitoring\[redis\]'"),
        ("postgresql://db", r"pip install 'otel-monitoring\[postgres\]'"),
        ("mongodb://db", "pip install pymongo"),
        ("celery+redis://cache", "pip install celery"),
    ],
)
def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, url: str, install: str) -> None:
    monkeypatch.setattr(optional, "find_spec", lambda _: None)

    with pytest.raises(ImportError, match=install):
        check_from_url(url)


def test_every_check_is_had_from_one_place() -> None:
    assert {getattr(face, name).__name__ for name in face.__all__} == set(face.__all__)
    with pytest.raises(AttributeError, match="no attribute 'NoCheck'"):
        _ = face.NoCheck
