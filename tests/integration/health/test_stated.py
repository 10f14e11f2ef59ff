"""Checks that settings state, in a registry, over the real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from otel_monitoring.bootstrap.api.health import _register_stated
from otel_monitoring.health.registry import HealthRegistry
from otel_monitoring.testing import FakeClock
from tests.integration.servers import free_ports

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.servers import FerretDb, Postgres, Redis


def test_what_settings_state_is_checked(
    postgres: Postgres, redis: Redis, ferretdb: FerretDb, tmp_path: Path
) -> None:
    (nobody,) = free_ports(1)
    urls = [
        f"{postgres.url}?name=db&critical=true&slow_s=40",
        f"{redis.url}?name=cache&slow_s=40",
        f"{ferretdb.url}?name=documents&slow_s=40",
        f"file://{tmp_path}?name=data&degraded_free_ratio=0&unhealthy_free_ratio=0&slow_s=40",
        f"tcp://127.0.0.1:{nobody}?name=mail&critical=true",
    ]
    registry = HealthRegistry(clock=FakeClock(0))

    _register_stated(registry, urls, 50)
    registry.run_due()
    assert registry.wait(60)
    report = registry.report()

    assert report.status == "unhealthy"
    assert {one.name: one.status for one in report.checks} == {
        "cache": "healthy",
        "data": "healthy",
        "db": "healthy",
        "documents": "healthy",
        "mail": "unhealthy",
    }
    assert f"127.0.0.1:{nobody} cannot be asked: Connection refused" in repr(report)
    assert (urlsplit(postgres.url).password or "none") not in repr(report)
