"""Keys in memory follow those of the storage, and outlive its absence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.access.key_text import make_key
from otel_monitoring.api.access.keys import ApiKeys
from otel_monitoring.bootstrap.storage.key_copy import KeyCopy
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.repositories.api_keys import KeptKeys
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.model.api_key import ApiKey

SHOP = KeptKeys(service="shop")
MINUTE_MS = 60_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(url=f"sqlite:///{tmp_path}/storage.db", clock=SystemClock())
    assert made.ensure()
    yield made
    made.close()


def save(database: Database, key: ApiKey) -> None:
    with database.write() as connection:
        SHOP.save(connection, key, now_ms=1)


def opens(keys: ApiKeys, text: str) -> bool:
    return asyncio.run(keys.caller(text)) is not None


def uses(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return SHOP.last_uses(connection, now_ms=1)


def test_a_key_opens_from_the_next_look_until_the_one_after_it_was_revoked(database: Database) -> None:
    keys = ApiKeys(clock=FakeClock())
    copy = KeyCopy(keys)
    key, text = make_key("ci", "viewer", now_ms=1)
    found = []

    for change in (None, key, replace(key, revoked_ms=2)):
        if change is not None:
            save(database, change)
        copy.renew(database, service="shop", now_ms=1)
        found.append(opens(keys, text))

    assert found == [False, True, False]


def test_keys_of_another_service_open_nothing(database: Database) -> None:
    keys = ApiKeys(clock=FakeClock())
    key, text = make_key("ci", "viewer", now_ms=1)
    save(database, key)

    KeyCopy(keys).renew(database, service="billing", now_ms=1)

    assert not opens(keys, text)


def test_keys_go_on_while_the_storage_is_away(database: Database, tmp_path: Path) -> None:
    keys = ApiKeys(clock=FakeClock())
    copy = KeyCopy(keys)
    key, text = make_key("ci", "viewer", now_ms=1)
    save(database, key)
    copy.renew(database, service="shop", now_ms=1)

    for left in tmp_path.glob("storage.db*"):
        left.unlink()

    with pytest.raises(StorageError):
        copy.renew(database, service="shop", now_ms=2)
    assert opens(keys, text)


def test_the_last_use_is_noted_every_few_minutes(database: Database) -> None:
    """A request writes nothing, and a thousand requests within minutes write once."""
    clock = FakeClock()
    start_ms = clock.now_ms()
    keys = ApiKeys(clock=clock)
    copy = KeyCopy(keys)
    key, text = make_key("ci", "viewer", now_ms=1)
    save(database, key)
    copy.renew(database, service="shop", now_ms=start_ms)
    noted = []

    for minutes in (0, 1, 4, 5):
        clock.advance(start_ms / 1000 + minutes * 60 - clock.now_ms() / 1000)
        opens(keys, text)
        copy.renew(database, service="shop", now_ms=clock.now_ms())
        noted.append((uses(database)[key.id] - start_ms) / MINUTE_MS)

    assert noted == [0, 0, 0, 5]


def test_a_key_that_nobody_uses_leaves_nothing_behind(database: Database) -> None:
    keys = ApiKeys(clock=FakeClock())
    key, _ = make_key("ci", "viewer", now_ms=1)
    save(database, key)

    KeyCopy(keys).renew(database, service="shop", now_ms=10 * MINUTE_MS)

    assert uses(database) == {}
