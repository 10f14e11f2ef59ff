"""What can be checked, a file per kind: `from otel_monitoring.health.checks import RedisCheck`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otel_monitoring.health.checks.celery import CeleryCheck
    from otel_monitoring.health.checks.collector import CollectorCheck
    from otel_monitoring.health.checks.disk import DiskCheck
    from otel_monitoring.health.checks.dns import DnsCheck
    from otel_monitoring.health.checks.event_loop import EventLoopCheck
    from otel_monitoring.health.checks.filesystem import FilesystemCheck
    from otel_monitoring.health.checks.http import HttpCheck
    from otel_monitoring.health.checks.memory import MemoryCheck
    from otel_monitoring.health.checks.mongodb import MongoCheck
    from otel_monitoring.health.checks.postgres import PostgresCheck
    from otel_monitoring.health.checks.redis import RedisCheck
    from otel_monitoring.health.checks.smtp import SmtpCheck
    from otel_monitoring.health.checks.sql_engine import SqlAlchemyCheck
    from otel_monitoring.health.checks.storage import StorageCheck
    from otel_monitoring.health.checks.tcp import TcpCheck
    from otel_monitoring.health.checks.tls import TlsCheck
    from otel_monitoring.health.checks.url import check_from_url

_HOMES = {
    "CeleryCheck": "celery",
    "CollectorCheck": "collector",
    "DiskCheck": "disk",
    "DnsCheck": "dns",
    "EventLoopCheck": "event_loop",
    "FilesystemCheck": "filesystem",
    "HttpCheck": "http",
    "MemoryCheck": "memory",
    "MongoCheck": "mongodb",
    "PostgresCheck": "postgres",
    "RedisCheck": "redis",
    "SmtpCheck": "smtp",
    "SqlAlchemyCheck": "sql_engine",
    "StorageCheck": "storage",
    "TcpCheck": "tcp",
    "TlsCheck": "tls",
    "check_from_url": "url",
}

__all__ = [
    "CeleryCheck",
    "CollectorCheck",
    "DiskCheck",
    "DnsCheck",
    "EventLoopCheck",
    "FilesystemCheck",
    "HttpCheck",
    "MemoryCheck",
    "MongoCheck",
    "PostgresCheck",
    "RedisCheck",
    "SmtpCheck",
    "SqlAlchemyCheck",
    "StorageCheck",
    "TcpCheck",
    "TlsCheck",
    "check_from_url",
]


def __getattr__(name: str) -> Any:
    """Import the module of a check when that is wanted: the start of an application needs few of them."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
