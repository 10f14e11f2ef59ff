"""What the disk does to a file: it fills up, it becomes read-only, it turns bits over."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.errors import UnavailableError
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = int(os.environ.get("STORAGE_ROUNDS", "20"))
SEED = int(os.environ.get("STORAGE_SEED", "5"))
NOBODY = 65534
OPEN = """
import os, sys
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.storage.database import Database
database = Database(url=sys.argv[1], clock=SystemClock())
os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
print(database.ensure(), database.state.kind, database.state.reason)
"""


@pytest.fixture
def path(sqlite_url: str, open_database: Callable[[str], Database]) -> Path:
    """A file with a hundred collections in it."""
    database = open_database(sqlite_url)
    writer = Writer(database=database, clock=SystemClock())
    _append(database, writer, range(1, 101))
    database.close()
    assert database.place.path is not None
    return database.place.path


def test_bits_that_turned_over_never_reach_anybody_as_samples(path: Path) -> None:
    """Whatever is turned over, what is read is what was written, and the storage can be used in the end."""
    chance = random.Random(SEED)
    whole = path.read_bytes()
    set_aside = 0
    for _ in range(ROUNDS):
        damaged = bytearray(whole)
        for _ in range(chance.choice([1, 3, 50])):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        for file in path.parent.iterdir():
            file.unlink()
        path.write_bytes(damaged)

        database = Database(url=f"sqlite:///{path}", clock=SystemClock())
        for batch in _read_and_write(database):
            assert list(batch.values) == _values(batch.time_ms)
            assert batch.labels == _labels()
        set_aside += database.stats()["set_aside"]
        database.close()

    assert 0 < set_aside <= ROUNDS


@pytest.mark.integration
def test_a_full_disk_holds_up_nothing_and_is_written_when_there_is_room(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    script = Path(__file__).with_name("filling.py")
    mount = f"mount -t tmpfs -o size=3m tmpfs {folder} && exec {sys.executable} {script} "
    if shutil.which("unshare") is None:
        pytest.skip("unshare is needed for a disk of one's own")
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f"{mount} sqlite:///{folder}/storage.db {folder}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    if "ermission denied" in done.stderr or "not permitted" in done.stderr:
        pytest.skip("mounting is not permitted here")

    told = json.loads(done.stdout)
    assert told["kind"] == "full"
    assert told["waiting"] == 0
    assert told["found"] == list(range(1, told["appended"] + 1))


@pytest.mark.integration
def test_a_file_that_may_not_be_written_leaves_the_process_in_memory(path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        copy = Path(shutil.copy(path, folder))
        copy.chmod(0o644)
        done = subprocess.run(
            [sys.executable, "-c", OPEN, f"sqlite:///{copy}", str(NOBODY)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

        assert done.stdout.startswith("False read_only"), done.stdout + done.stderr
        assert str(copy) in done.stdout


def _read_and_write(database: Database) -> list[Batch]:
    for _ in range(5):
        if not database.ensure():
            continue
        with contextlib.suppress(UnavailableError):
            found = SampleReader(database=database).poll(most=1000)
            writer = Writer(database=database, clock=SystemClock())
            _append(database, writer, range(1001, 1003))
            if database.is_available:
                return found
    pytest.fail(f"the storage cannot be used: {database.state}")


def _append(database: Database, writer: Writer, times_ms: range) -> None:
    log = SampleLog(database=database, writer=writer, source=Source(f"from-{times_ms.start}"))
    for time_ms in times_ms:
        log.append(Batch("self", time_ms, _labels(), _values(time_ms)))
    writer.flush(30)


def _labels() -> tuple[Labels, ...]:
    return tuple(Labels.of(__name__="m", n=str(number)) for number in range(50))


def _values(time_ms: int) -> list[float]:
    return [time_ms * 0.1 * number for number in range(50)]
