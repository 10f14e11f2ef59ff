"""Keys are made, listed and revoked where the settings say that the storage is, without an application."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.access.key_text import id_in
from otel_monitoring.api.access.keys import ApiKeys
from otel_monitoring.api.access.stated_keys import stated_keys
from otel_monitoring.bootstrap.storage.key_copy import KeyCopy
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.settings import load_settings
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.repositories.audit_chain import broken_at, load_audit
from otel_monitoring.storage.repositories.services import note_service
from otel_monitoring.storage.service import Service
from tests.storage.conftest import postgres_database, postgres_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.api.access.caller import Caller
    from tests.cli.conftest import Run

__all__ = ["postgres_database", "postgres_url"]

SHOP = Service("shop")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/s.db"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def database(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The storage of the shop, as its settings name it."""
    made = Database(url=url, clock=SystemClock())
    assert made.ensure()
    with made.write() as connection:
        note_service(connection, SHOP)
    monkeypatch.setenv("OTEL_MONITORING_STORAGE__URL", url)
    yield made
    made.close()


def asked(database: Database, text: str, *, service: Service = SHOP) -> Caller | None:
    """Return whom a key names at a process that looks into the storage now."""
    keys = ApiKeys(clock=SystemClock())
    KeyCopy(keys).renew(database, service=service.key, now_ms=SystemClock().now_ms())
    return asyncio.run(keys.caller(text))


def audited(database: Database) -> list[tuple[str, dict[str, Any]]]:
    with database.read() as connection:
        assert broken_at(connection, service=SHOP.key) is None
        return [(one.action, dict(one.document)) for one in load_audit(connection, service=SHOP.key)]


def test_a_key_that_was_made_opens_the_pages_of_its_service(database: Database, run: Run) -> None:
    found = run("keys", "create", "ci", "--role", "admin")
    text = found.stdout.strip()

    caller = asked(database, text)

    assert found.exit_code == 0
    assert caller is not None
    assert (caller.name, caller.role, caller.routes) == ("key ci", "admin", ())
    assert asked(database, text, service=Service("billing")) is None


def test_a_key_without_options_is_a_viewers_and_standard_output_holds_it_alone(
    database: Database, run: Run
) -> None:
    """So that a shell takes it into a variable."""
    found = run("keys", "create", "ci")

    caller = asked(database, found.stdout.rstrip("\n"))

    assert caller is not None
    assert caller.role == "viewer"
    assert "without an end; the key is shown this once" in found.stderr


def test_a_key_has_the_limits_that_were_asked_for(database: Database, run: Run) -> None:
    before_ms = SystemClock().now_ms()
    words = ("--expires", "90d", "--scope", "/metrics", "--scope", "/prometheus/*", "--json")

    made = json.loads(run("keys", "create", "scraper", *words).stdout)
    caller = asked(database, made["key"])

    assert caller is not None
    assert caller.routes == ("/metrics", "/prometheus/*")
    assert 0 <= (caller.until_ms or 0) - before_ms - 90 * 86_400_000 < 60_000
    assert made["setting"] is None


def test_a_key_that_is_revoked_opens_nothing_any_more(database: Database, run: Run) -> None:
    text = run("keys", "create", "ci").stdout.strip()
    other = run("keys", "create", "other").stdout.strip()

    found = run("keys", "revoke", "ci")

    assert (found.exit_code, found.stdout) == (0, f"revoked ci ({id_in(text)})\n")
    assert asked(database, text) is None
    assert asked(database, other) is not None


def test_a_key_is_revoked_by_its_id_too(database: Database, run: Run) -> None:
    text = run("keys", "create", "ci").stdout.strip()

    found = run("keys", "revoke", str(id_in(text)), "--json")

    assert [one["state"] for one in json.loads(found.stdout)] == ["revoked"]
    assert asked(database, text) is None


def test_what_was_made_and_revoked_is_in_the_audit(database: Database, run: Run) -> None:
    text = run("keys", "create", "ci", "--by", "kim", "--scope", "/metrics").stdout.strip()
    run("keys", "revoke", "ci", "--by", "ada")

    made, revoked = audited(database)

    assert (made[0], made[1]["actor"], made[1]["target"]) == ("api_key.created", "kim", "ci")
    assert made[1]["after"] == {"id": id_in(text), "role": "viewer", "routes": ["/metrics"], "expires": None}
    assert (revoked[0], revoked[1]["actor"], revoked[1]["target"]) == ("api_key.revoked", "ada", "ci")
    assert text[15:] not in json.dumps([made, revoked])


