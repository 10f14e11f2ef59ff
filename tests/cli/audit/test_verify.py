"""Whether somebody changed the audit of a storage is told on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.repositories.audit_chain import append_audit
from otel_monitoring.storage.repositories.services import note_service
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.tables import AUDIT, NOTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Run

SHOP, TILL = Service("shop"), Service("till", environment="test")
AT_MS = 1_760_000_000_000


class Storage:
    """A storage with five entries of the shop, and one of the till."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder}/s.db"
        self.database = Database(url=self.url, clock=SystemClock())
        assert self.database.ensure()
        for _ in range(5):
            self.append(SHOP)
        self.append(TILL)

    def append(self, service: Service) -> None:
        document = {"actor": "kim", "target": "7f", "after": {"comment": "ä"}}
        with self.database.write() as connection:
            note_service(connection, service)
            append_audit(
                connection, service=service.key, time_ms=AT_MS, action="silence.created", document=document
            )


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    made = Storage(tmp_path)
    yield made
    made.database.close()


def test_a_chain_that_nobody_touched_is_told_with_its_end(run: Run, storage: Storage) -> None:
    result = run("audit", "verify", "--storage", storage.url)

    first, second = result.output.splitlines()
    assert result.exit_code == 0
    assert first.startswith("shop: nothing was changed; the last entry is 5:")
    assert second.startswith("till@test: nothing was changed")


def test_where_it_is_broken_is_told_with_number_and_time(run: Run, storage: Storage) -> None:
    with storage.database.write() as connection:
        ours = AUDIT.c.service == SHOP.key, AUDIT.c.number == 3
        connection.execute(update(AUDIT).where(*ours).values(action="other"))

    result = run("audit", "verify", "--storage", storage.url)

    assert result.exit_code == 1
    assert result.output.splitlines()[0] == "shop: broken at 3, 2025-10-09T08:53:20Z: it was changed"
    assert "till@test: nothing was changed" in result.output


def test_an_end_that_is_gone_has_no_time(run: Run, storage: Storage) -> None:
    with storage.database.write() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.service == TILL.key))

    result = run("audit", "verify", "--storage", storage.url, "--service", "till")

    assert result.exit_code == 1
    assert result.output.strip() == "till@test: broken at 1: it is missing, and so is all after it"


def test_a_time_that_is_none_is_left_out(run: Run, storage: Storage) -> None:
    with storage.database.write() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.service == TILL.key).values(time_ms=1 << 60))

    result = run("audit", "verify", "--storage", storage.url, "--service", "till")

    assert result.output.strip() == "till@test: broken at 1: it was changed"


def test_an_entry_kept_elsewhere_shows_a_chain_that_was_written_anew(run: Run, storage: Storage) -> None:
    words = ("audit", "verify", "--storage", storage.url, "--service", "shop")
    kept = run(*words).output.rpartition(" ")[2].strip()
    with storage.database.write() as connection:
        connection.execute(delete(AUDIT))
        connection.execute(delete(NOTES))
    for _ in range(4):
        storage.append(SHOP)

    alone, beside = run(*words), run(*words, "--expect", kept)

    assert (alone.exit_code, beside.exit_code) == (0, 1)
    assert "broken at 5: it is missing" in beside.output


def test_all_there_is_comes_as_json(run: Run, storage: Storage) -> None:
    with storage.database.write() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.service == SHOP.key, AUDIT.c.number == 2))

    result = run("audit", "verify", "--storage", storage.url, "--json")

    shop, till = json.loads(result.output)
    assert (result.exit_code, shop["service"], till["broken"]) == (1, "shop", None)
    assert shop["broken"] == {"number": 2, "at": "2025-10-09T08:53:20Z", "reason": "it is missing"}


@pytest.mark.parametrize("words", [("--expect", "5"), ("--expect", f"5:{'0' * 64}")])
def test_an_entry_that_is_none_or_of_nobody_is_refused(
    run: Run, storage: Storage, words: tuple[str, ...]
) -> None:
    assert run("audit", "verify", "--storage", storage.url, *words).exit_code == 2


def test_a_storage_in_which_nothing_was_done_is_whole(run: Run, tmp_path: Path) -> None:
    database = Database(url=f"sqlite:///{tmp_path}/empty.db", clock=SystemClock())
    assert database.ensure()
    database.close()

    result = run("audit", "verify", "--storage", f"sqlite:///{tmp_path}/empty.db")

    assert (result.exit_code, result.output.strip()) == (0, "nothing was done yet")


def test_the_audit_goes_out_as_lines_of_json(run: Run, storage: Storage) -> None:
    result = run("export", "audit", "--storage", storage.url, "--service", "shop")

    lines = [json.loads(line) for line in result.output.splitlines()]
    assert [one["number"] for one in lines] == [1, 2, 3, 4, 5]
    assert lines[0]["service"]["name"] == "shop"
    assert lines[0]["document"]["after"] == {"comment": "ä"}
    assert [one["previous"] for one in lines[1:]] == [one["digest"] for one in lines[:-1]]


def test_an_entry_that_somebody_damaged_goes_out_as_it_is(run: Run, storage: Storage) -> None:
    with storage.database.write() as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.service == TILL.key).values(document="{"))

    result = run("export", "audit", "--storage", storage.url, "--service", "till")

    assert json.loads(result.output)["document"] == "{"


def test_an_audit_of_elsewhere_is_not_taken(run: Run, storage: Storage, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    file.write_text(run("export", "audit", "--storage", storage.url).output, encoding="utf-8")

    assert run("import", "audit", str(file), "--storage", storage.url).exit_code == 2


@pytest.mark.parametrize(
    ("words", "name", "target"),
    [
        (("cleanup",), "storage.cleaned", "storage"),
        (("import", "events", "{file}", "--service", "shop"), "storage.imported", "events.jsonl"),
        (("import", "events", "{file}"), "storage.imported", "events.jsonl"),
    ],
)
def test_what_commands_do_is_in_the_audit(
    run: Run, storage: Storage, tmp_path: Path, words: tuple[str, ...], name: str, target: str
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("")

    done = run(*(word.format(file=file) for word in words), "--by", "kim", "--storage", storage.url)

    lines = run("export", "audit", "--storage", storage.url, "--service", "shop").output.splitlines()
    last = json.loads(lines[-1])
    assert done.exit_code == 0, done.output
    assert (last["action"], last["document"]["target"]) == (name, target)
    assert last["document"]["actor"] == "kim"
    assert run("audit", "verify", "--storage", storage.url).exit_code == 0


def test_what_only_looks_is_not_in_the_audit(run: Run, storage: Storage) -> None:
    run("cleanup", "--dry-run", "--storage", storage.url)

    assert len(run("export", "audit", "--storage", storage.url).output.splitlines()) == 6
