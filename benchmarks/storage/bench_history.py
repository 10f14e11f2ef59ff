"""Ranges of a day and of a month beside a real Prometheus that holds the very same samples, in one run.

Neither side goes over HTTP: ours is the whole way from the text of an expression to labelled results, with a
cache that is empty the first time and warm after that; Prometheus is measured by its own account of the
evaluation.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from benchmarks.promql.prometheus import serving
from benchmarks.storage.recorded import DAY_MS, Recorded, recorded
from otel_monitoring.promql.engine import Engine
from otel_monitoring.storage.history.replay import replayed
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.transfer import openmetrics
from otel_monitoring.storage.transfer.out import Samples
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.promql.prometheus import Peer

pytestmark = pytest.mark.timeout(1800)
DAYS, SERIES, TIMES, MEMORY_S = 30, 20, 12, 21_600
DAY_AT_MOST, MONTH_AT_MOST = 1.0, 2.0
EXPRESSIONS = {
    "samples": "requests_total",
    "rate": "rate(requests_total[10m])",
    "highest": "max_over_time(memory_bytes[1h])",
    "mean": "avg_over_time(memory_bytes[1h])",
    "sum by": "sum by (job) (rate(requests_total[10m]))",
}


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    found = recorded(tmp_path_factory.mktemp("month") / "s.db", series=SERIES, days=DAYS)
    yield found
    found.database.close()


@pytest.fixture(scope="module")
def peer(month: Recorded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    folder: Path = tmp_path_factory.mktemp("peer")
    samples = Samples(month.database, start_ms=month.start_ms, end_ms=month.end_ms)
    with (folder / "samples.txt").open("w", encoding="utf-8") as file:
        file.writelines(openmetrics.written(samples.names(), samples.of, samples.metadata()))
    with serving(folder, folder / "samples.txt", block="744h") as found:
        yield found


def engine(month: Recorded) -> Engine:
    """Return an engine over six hours in memory, as after a restart, that has read nothing else yet."""
    since_ms = month.end_ms - MEMORY_S * 1000
    memory = SeriesStore(retention_s=MEMORY_S, interval_s=15)
    reader = SampleReader(database=month.database, since_ms=since_ms, replay=replayed)
    while batches := reader.poll():
        for batch in batches:
            memory.append(batch)
    history = HistoryStore(memory=memory, database=month.database, since_ms=lambda: since_ms)
    return Engine(memory, history=history)


@pytest.mark.parametrize("expr", EXPRESSIONS)
@pytest.mark.parametrize(
    ("days", "step_ms", "at_most"), [(1, 60_000, DAY_AT_MOST), (29, 3_600_000, MONTH_AT_MOST)]
)
def test_range(month: Recorded, peer: Peer, expr: str, days: int, step_ms: int, at_most: float) -> None:
    """Budget: a day as quick as Prometheus, a month at most twice as slow."""
    text = EXPRESSIONS[expr]
    end_ms = month.end_ms - 3_600_000
    start_ms = max(month.start_ms + 3_600_000, end_ms - days * DAY_MS)
    ours, theirs = [], []
    warm = engine(month)
    for at in range(TIMES):
        began_s = time.perf_counter()
        found = warm.range_(text, start_ms - at, end_ms - at, step_ms)
        ours.append(time.perf_counter() - began_s)
        asked = {"start": (start_ms - at) / 1000, "end": (end_ms - at) / 1000, "step": step_ms / 1000}
        took_s, answer = peer.ask("query_range", query=text, **asked)
        theirs.append(took_s)
    assert len(found.series) == len(answer) == (1 if expr == "sum by" else SERIES // 2)

    first, usual, other = ours[0], min(ours[1:]), min(theirs[1:])
    print(
        f"\n{expr}, {days} d: first {first * 1000:.1f} ms, then {usual * 1000:.1f} ms; "
        f"Prometheus first {theirs[0] * 1000:.1f} ms, then {other * 1000:.1f} ms"
    )
    assert usual <= at_most * other
