"""Fill a small disk: ``python filling.py <url> <folder>``; says what happened on the way."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.state import Unavailable
from otel_monitoring.storage.writer import Writer


def main(url: str, folder: str) -> None:
    """Write until the disk is full, make room, and go on."""
    database = Database(url=url, clock=SystemClock())
    assert database.ensure(), database.state
    writer = Writer(database=database, clock=SystemClock())
    log = SampleLog(database=database, writer=writer, source=Source("one"))
    filler = Path(folder, "filler")
    filler.write_bytes(b"x" * (1 << 20))
    labels = [Labels.of(__name__="m", n=str(number)) for number in range(2000)]
    number = 0
    while writer.stats()["waiting"] == 0 and number < 1000:
        number += 1
        log.append(Batch("self", number, labels, [0.1 * number * one for one in range(2000)]))
        writer.flush(30)
    state = database.state
    filler.unlink()
    database._retry_at_s = 0.0  # not to wait for the next try
    writer.flush(30)
    print(
        json.dumps(
            {
                "kind": state.kind if isinstance(state, Unavailable) else "available",
                "waiting": writer.stats()["waiting"],
                "appended": number,
                "found": [batch.time_ms for batch in SampleReader(database=database).poll()],
            }
        )
    )
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
