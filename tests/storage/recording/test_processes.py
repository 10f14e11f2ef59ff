"""Several real processes write one chain, while the database throws them out or is held by others."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from otel_monitoring.storage.repositories.audit_chain import broken_at, end_of, load_audit
from otel_monitoring.storage.repositories.records import load_records
from tests.integration.servers import eventually
from tests.storage.recording.processes import SHOP

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

SCRIPT = Path(__file__).with_name("processes.py")
NAMES = ("ada", "bob", "eve", "kim")
COUNT = 100
DISTURBED_S = 5.0
THROW_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE :ours
"""


def disturb(database: Database, chance: random.Random) -> None:
    """Throw the others out of a server, or keep them from writing to a file for a moment."""
    with database.write() as connection:
        if database.is_sqlite:
            time.sleep(chance.uniform(0, 0.2))
        else:
            connection.execute(text(THROW_OUT), {"ours": "%"})
    time.sleep(chance.uniform(0, 0.3))


def written(database: Database) -> bool:
    with database.read() as connection:
        return end_of(connection, service=SHOP.key).number > 0


def run(url: str, database: Database) -> list[dict[str, Any]]:
    """Let all processes act while they are disturbed; return what each says of itself."""
    chance = random.Random(5)
    processes = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), url, name, str(COUNT)], stdout=subprocess.PIPE, text=True
        )
        for name in NAMES
    ]
    eventually(lambda: written(database), what="an entry of the audit", timeout_s=60)
    until_s = time.monotonic() + DISTURBED_S
    while time.monotonic() < until_s:
        disturb(database, chance)
    return [json.loads(one.communicate()[0]) for one in processes]


def test_each_entry_is_there_once_and_in_order(url: str, database: Database) -> None:
    said = run(url, database)

    with database.read() as connection:
        entries = load_audit(connection, service=SHOP.key, most=10_000)
        records = load_records(connection, "event", service=SHOP.key, most=10_000)
        broken = broken_at(connection, service=SHOP.key)
    targets = [entry.document["target"] for entry in entries]
    assert broken is None
    for name in NAMES:
        expected = [f"{name}-{number}" for number in range(COUNT)]
        assert [target for target in targets if target.startswith(name)] == expected
    assert Counter(targets).most_common(1)[0][1] == 1
    assert Counter(record.key for record in records) == Counter(targets)
    if not database.is_sqlite:
        assert sum(one["database"]["lost"] for one in said) > 0  # or nothing was proven
