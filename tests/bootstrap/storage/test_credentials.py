"""Processes of one storage open their pages to the same token, and sign links alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.bootstrap.storage.credentials import Credentials
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "storage.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    made = Database(url=f"sqlite:///{path}", clock=SystemClock())
    assert made.ensure()
    yield made
    made.close()


def test_two_processes_give_out_the_same_and_still_take_what_they_gave_out_before(
    database: Database,
) -> None:
    one, two = Credentials(), Credentials()
    ones, twos = one.make("token"), two.make("token")
    before = twos()

    one.share(database, service="shop", now_ms=1)
    two.share(database, service="shop", now_ms=2)

    assert twos() == (ones()[0], *before)
    assert twos() != before
    assert (one.is_shared, two.is_shared) == (True, True)


def test_every_name_has_a_text_of_its_own_that_cannot_be_guessed() -> None:
    credentials = Credentials()

    token, link = credentials.make("token")()[0], credentials.make("link")()[0]

    assert token != link
    assert min(len(token), len(link)) >= 32


def test_a_name_that_is_made_twice_stays_what_it_was() -> None:
    credentials = Credentials()

    assert credentials.make("token")() == credentials.make("token")()


def test_a_storage_that_begins_anew_gets_what_all_have(database: Database, path: Path) -> None:
    credentials, late = Credentials(), Credentials()
    known, later = credentials.make("token"), late.make("token")
    credentials.share(database, service="shop", now_ms=1)
    for left in path.parent.glob("storage.db*"):
        left.unlink()
    with pytest.raises(StorageError), database.read():
        pass
    assert database.ensure()

    credentials.share(database, service="shop", now_ms=2)
    late.share(database, service="shop", now_ms=3)

    assert later()[0] == known()[0]


def test_a_storage_that_does_not_answer_leaves_what_a_process_has(tmp_path: Path) -> None:
    database = Database(url=f"sqlite:///{tmp_path}", clock=SystemClock())  # a folder is no file
    credentials = Credentials()
    known = credentials.make("token")
    before = known()

    credentials.share(database, service="shop", now_ms=1)

    assert not database.ensure()
    assert known() == before
    assert not credentials.is_shared


def test_a_child_process_goes_on_with_what_its_parent_had() -> None:
    credentials = Credentials()
    known = credentials.make("token")
    before = known()

    credentials.after_fork()

    assert known() == before
