"""API keys in the storage, of either kind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from otel_monitoring.model.api_key import ApiKey
from otel_monitoring.storage.repositories.api_keys import API_KEYS, KeptKeys

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database

DAY_MS = 86_400_000
NOW_MS = 400 * DAY_MS
KEY = ApiKey(id="2fo3kq7xab", name="ci", role="viewer", digest="5e" * 32, created_ms=1, routes=("/metrics",))
OURS = KeptKeys(service="shop")


def save(database: Database, *keys: ApiKey, kept: KeptKeys = OURS, now_ms: int = NOW_MS) -> None:
    with database.write() as connection:
        for key in keys:
            kept.save(connection, key, now_ms=now_ms)


def load(database: Database, kept: KeptKeys = OURS) -> list[ApiKey]:
    with database.read() as connection:
        return kept.load(connection, now_ms=NOW_MS)


def uses(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return OURS.last_uses(connection, now_ms=NOW_MS)


def note(database: Database, **at_ms: int) -> None:
    with database.write() as connection:
        OURS.note_uses(connection, at_ms, now_ms=NOW_MS)


def test_a_key_comes_back_as_it_was_saved(database: Database) -> None:
    limited = replace(KEY, id="aaaaaaaaaa", expires_ms=NOW_MS + 1, routes=())

    save(database, KEY, limited)

    assert sorted(load(database), key=lambda key: key.id) == [KEY, limited]


def test_a_key_that_is_saved_again_takes_its_own_place(database: Database) -> None:
    save(database, KEY)

    save(database, replace(KEY, revoked_ms=NOW_MS))

    assert load(database) == [replace(KEY, revoked_ms=NOW_MS)]


def test_a_key_opens_the_pages_of_its_service_alone(database: Database) -> None:
    save(database, KEY)

    assert load(database, KeptKeys(service="billing")) == []


def test_a_key_that_ended_long_ago_is_forgotten_with_the_next(database: Database) -> None:
    """Three months after its end; one that ended yesterday stays for whoever looks for the reason."""
    old = replace(KEY, expires_ms=NOW_MS - 91 * DAY_MS)
    recent = replace(KEY, id="bbbbbbbbbb", revoked_ms=NOW_MS - DAY_MS)
    save(database, old, recent, now_ms=1)
    note(database, **{old.id: 5})

    save(database, replace(KEY, id="cccccccccc"))

    assert {key.id for key in load(database)} == {"bbbbbbbbbb", "cccccccccc"}
    assert uses(database) == {}


def test_a_damaged_record_keeps_no_other_from_being_read(database: Database) -> None:
    """Else whoever damages one would keep what was revoked in force."""
    save(database, KEY)
    records: list[dict[str, Any]] = [
        {"id": "x"},
        {"id": "dddddddddd", "name": 7, "role": "god", "hash": None},
    ]
    with database.write() as connection:
        API_KEYS.of("shop").save(connection, records, now_ms=NOW_MS)

    assert load(database) == [KEY]


def test_the_latest_use_stays(database: Database) -> None:
    note(database, aaaaaaaaaa=500, bbbbbbbbbb=700)

    note(database, aaaaaaaaaa=900, bbbbbbbbbb=600)

    assert uses(database) == {"aaaaaaaaaa": 900, "bbbbbbbbbb": 700}
