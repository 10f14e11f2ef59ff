"""What another process does in the tests: ``python processes.py <url> <name> <count>``."""

from __future__ import annotations

import json
import random
import sys
import time

from otel_monitoring.model.action import Action
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.record import Record
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.recording.audit import AuditLog
from otel_monitoring.storage.recording.records import RecordLog
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.writer import Writer

SHOP = Service("shop")
WAIT_S = 60.0


def main(url: str, name: str, count: str) -> None:
    """Do so many things, and let as many happen; say what became of them."""
    chance, source = random.Random(name), Source(name, SHOP)
    database = Database(url=url, clock=SystemClock())
    writer = Writer(database=database, clock=SystemClock(), idle_s=0.05)
    audit = AuditLog(database=database, writer=writer, service=SHOP.key, instance=lambda: name)
    records = RecordLog(database=database, writer=writer, source=lambda: source)
    writer.start()
    for number in range(int(count)):
        audit.put(Action("silence.created", f"{name}-{number}", name, 1_000 + number))
        records.append([Record("event", 1_000 + number, f"{name}-{number}")])
        time.sleep(chance.uniform(0, 0.03))
    deadline_s = time.monotonic() + WAIT_S
    while writer.stats()["waiting"] and time.monotonic() < deadline_s:
        audit.hand_over()
        writer.flush(1)
        time.sleep(0.05)
    print(json.dumps({"audit": audit.stats(), "records": records.stats(), "database": database.stats()}))
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