def test_the_list_says_all_but_the_secret(database: Database, run: Run) -> None:
    text = run("keys", "create", "ci", "--expires", "1h", "--scope", "/metrics").stdout.strip()
    run("keys", "create", "old")
    run("keys", "revoke", "old")
    keys = ApiKeys(clock=SystemClock())
    copy = KeyCopy(keys)
    copy.renew(database, service=SHOP.key, now_ms=SystemClock().now_ms())
    asyncio.run(keys.caller(text))
    copy.renew(database, service=SHOP.key, now_ms=SystemClock().now_ms())

    shown, listed = run("keys", "list"), json.loads(run("keys", "list", "--json").stdout)

    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["NAME", "ci", "old"]
    assert [(one["name"], one["state"], one["service"]) for one in listed] == [
        ("ci", "active", "shop"),
        ("old", "revoked", "shop"),
    ]
    assert [one["lastUsedAt"] is None for one in listed] == [False, True]
    assert text[15:] not in shown.stdout + json.dumps(listed)
    assert "hash" not in listed[0]


def test_two_active_keys_have_no_name_in_common(database: Database, run: Run) -> None:
    run("keys", "create", "ci")

    again = run("keys", "create", "ci")
    run("keys", "revoke", "ci")
    anew = run("keys", "create", "ci")

    assert (again.exit_code, again.stdout) == (1, "")
    assert "a key 'ci' is there already" in again.error
    assert asked(database, anew.stdout.strip()) is not None


@pytest.mark.parametrize("word", ["nobody", "revoked"])
def test_what_is_not_active_cannot_be_revoked(database: Database, run: Run, word: str) -> None:
    assert database.is_available
    run("keys", "create", "revoked")
    run("keys", "revoke", "revoked")
    run("keys", "create", "ci")

    found = run("keys", "revoke", word)

    assert found.exit_code == 1
    assert f"no active key is called '{word}': expected ci" in found.error


def test_a_name_that_two_services_have_is_told_by_the_service(database: Database, run: Run) -> None:
    run("keys", "create", "ci", "--service", "shop")
    text = run("keys", "create", "ci", "--service", "billing").stdout.strip()

    unclear, clear = run("keys", "revoke", "ci"), run("keys", "revoke", "ci", "--service", "billing")

    assert "give the id, or --service" in unclear.error
    assert clear.exit_code == 0
    assert asked(database, text, service=Service("billing")) is None


@pytest.mark.parametrize(
    "words",
    [
        ("a b",),
        ("ci", "--scope", "metrics"),
        ("ci", "--expires", "soon"),
        ("ci", "--expires", "0"),
        ("ci", "--role", "root"),
    ],
)
def test_what_cannot_be_a_key_makes_none(database: Database, run: Run, words: tuple[str, ...]) -> None:
    found = run("keys", "create", *words)

    assert found.exit_code != 0
    assert audited(database) == []


def test_without_a_storage_the_setting_that_states_the_key_is_printed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is printed can be pasted into the environment, and the key then opens the pages."""
    monkeypatch.setenv("OTEL_MONITORING_STORAGE__URL", "memory")

    made = json.loads(run("keys", "create", "ci", "--scope", "/metrics", "--expires", "1d", "--json").stdout)
    variable, _, value = made["setting"].partition("=")
    monkeypatch.setenv(variable, value.strip("'"))
    keys = ApiKeys(clock=SystemClock(), stated=stated_keys(load_settings().settings.access.keys))

    caller = asyncio.run(keys.caller(made["key"]))
    assert caller is not None
    assert caller.routes == ("/metrics",)


def test_a_key_for_a_setting_is_kept_nowhere(database: Database, run: Run) -> None:
    found = run("keys", "create", "ci", "--setting")

    assert "OTEL_MONITORING_ACCESS__KEYS='ci=viewer " in found.stderr
    assert asked(database, found.stdout.strip()) is None
    assert audited(database) == []


def test_a_key_can_be_made_before_the_first_start(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever deploys makes the keys first; the application then finds them in its own storage."""
    monkeypatch.setenv("OTEL_MONITORING_STORAGE__DATA_DIRECTORY", str(tmp_path / "data"))
    monkeypatch.setenv("OTEL_MONITORING_SERVICE_NAME", "shop")

    found = run("keys", "create", "ci")

    later = Database(url=f"sqlite:///{tmp_path}/data/shop.db", clock=SystemClock())
    assert later.ensure()
    assert asked(later, found.stdout.strip()) is not None
    later.close()


def test_a_file_that_is_named_by_hand_is_not_made(tmp_path: Path, run: Run) -> None:
    """Its name may hold a typo, and the key would open nothing."""
    found = run("keys", "create", "ci", "--storage", f"sqlite:///{tmp_path}/typo.db")

    assert (found.exit_code, found.stdout) == (1, "")
    assert f"{tmp_path}/typo.db is not there" in found.error
    assert list(tmp_path.iterdir()) == []


def test_an_empty_list_says_so(database: Database, run: Run) -> None:
    assert database.is_available
    found = run("keys", "list")

    assert (found.exit_code, found.stdout, found.stderr) == (0, "", "no keys\n")
