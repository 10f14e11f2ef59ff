"""``otel-monitoring keys revoke``: take an API key back; within seconds it opens nothing at any process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from otel_monitoring.cli.keys.shown import document, state
from otel_monitoring.cli.pages import AsJson, By  # noqa: TC001 - typer reads the annotations
from otel_monitoring.cli.storage.audited import note
from otel_monitoring.cli.storage.opened import StorageUrl, opened
from otel_monitoring.cli.storage.whose import OfService, key_of, services
from otel_monitoring.cli.table import print_json
from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Collection

    from otel_monitoring.model.api_key import ApiKey
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.service import Service


def command(
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="Names or ids.")],
    *,
    by: By = None,
    as_json: AsJson = False,
    service: OfService = None,
    storage: StorageUrl = None,
) -> None:
    """Take keys back; sessions that began with them end as well."""
    now_ms = SystemClock().now_ms()
    done: list[ApiKey] = []
    with opened(storage) as database:
        only = key_of(database, service)
        asked = [one for one in services(database) if only in (None, one.key)]
        for word in keys:
            whose, key = _meant(database, asked, word, now_ms=now_ms)
            done.append(_revoke(database, whose, key, now_ms=now_ms, by=by))
    if as_json:
        print_json([document(key, now_ms=now_ms) for key in done])
    else:
        print("\n".join(f"revoked {key.name} ({key.id})" for key in done))


def _meant(
    database: Database, asked: Collection[Service], word: str, *, now_ms: int
) -> tuple[Service, ApiKey]:
    """Return the key that a word means: by its id, or the one that is active under its name.

    Raises:
        MonitoringError: There is none, or there are several.
    """
    from otel_monitoring.storage.repositories.api_keys import KeptKeys

    with database.read() as connection:
        active = [
            (service, key)
            for service in asked
            for key in KeptKeys(service=service.key).load(connection, now_ms=now_ms)
            if state(key, now_ms) == "active"
        ]
    found = [(service, key) for service, key in active if word in (key.id, key.name)]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{key.id} of {service}" for service, key in found)
        msg = f"{word!r} is one of {listed}: give the id, or --service"
    else:
        listed = ", ".join(sorted(key.name for _, key in active)) or "nothing, since no key is active"
        msg = f"no active key is called {word!r}: expected {listed}"
    raise MonitoringError(msg)


def _revoke(database: Database, whose: Service, key: ApiKey, *, now_ms: int, by: str | None) -> ApiKey:
    from otel_monitoring.storage.repositories.api_keys import KeptKeys

    revoked = replace(key, revoked_ms=now_ms)
    with database.write() as connection:
        KeptKeys(service=whose.key).save(connection, revoked, now_ms=now_ms)
    note(database, [whose], name="api_key.revoked", target=key.name, by=by, after={"id": key.id})
    return revoked
