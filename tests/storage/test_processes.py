"""Real processes on one database: killed, suspended, and all at once."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.tables import TRANSITIONS
from tests.integration.servers import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.storage.database import Database

pytestmark = pytest.mark.integration

SCRIPT = Path(__file__).with_name("processes.py")
ROUNDS = int(os.environ.get("STORAGE_ROUNDS", "20"))
SPAN_S = 0.6
SEED = int(os.environ.get("STORAGE_SEED", "5"))


def test_the_lease_moves_when_its_holder_is_killed(url: str, database: Database) -> None:
    with _running("hold", url, "a", str(SPAN_S)) as a, _running("hold", url, "b", str(SPAN_S)) as b:
        holder, token = eventually(lambda: _sent(database), what="something sent")[-1]
        {"a": a, "b": b}[holder].kill()
        _takeover(database, token)

    _assert_fenced(_sent(database))


def test_a_holder_that_was_suspended_sends_nothing_when_it_wakes_up(url: str, database: Database) -> None:
    """At random moments the holder is stopped until another took over, then it goes on."""
    chance = random.Random(SEED)
    with _running("hold", url, "a", str(SPAN_S)) as a, _running("hold", url, "b", str(SPAN_S)) as b:
        processes = {"a": a, "b": b}
        for _ in range(max(3, ROUNDS // 10)):
            length = len(eventually(lambda: _sent(database), what="something sent"))
            _more(database, length + chance.randrange(20))
            holder, token = _stop_holder(database, processes)
            _takeover(database, token)
            processes[holder].send_signal(signal.SIGCONT)

    _assert_fenced(_sent(database))


@pytest.mark.timeout(900)
def test_nothing_that_was_confirmed_is_missing_after_a_kill(url: str, database: Database) -> None:
    database.close()
    rounds = ROUNDS if database.is_sqlite else max(3, ROUNDS // 4)
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "crash", url, str(rounds), str(SEED)],
        capture_output=True,
        text=True,
        check=False,
        timeout=850,
    )
    confirmed = [int(line) for line in done.stdout.split()]

    assert len(confirmed) == rounds, done.stderr
    assert database.ensure()
    found: dict[str, list[int]] = {}
    for batch in SampleReader(database=database).poll(most=1_000_000):
        found.setdefault(batch.source, []).append(batch.time_ms)
        assert len(batch.labels) == 50 + batch.time_ms % 7 * 10
    for number, last in enumerate(confirmed):
        times_ms = found.get(f"round-{number}", [])
        assert times_ms == list(range(1, len(times_ms) + 1)), f"round {number} has holes"
        assert len(times_ms) >= last, f"round {number} lost what was confirmed"
    if database.place.path is not None:
        with contextlib.closing(sqlite3.connect(database.place.path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_eight_processes_append_without_being_in_each_others_way(url: str, database: Database) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "append", url, "8", "40", "0.02"],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]

    assert [one["written"] for one in told] == [40] * 8, done.stderr
    assert [one["busy"] + one["lost"] + one["failed"] for one in told] == [0] * 8
    assert len(SampleReader(database=database).poll()) == 8 * 40


def test_parent_and_children_go_on_after_a_fork(url: str, database: Database) -> None:
    database.close()
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "fork", url], capture_output=True, text=True, check=False, timeout=110
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]

    assert {one["who"]: one["written"] for one in told} == {
        "child-10": 20,
        "child-20": 20,
        "child-30": 20,
        "parent": 30,
    }, done.stderr
    assert [one["lost"] + one["busy"] for one in told] == [0] * 4
    assert database.ensure()
    assert len(SampleReader(database=database).poll()) == 90


@contextlib.contextmanager
def _running(*words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _sent(database: Database) -> list[tuple[str, int]]:
    """Return who sent under which token, in the order in which it was committed."""
    with database.read() as connection:
        query = select(TRANSITIONS.c.digest, TRANSITIONS.c.change).order_by(TRANSITIONS.c.id)
        return [(row.digest, int(row.change)) for row in connection.execute(query)]


def _more(database: Database, than: int) -> None:
    eventually(lambda: len(_sent(database)) > than, what="more sent")


def _takeover(database: Database, token: int) -> None:
    eventually(lambda: _sent(database)[-1][1] > token, what="a takeover")


def _stop_holder(database: Database, processes: dict[str, subprocess.Popen[str]]) -> tuple[str, int]:
    """Suspend the holder; with SQLite not amid a transaction, since nobody could write until it goes on."""
    while True:
        holder, token = _sent(database)[-1]
        processes[holder].send_signal(signal.SIGSTOP)
        if database.place.path is None or _can_be_written(database.place.path):
            return holder, token
        processes[holder].send_signal(signal.SIGCONT)


def _can_be_written(path: Path) -> bool:
    with contextlib.closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
        return True


def _assert_fenced(sent: list[tuple[str, int]]) -> None:
    """No token is used after a later one, and each by one holder alone."""
    tokens = [token for _, token in sent]
    assert tokens == sorted(tokens)
    assert len(set(sent)) == len(set(tokens))
    assert len(set(tokens)) > 1
