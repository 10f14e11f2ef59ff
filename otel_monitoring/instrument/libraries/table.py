"""The libraries that are known, and who instruments each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Names = Literal["http", "database"]


@dataclass(frozen=True, slots=True)
class Library:
    """One library and who instruments it.

    Attributes:
        name: What settings and ``OTEL_PYTHON_DISABLED_INSTRUMENTATIONS`` call it.
        module: The module whose import brings it in.
        instrumentor: Where its instrumentor is, as ``package.module:Class``.
        names: Which stable names its spans and metrics bear, where the conventions have switched.
        first_calls: Functions whose first call instruments it, in place of the import.
        off: Why it is left alone unless somebody else instruments it.
    """

    name: str
    module: str
    instrumentor: str
    names: Names | None = None
    first_calls: tuple[str, ...] = ()
    off: str = ""


def _contrib(name: str, module: str, entry: str, names: Names | None = None, **more: Any) -> Library:
    return Library(name, module, f"opentelemetry.instrumentation.{entry}", names, **more)


_HTTPX_CALLS = ("HTTPTransport.handle_request", "AsyncHTTPTransport.handle_async_request")
_REQUESTS_CALLS = ("sessions.Session.send",)
_URLLIB3_CALLS = ("connectionpool.HTTPConnectionPool.urlopen",)

LIBRARIES: tuple[Library, ...] = (
    _contrib("httpx", "httpx", "httpx:HTTPXClientInstrumentor", "http", first_calls=_HTTPX_CALLS),
    _contrib("httpx2", "httpx2", "httpx:HTTPX2ClientInstrumentor", "http", first_calls=_HTTPX_CALLS),
    _contrib("requests", "requests", "requests:RequestsInstrumentor", "http", first_calls=_REQUESTS_CALLS),
    _contrib("urllib3", "urllib3", "urllib3:URLLib3Instrumentor", "http", first_calls=_URLLIB3_CALLS),
    _contrib("aiohttp-client", "aiohttp", "aiohttp_client:AioHttpClientInstrumentor", "http"),
    Library(
        "sqlalchemy",
        "sqlalchemy",
        "otel_monitoring.instrument.libraries.sqlalchemy:SqlAlchemyInstrumentor",
        "database",
    ),
    _contrib("asyncpg", "asyncpg", "asyncpg:AsyncPGInstrumentor", "database"),
    _contrib("psycopg", "psycopg", "psycopg:PsycopgInstrumentor", "database"),
    _contrib("psycopg2", "psycopg2", "psycopg2:Psycopg2Instrumentor", "database"),
    _contrib("aiopg", "aiopg", "aiopg:AiopgInstrumentor", "database"),
    _contrib("mysql", "mysql.connector", "mysql:MySQLInstrumentor", "database"),
    _contrib("mysqlclient", "MySQLdb", "mysqlclient:MySQLClientInstrumentor", "database"),
    _contrib("pymysql", "pymysql", "pymysql:PyMySQLInstrumentor", "database"),
    _contrib("tortoiseorm", "tortoise", "tortoiseorm:TortoiseORMInstrumentor", "database"),
    _contrib("cassandra", "cassandra", "cassandra:CassandraInstrumentor", "database"),
    _contrib(
        "sqlite3",
        "sqlite3",
        "sqlite3:SQLite3Instrumentor",
        "database",
        off="SQLite is mostly used through SQLAlchemy, which records it already",
    ),
    _contrib("redis", "redis", "redis:RedisInstrumentor", "database"),
    _contrib("pymongo", "pymongo", "pymongo:PymongoInstrumentor", "database"),
    _contrib("pymemcache", "pymemcache", "pymemcache:PymemcacheInstrumentor", "database"),
    _contrib("celery", "celery", "celery:CeleryInstrumentor"),
    _contrib("aio-pika", "aio_pika", "aio_pika:AioPikaInstrumentor"),
    _contrib("pika", "pika", "pika:PikaInstrumentor"),
    _contrib("aiokafka", "aiokafka", "aiokafka:AIOKafkaInstrumentor"),
    _contrib("confluent_kafka", "confluent_kafka", "confluent_kafka:ConfluentKafkaInstrumentor"),
    _contrib("kafka", "kafka", "kafka:KafkaInstrumentor"),
    _contrib("botocore", "botocore", "botocore:BotocoreInstrumentor"),
    _contrib("boto3", "boto3", "boto3sqs:Boto3SQSInstrumentor"),
    _contrib("grpc_client", "grpc", "grpc:GrpcInstrumentorClient"),
    _contrib("grpc_aio_client", "grpc", "grpc:GrpcAioInstrumentorClient"),
)
"""What is instrumented where it is installed, with the names of the instrumentors' entry points.

The clients of HTTP call each other: requests works through urllib3, botocore too. The outer one silences
the inner, so that each call is one span.
"""
