"""PostgreSQL, Redis and MongoDB's protocol: real servers, up, slow, hanging, refusing and back again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pymongo
import pytest
import redis as redis_package
import redis.asyncio
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.mongodb import MongoCheck
from otel_monitoring.health.checks.postgres import PostgresCheck
from otel_monitoring.health.checks.redis import RedisCheck
from otel_monitoring.health.checks.sql_engine import SqlAlchemyCheck
from tests.health.checks.states import PATIENT, leaves_nothing_behind, tells_all_states_apart
from tests.integration.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.servers import FerretDb, Postgres, Redis

WRONG = "wr0ng-p4ss"


def at(url: str, port: int, *, scheme: str = "", password: str = "") -> str:
    """Return ``url`` with another port, scheme or password."""
    parts = urlsplit(url)
    user, _, known = parts.netloc.rpartition("@")[0].partition(":")
    credentials = f"{user}:{password or known}@" if user else ""
    return parts._replace(scheme=scheme or parts.scheme, netloc=f"{credentials}127.0.0.1:{port}").geturl()


def port_of(url: str) -> int:
    return urlsplit(url).port or 0


def password_of(url: str) -> str:
    return urlsplit(url).password or ""


def test_postgresql_tells_all_states_apart(postgres: Postgres) -> None:
    def make(port: int, **times: float) -> PostgresCheck:
        return PostgresCheck(at(postgres.url, port), **times)

    tells_all_states_apart(make, port=port_of(postgres.url), secret=password_of(postgres.url))


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "postgresql+asyncpg"])
def test_an_async_engine_tells_all_states_apart(postgres: Postgres, scheme: str) -> None:
    def make(port: int, **times: float) -> SqlAlchemyCheck:
        return SqlAlchemyCheck(create_async_engine(at(postgres.url, port, scheme=scheme)), **times)

    tells_all_states_apart(make, port=port_of(postgres.url), secret=password_of(postgres.url))


def test_an_engine_tells_all_states_apart(postgres: Postgres) -> None:
    def make(port: int, **times: float) -> SqlAlchemyCheck:
        return SqlAlchemyCheck(create_engine(at(postgres.url, port, scheme="postgresql+psycopg")), **times)

    tells_all_states_apart(make, port=port_of(postgres.url), secret=password_of(postgres.url))


def test_an_engine_is_asked_while_its_event_loop_runs_elsewhere(postgres: Postgres) -> None:
    """The connections in its pool belong to the application's loop, and are neither used nor closed."""
    engine = create_async_engine(at(postgres.url, port_of(postgres.url), scheme="postgresql+asyncpg"))
    check = SqlAlchemyCheck(engine, slow_s=30, timeout_s=30)

    async def work() -> tuple[str, object]:
        async with engine.connect() as connection:
            found = await asyncio.to_thread(check)
            answer = await connection.exec_driver_sql("SELECT 7")
        await engine.dispose()
        return found.status, answer.scalar()

    assert asyncio.run(work()) == ("healthy", 7)


def test_an_engine_whose_connections_are_all_in_use_is_degraded(postgres: Postgres) -> None:
    url = at(postgres.url, port_of(postgres.url), scheme="postgresql+psycopg")
    engine = create_engine(url, pool_size=1, max_overflow=1)
    check = SqlAlchemyCheck(engine, slow_s=30, timeout_s=30)

    with engine.connect(), engine.connect():
        full = check()
    free = check()
    engine.dispose()

    assert (full.status, free.status) == ("degraded", "healthy")
    assert "all 2 connections of the pool" in full.message


def test_redis_tells_all_states_apart(redis: Redis) -> None:
    def make(port: int, **times: float) -> RedisCheck:
        return RedisCheck(at(redis.url, port), **times)

    tells_all_states_apart(make, port=port_of(redis.url), secret=password_of(redis.url))


