"""The counters of sources that have ended."""

from __future__ import annotations

import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.model.sample import Batch, Metadata, MetricType
from otel_monitoring.stores.block import is_stale
from otel_monitoring.stores.carried import Carried, counters
from otel_monitoring.stores.series import SeriesStore

METADATA: tuple[Metadata, ...] = (
    Metadata("requests_total", "counter", "", ""),
    Metadata("duration_seconds", "histogram", "", "s"),
    Metadata("cpu_utilization", "gauge", "", "1"),
)
NAMES = ("requests_total", "duration_seconds_bucket", "duration_seconds_count", "cpu_utilization")


def batch(source: str, time_ms: int, value: float) -> Batch:
    labels = tuple(Labels.of(__name__=name, instance=source) for name in NAMES)
    return Batch(source, time_ms, labels, [value] * len(labels), METADATA)


def newest(store: SeriesStore, name: str) -> list[tuple[int, float | None]]:
    """Return time and value of the last slot of each source; no value where it is stale."""
    found = []
    for block in store.select([Matcher("__name__", "=", name)], 0, 10**9):
        value = block.values[-1, 0]
        found.append((int(block.times_ms[-1]), None if is_stale(value) else float(value)))
    return sorted(found)


@pytest.fixture
def store() -> SeriesStore:
    found = SeriesStore(retention_s=3600, interval_s=15)
    found.append(batch("dead", 1000, 5))
    return found


def test_counters_stay_and_gauges_go_stale(store: SeriesStore) -> None:
    carried = Carried(store, for_s=60)

    carried.end("dead", at_ms=2000)
    carried.append(16_000)

    assert newest(store, "requests_total") == [(16_000, 5.0)]
    assert newest(store, "duration_seconds_bucket") == [(16_000, 5.0)]
    assert newest(store, "cpu_utilization") == [(16_000, None)]


def test_a_source_is_carried_on_for_a_while(store: SeriesStore) -> None:
    carried = Carried(store, for_s=60)
    carried.end("dead", at_ms=2000)

    carried.append(61_999)
    assert newest(store, "requests_total") == [(61_999, 5.0)]
    carried.append(62_000)

    assert newest(store, "requests_total") == [(62_000, None)]
    assert carried.sources == frozenset()


def test_one_that_comes_back_speaks_for_itself(store: SeriesStore) -> None:
    carried = Carried(store, for_s=60)
    carried.end("dead", at_ms=2000)
    carried.append(16_000)

    carried.revive("dead")
    store.append(batch("dead", 17_000, 7))
    carried.append(31_000)

    assert newest(store, "requests_total") == [(17_000, 7.0)]


def test_one_without_samples_is_left_out(store: SeriesStore) -> None:
    carried = Carried(store, for_s=60)

    carried.end("nobody", at_ms=2000)

    assert carried.sources == frozenset()


def test_no_more_than_so_many_are_carried_on(store: SeriesStore) -> None:
    carried = Carried(store, for_s=60, most=2)
    for at_ms, source in enumerate(("a", "b", "c"), start=2000):
        store.append(batch(source, at_ms, 1))
        carried.end(source, at_ms=at_ms)

    assert carried.sources == {"b", "c"}


@pytest.mark.parametrize(
    ("name", "kind", "sample", "grows"),
    [
        ("requests_total", "counter", "requests_total", True),
        ("requests", "counter", "requests_total", True),
        ("size_bytes", "histogram", "size_bytes_sum", True),
        ("queue_count", "gauge", "queue_count", False),
        ("queue", "gauge", "queue_count", False),
        ("other", "unknown", "other", False),
        ("other", "counter", "unheard_of", False),
    ],
)
def test_what_only_grows_is_known_by_its_type(name: str, kind: MetricType, sample: str, grows: bool) -> None:
    found = counters((Labels.of(__name__=sample),), {name: Metadata(name, kind, "", "")})

    assert found.tolist() == [grows]
