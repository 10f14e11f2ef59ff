"""``otel-monitoring keys list``: which API keys there are, what they open, and about when they were used."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from otel_monitoring.cli.keys.shown import HEADS, document, row
from otel_monitoring.cli.pages import AsJson  # noqa: TC001 - typer reads the annotation
from otel_monitoring.cli.storage.opened import StorageUrl, opened
from otel_monitoring.cli.storage.whose import OfService, key_of
from otel_monitoring.cli.table import print_json, print_table
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.model.api_key import ApiKey
    from otel_monitoring.storage.database import Database


def command(*, as_json: AsJson = False, service: OfService = None, storage: StorageUrl = None) -> None:
    """List the keys of a storage; those that ended stay for three months."""
    now_ms = SystemClock().now_ms()
    with opened(storage) as database:
        found = list(_found(database, key_of(database, service), now_ms=now_ms))
    if as_json:
        print_json([{**document(key, now_ms=now_ms, used_ms=used), "service": of} for key, used, of in found])
    elif found:
        rows = [row(key, now_ms=now_ms, used_ms=used, service=of) for key, used, of in found]
        print_table(HEADS, rows, fixed=frozenset(HEADS[:-1]))
    else:
        print("no keys", file=sys.stderr)


def _found(database: Database, only: str | None, *, now_ms: int) -> Iterator[tuple[ApiKey, int | None, str]]:
    from otel_monitoring.storage.repositories.api_keys import KeptKeys
    from otel_monitoring.storage.repositories.services import load_services

    with database.read() as connection:
        for key, service in load_services(connection).items():
            if only not in (None, key):
                continue
            kept = KeptKeys(service=key)
            uses: dict[str, Any] = kept.last_uses(connection, now_ms=now_ms)
            for one in sorted(kept.load(connection, now_ms=now_ms), key=lambda one: one.name):
                yield one, uses.get(one.id), str(service)