@pytest.mark.parametrize("client", [redis_package.Redis, redis_package.asyncio.Redis])
def test_a_client_of_redis_tells_all_states_apart(redis: Redis, client: Any) -> None:
    def make(port: int, **times: float) -> RedisCheck:
        return RedisCheck(client.from_url(at(redis.url, port)), **times)

    tells_all_states_apart(make, port=port_of(redis.url), secret=password_of(redis.url))


def test_mongodb_tells_all_states_apart(ferretdb: FerretDb) -> None:
    def make(port: int, **times: float) -> MongoCheck:
        return MongoCheck(at(ferretdb.url, port), **times)

    tells_all_states_apart(make, port=port_of(ferretdb.url))


def test_a_client_of_mongodb_tells_all_states_apart(ferretdb: FerretDb) -> None:
    clients: list[pymongo.MongoClient[Any]] = []

    def make(port: int, **times: float) -> MongoCheck:
        clients.append(pymongo.MongoClient(at(ferretdb.url, port)))
        return MongoCheck(clients[-1], **times)

    tells_all_states_apart(make, port=port_of(ferretdb.url))
    for client in clients:
        client.close()


@pytest.mark.parametrize("kind", ["postgres", "redis", "engine", "async engine"])
def test_a_wrong_password_is_told_and_not_shown(postgres: Postgres, redis: Redis, kind: str) -> None:
    sql = at(postgres.url, port_of(postgres.url), password=WRONG)
    make: dict[str, Callable[[], Any]] = {
        "postgres": lambda: PostgresCheck(sql, **PATIENT),
        "redis": lambda: RedisCheck(at(redis.url, port_of(redis.url), password=WRONG), **PATIENT),
        "engine": lambda: SqlAlchemyCheck(create_engine(sql.replace("://", "+psycopg://")), **PATIENT),
        "async engine": lambda: SqlAlchemyCheck(
            create_async_engine(sql.replace("://", "+asyncpg://")), **PATIENT
        ),
    }

    found = make[kind]()()

    assert found.status == "unhealthy"
    assert "password" in found.message
    assert WRONG not in found.message


@pytest.mark.parametrize(
    ("kind", "runs"),
    [("postgres", 1000), ("redis", 1000), ("engine", 1000), ("async engine", 300), ("mongodb", 15)],
)
def test_nothing_is_left_of_failures(kind: str, runs: int) -> None:
    (port,) = free_ports(1)
    sql = f"postgresql://a:b@127.0.0.1:{port}/c"
    make: dict[str, Callable[[], Any]] = {
        "postgres": lambda: PostgresCheck(sql),
        "redis": lambda: RedisCheck(f"redis://127.0.0.1:{port}"),
        "engine": lambda: SqlAlchemyCheck(create_engine(sql.replace("://", "+psycopg://"))),
        "async engine": lambda: SqlAlchemyCheck(create_async_engine(sql.replace("://", "+asyncpg://"))),
        "mongodb": lambda: MongoCheck(f"mongodb://127.0.0.1:{port}", timeout_s=0.05),
    }

    leaves_nothing_behind(make[kind](), runs=runs)


def test_a_password_that_cannot_be_read_is_not_shown() -> None:
    found = PostgresCheck(f"postgresql://ann:{WRONG}%zz@127.0.0.1:1/shop")()

    assert found.status == "unhealthy"
    assert WRONG not in found.message


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: PostgresCheck("mysql://host/db"), "scheme is 'mysql'"),
        (lambda: RedisCheck("http://host"), "scheme is 'http'"),
        (lambda: RedisCheck("redis://host/none?socket_timeout=x"), "redis://host: .*expected a URL"),
        (lambda: RedisCheck(7), "target is a int: expected a URL or a client"),
        (lambda: MongoCheck("http://host"), "scheme is 'http'"),
        (lambda: MongoCheck(7), "target is a int: expected a URL or a pymongo.MongoClient"),
        (lambda: SqlAlchemyCheck("sqlite://"), "engine is a str: expected an Engine"),
    ],
)
def test_what_cannot_be_asked_is_refused(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        make()
