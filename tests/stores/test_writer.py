"""Series that are worked out rather than measured."""

from __future__ import annotations

import struct

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE_BITS, Batch
from otel_monitoring.stores.writer import SeriesWriter


def test_what_is_no_longer_written_gets_one_staleness_marker() -> None:
    """S2.9."""
    batches: list[Batch] = []
    writer = SeriesWriter(record=batches.append, source="r")
    a, b = Labels.of(__name__="a"), Labels.of(__name__="b")

    writer.write({a: 1.0, b: 2.0}, 1000)
    writer.write({b: 3.0}, 2000)
    writer.write({b: 4.0}, 3000)
    writer.write({}, 4000)
    writer.write({}, 5000)

    assert [(batch.source, batch.time_ms, list(batch.labels)) for batch in batches] == [
        ("r", 1000, [a, b]),
        ("r", 2000, [b, a]),
        ("r", 3000, [b]),
        ("r", 4000, [b]),
    ]
    assert bits(batches[1].values[1]) == STALE_BITS
    assert bits(batches[3].values[0]) == STALE_BITS


def bits(value: float) -> int:
    return int(struct.unpack("<Q", struct.pack("<d", value))[0])
