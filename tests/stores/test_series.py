"""The series store: what was appended comes back, within the limits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import StoreError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.model.sample import Batch, Metadata
from otel_monitoring.stores.block import is_absent, is_hole, is_stale
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from otel_monitoring.stores.block import Block

UP = Matcher("__name__", "=", "up")
FOREVER_MS = 1 << 60


def up(**labels: str) -> Labels:
    return Labels.of({"__name__": "up"}, **labels)


def batch(time_ms: int, values: dict[Labels, float], *, source: str = "self") -> Batch:
    return Batch(source, time_ms, tuple(values), tuple(values.values()))


def samples(
    store: SeriesStore, *, start_ms: int = -1, end_ms: int = FOREVER_MS
) -> dict[Labels, list[tuple[int, float]]]:
    """Read every sample that is no hole."""
    found: dict[Labels, list[tuple[int, float]]] = {}
    for block in store.select([UP], start_ms, end_ms):
        present = ~is_hole(block.values)
        for column, labels in enumerate(block.labels):
            rows = np.flatnonzero(present[:, column])
            points = [(int(block.times_ms[row]), float(block.values[row, column])) for row in rows]
            if points:
                found.setdefault(labels, []).extend(points)
    return found


def only_block(store: SeriesStore) -> Block:
    (block,) = store.select([UP], -1, FOREVER_MS)
    return block


def test_gives_back_what_was_appended() -> None:
    store = SeriesStore()

    store.append(batch(10, {up(job="a"): 1.0, up(job="b"): 2.0}))
    store.append(batch(20, {up(job="a"): 3.0, up(job="b"): 4.0}))

    assert samples(store) == {up(job="a"): [(10, 1.0), (20, 3.0)], up(job="b"): [(10, 2.0), (20, 4.0)]}


def test_a_window_is_open_on_the_left() -> None:
    store = SeriesStore()
    for time_ms in (10, 20, 30):
        store.append(batch(time_ms, {up(): float(time_ms)}))

    assert samples(store, start_ms=10, end_ms=30) == {up(): [(20, 20.0), (30, 30.0)]}


def test_a_series_that_is_missing_gets_one_staleness_marker() -> None:
    store = SeriesStore()
    store.append(batch(10, {up(job="a"): 1.0, up(job="b"): 1.0}))
    store.append(batch(20, {up(job="b"): 1.0}))
    store.append(batch(30, {up(job="b"): 1.0}))

    block = only_block(store)

    gone = list(block.labels).index(up(job="a"))
    assert is_stale(block.values)[:, gone].tolist() == [False, True, False]
    assert is_absent(block.values)[:, gone].tolist() == [False, False, True]
    assert store.stats()["stale_markers"] == 1


def test_an_empty_batch_ends_every_series() -> None:
    store = SeriesStore()
    store.append(batch(10, {up(): 1.0}))

    store.append(batch(20, {}))

    assert is_stale(only_block(store).values).tolist() == [[False], [True]]


def test_a_series_that_comes_later_is_absent_before() -> None:
    store = SeriesStore()
    store.append(batch(10, {up(job="a"): 1.0}))
    store.append(batch(20, {up(job="a"): 1.0, up(job="b"): 2.0}))

    block = only_block(store)

    assert is_absent(block.values).tolist() == [[False, True], [False, False]]
    assert not block.whole


def test_a_window_after_the_last_hole_is_whole() -> None:
    store = SeriesStore()
    store.append(batch(10, {up(job="a"): 1.0}))
    for time_ms in (20, 30):
        store.append(batch(time_ms, {up(job="a"): 1.0, up(job="b"): 2.0}))

    (block,) = store.select([UP], 10, 30)

    assert block.whole


def test_a_nan_sample_is_no_hole() -> None:
    store = SeriesStore()
    store.append(batch(10, {up(): float("nan")}))

    block = only_block(store)

    assert not is_hole(block.values).any()
    assert not block.whole


@pytest.mark.parametrize("time_ms", [20, 19])
def test_refuses_and_counts_a_batch_that_is_not_newer(time_ms: int) -> None:
    store = SeriesStore()
    store.append(batch(20, {up(): 1.0}))

    assert not store.append(batch(time_ms, {up(): 2.0}))
    assert store.stats()["batches_refused"] == 1
    assert samples(store) == {up(): [(20, 1.0)]}


def test_sources_have_clocks_of_their_own() -> None:
    store = SeriesStore()
    store.append(batch(20, {up(instance="1"): 1.0}, source="one"))

    assert store.append(batch(10, {up(instance="2"): 2.0}, source="two"))
    assert len(store.select([UP], -1, FOREVER_MS)) == 2


def test_refuses_values_that_do_not_fit_the_labels() -> None:
    with pytest.raises(StoreError, match="2 label sets needs as many values, got 1"):
        SeriesStore().append(Batch("self", 1, (up(job="a"), up(job="b")), (1.0,)))


def test_refuses_and_counts_series_beyond_the_limit() -> None:
    store = SeriesStore(max_series=2)

    store.append(batch(10, {up(job=str(n)): float(n) for n in range(5)}))

    assert samples(store) == {up(job="0"): [(10, 0.0)], up(job="1"): [(10, 1.0)]}
    assert store.stats()["series_refused"] == 3


def test_series_that_ended_make_room_for_new_ones() -> None:
    store = SeriesStore(max_series=2)
    store.append(batch(10, {up(job="0"): 1.0, up(job="1"): 1.0}))
    store.append(batch(20, {up(job="0"): 1.0}))

    store.append(batch(30, {up(job="0"): 1.0, up(job="2"): 1.0}))

    assert up(job="2") in samples(store)
    assert samples(store)[up(job="0")] == [(10, 1.0), (20, 1.0), (30, 1.0)]


def test_a_label_set_that_is_twice_in_a_batch_gets_one_row() -> None:
    store = SeriesStore()

    store.append(Batch("self", 10, (up(), up()), (1.0, 2.0)))

    assert samples(store) == {up(): [(10, 2.0)]}


def test_a_single_chunk_is_kept_whatever_it_takes() -> None:
    store = SeriesStore(max_bytes=1)

    store.append(batch(10, {up(): 1.0}))

    assert samples(store) == {up(): [(10, 1.0)]}


def test_a_source_that_goes_on_is_not_trimmed_away() -> None:
    store = SeriesStore(retention_s=10, interval_s=1)
    store.append(batch(11_000, {up(): 1.0}))

    store.trim(12_000)
    store.forget("nobody")

    assert samples(store) == {up(): [(11_000, 1.0)]}


def test_a_window_over_several_epochs_is_one_block() -> None:
    store = SeriesStore()
    for second in range(20):
        passing = {up(pod=f"{second}-{n}"): 1.0 for n in range(100)}
        store.append(batch(second * 1000, {up(pod="steady"): float(second)} | passing))
    steady = Matcher("pod", "=~", "steady|0-1")

    first = store.select([UP, steady], -1, FOREVER_MS)
    again = store.select([UP, steady], -1, FOREVER_MS)

    assert len(store._sources["self"].epochs) > 1
    (block,) = first
    assert block.labels == (up(pod="steady"), up(pod="0-1"))
    assert block.values[:, 0].tolist() == [float(second) for second in range(20)]
    assert again[0].labels is block.labels


def test_unions_of_epochs_are_remembered_within_bounds() -> None:
    store = SeriesStore()
    for second in range(20):
        passing = {up(pod=f"{second}-{n}"): 1.0 for n in range(100)}
        store.append(batch(second * 1000, {up(pod="steady"): float(second)} | passing))

    for number in range(300):
        assert store.select([UP, Matcher("pod", "!=", str(number))], -1, FOREVER_MS)

    assert len(store._sources["self"].joined) <= 256


def test_a_series_is_absent_in_a_chunk_that_is_older_and_narrower() -> None:
    store = SeriesStore()
    store.append(batch(10, {up(n="old"): 1.0}))
    store.append(batch(20, {up(n="old"): 1.0} | {up(n=str(n)): 1.0 for n in range(300)}))

    (block,) = store.select([UP, Matcher("n", "=", "299")], 0, 10)

    assert is_absent(block.values).tolist() == [[True]]


def test_a_source_without_series_takes_no_memory() -> None:
    store = SeriesStore()

    for second in range(1000):
        store.append(batch(second * 1000, {}, source="rule"))

    assert store.stats()["size_bytes"] == 0
    assert store.stats()["batches"] == 1000


def test_churn_at_the_limit_makes_no_epoch_per_batch() -> None:
    store = SeriesStore(max_series=100)
    for second in range(200):
        pods = {up(pod=str(second + n)): 1.0 for n in range(99)}
        store.append(batch(second * 1000, pods))

    assert len(store._sources["self"].epochs) < 40
    assert store.stats()["series"] <= 100


def recounted(store: SeriesStore) -> tuple[int, int]:
    """Count series and bytes anew, chunk by chunk and index by index."""
    sources = store._sources.values()
    epochs = [epoch for source in sources for epoch in source.epochs]
    samples = sum(chunk.used * (chunk.width + 1) * 8 for epoch in epochs for chunk in epoch.chunks)
    series = sum(len(source.epochs[-1].index) for source in sources)
    return series, samples + sum(epoch.index.size_bytes for epoch in epochs)


def test_label_sets_count_as_memory_and_the_oldest_go() -> None:
    """Short-lived series cost little but their names; these are bounded as well."""
    store = SeriesStore(max_bytes=1_000_000)
    for second in range(300):
        store.append(batch(second * 1000, {up(pod=f"pod-{second}-{n}"): 1.0 for n in range(100)}))

    assert store.stats()["chunks_dropped"] > 0
    assert store.stats()["size_bytes"] <= 1_000_000
    assert store.series([Matcher("pod", "=~", "pod-0-.*")]) == []
    assert len(store.series([Matcher("pod", "=~", "pod-299-.*")])) == 100


def test_the_totals_are_what_a_recount_gives() -> None:
    store = SeriesStore(retention_s=60, interval_s=1, max_bytes=40_000, max_series=300)
    for second in range(400):
        steady = {up(n=str(n)): 1.0 for n in range(20)}
        passing = {up(pod=f"{second // 3}-{n}"): 1.0 for n in range(30)}
        store.append(batch(second * 1000, steady | passing))
        store.append(batch(second * 1000, steady if second % 2 else {}, source="other"))
    store.forget("other")
    store.append(batch(400_000, {up(n="1"): 1.0}, source="third"))

    stats = store.stats()

    assert (stats["series"], stats["size_bytes"]) == recounted(store)


def test_forgets_what_is_older_than_the_retention() -> None:
    store = SeriesStore(retention_s=16, interval_s=1)
    for second in range(200):
        store.append(batch(second * 1000, {up(): float(second)}))

    times_ms = [time_ms for time_ms, _ in samples(store)[up()]]

    assert times_ms[-1] == 199_000
    assert 199_000 - 16_000 - 16_000 <= times_ms[0] <= 199_000 - 16_000


def test_a_source_that_stopped_passes_out_of_retention() -> None:
    store = SeriesStore(retention_s=10, interval_s=1)
    store.append(batch(1000, {up(): 1.0}, source="gone"))

    store.trim(12_000)

    assert store.stats()["sources"] == 0
    assert samples(store) == {}


def test_drops_the_oldest_beyond_the_limit_of_bytes() -> None:
    store = SeriesStore(retention_s=1000, interval_s=1, max_bytes=50_000)
    for second in range(500):
        store.append(batch(second * 1000, {up(n=str(n)): 1.0 for n in range(10)}))

    stats = store.stats()

    assert stats["size_bytes"] <= 50_000
    assert stats["chunks_dropped"] > 0
    assert samples(store)[up(n="0")][-1] == (499_000, 1.0)


def test_churn_leaves_no_permanent_row() -> None:
    store = SeriesStore(retention_s=16, interval_s=1)
    for second in range(100):
        new = {up(pod=f"{second}-{n}"): 1.0 for n in range(50)}
        store.append(batch(second * 1000, {up(pod="steady"): float(second)} | new))

    assert store.stats()["series"] < 100 * 50 / 3
    steady = samples(store)[up(pod="steady")]
    assert [time_ms for time_ms, _ in steady] == [second * 1000 for second in range(100)][-len(steady) :]


def test_the_same_selection_gives_the_same_tuple_of_labels() -> None:
    store = SeriesStore()
    other = Labels.of({"__name__": "other"})
    store.append(batch(10, {up(): 1.0}))
    before = only_block(store).labels

    store.append(batch(20, {up(): 1.0, other: 1.0}))

    assert only_block(store).labels is before


def test_the_generation_grows_with_the_set_of_series_only() -> None:
    store = SeriesStore()
    store.append(batch(10, {up(): 1.0}))
    generation = store.generation

    store.append(batch(20, {up(): 1.0}))
    same = store.generation
    store.append(batch(30, {up(): 1.0, up(job="b"): 1.0}))

    assert same == generation
    assert store.generation > generation


def test_what_was_read_stays_while_the_writer_goes_on() -> None:
    store = SeriesStore(retention_s=16, interval_s=1)
    store.append(batch(1000, {up(): 1.0}))
    block = only_block(store)

    for second in range(2, 200):
        store.append(batch(second * 1000, {up(): float(second)}))

    assert block.times_ms.tolist() == [1000]
    assert block.values.tolist() == [[1.0]]


def test_readers_see_whole_batches_while_a_writer_appends() -> None:
    store = SeriesStore(retention_s=60, interval_s=1)
    labels = tuple(up(n=str(n)) for n in range(200))
    store.append(Batch("self", 0, labels, [0.0] * 200))
    torn: list[list[float]] = []
    reads: list[int] = []
    reading, done = threading.Event(), threading.Event()

    def read() -> None:
        while not done.is_set():
            blocks = store.select([UP], -1, FOREVER_MS)
            torn.extend(row.tolist() for b in blocks for row in b.values if len(set(row.tolist())) != 1)
            reads.append(len(blocks[0].times_ms))
            reading.set()

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    assert reading.wait(30)
    for second in range(1, 400):
        store.append(Batch("self", second * 1000, labels, [float(second)] * 200))
    for _ in range(2):  # the first may have begun before the last was written
        reading.clear()
        assert reading.wait(30)
    done.set()
    for reader in readers:
        reader.join()

    assert torn == []
    assert len(set(reads)) > 1, "no reader saw the store change"


def test_a_forgotten_source_is_gone() -> None:
    store = SeriesStore()
    store.append(batch(10, {up(): 1.0}, source="worker-1"))

    store.forget("worker-1")

    assert samples(store) == {}


def test_a_child_process_begins_empty() -> None:
    store = SeriesStore()
    store.append(batch(10, {up(): 1.0}))
    generation = store.generation

    store.after_fork()

    assert samples(store) == {}
    assert store.generation > generation
    assert store.append(batch(5, {up(): 1.0}))


def test_tells_names_values_series_metadata_and_sources() -> None:
    store = SeriesStore()
    known = Metadata("up", "gauge", "whether it is up", "")
    store.append(Batch("self", 10, (up(job="b"), up(job="a")), (1.0, 1.0), (known,)))

    assert store.label_names() == ["__name__", "job"]
    assert store.label_values("job") == ["a", "b"]
    assert store.label_values("nobody") == []
    assert store.series([UP]) == [up(job="a"), up(job="b")]
    assert store.metadata() == {"up": known}
    assert store.sources() == {"self": 10}


Collections = st.lists(
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-10, 10), max_size=8), min_size=1, max_size=60
)


@given(Collections)
def test_reads_like_a_dictionary_of_lists(collections: list[dict[str, float]]) -> None:
    """Whatever comes and goes, the store holds exactly the samples of the retention."""
    store = SeriesStore(retention_s=1_000_000, interval_s=1)
    expected: dict[Labels, list[tuple[int, float]]] = {}

    for second, values in enumerate(collections):
        store.append(batch(second * 1000, {up(job=job): value for job, value in values.items()}))
        for job, value in values.items():
            expected.setdefault(up(job=job), []).append((second * 1000, value))

    assert samples(store) == expected


@pytest.mark.parametrize("by_ms", [-3_600_000, 3_600_000])
def test_times_move_along_with_the_clock(by_ms: int) -> None:
    store = SeriesStore()
    for time_ms in range(10_000_000, 10_100_000, 10_000):
        store.append(batch(time_ms, {up(): float(time_ms)}))
    before = only_block(store)

    store.shift("self", by_ms=by_ms)
    store.append(batch(10_100_000 + by_ms, {up(): 1.0}))
    after = only_block(store)

    assert before.times_ms.tolist() == list(range(10_000_000, 10_100_000, 10_000))
    assert after.times_ms.tolist() == list(range(10_000_000 + by_ms, 10_110_000 + by_ms, 10_000))
    assert store.stats()["batches_refused"] == 0


def test_the_times_of_a_source_without_samples_do_not_move() -> None:
    store = SeriesStore()

    store.shift("nobody", by_ms=1)

    assert store.sources() == {}


@st.composite
def _runs_of_collections(draw: st.DrawFn) -> list[Batch]:
    """Collections of two sources in runs of the same series, with NaN among them and times that go back."""
    names = [up(job=name) for name in "abcd"]
    found, time_ms = [], 0
    for _ in range(draw(st.integers(1, 5))):
        source = draw(st.sampled_from(["self", "other"]))
        some = tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=4)))
        metadata: tuple[Metadata, ...] = ()
        for _ in range(draw(st.integers(1, 30))):
            time_ms += draw(st.sampled_from([15, 15, 15, 15, -20, 0]))
            value = st.sampled_from([1.0, 2.0, -0.0, float("nan"), float("inf")])
            found.append(Batch(source, time_ms, some, [draw(value) for _ in some], metadata))
    return found


@given(batches=_runs_of_collections(), retention_s=st.sampled_from([0.2, 3600.0]))
def test_many_at_once_are_as_one_after_the_other(batches: list[Batch], retention_s: float) -> None:
    one, many = (SeriesStore(retention_s=retention_s, interval_s=0.015) for _ in range(2))

    kept = sum(one.append(each) for each in batches)
    assert many.extend(batches) == kept

    assert many.stats() == one.stats()
    assert many.oldest() == one.oldest()
    for window in ((-1, FOREVER_MS), (100, 300)):
        ours, theirs = many.select([UP], *window), one.select([UP], *window)
        assert [block.labels for block in ours] == [block.labels for block in theirs]
        for mine, other in zip(ours, theirs, strict=True):
            assert mine.times_ms.tolist() == other.times_ms.tolist()
            assert np.array_equal(mine.values.view(np.int64), other.values.view(np.int64))


def test_a_run_of_collections_is_written_at_once() -> None:
    """More than fits into a chunk, so that several are filled."""
    labels = tuple(up(job=str(number)) for number in range(3))
    batches = [
        Batch("self", time_ms, labels, np.array([time_ms, -time_ms, 0.0]))
        for time_ms in range(15, 15 * 3001, 15)
    ]
    store = SeriesStore(retention_s=86_400)

    assert store.extend(batches) == 3000

    block = only_block(store)
    assert block.times_ms.tolist() == [each.time_ms for each in batches]
    total = sum(each.time_ms for each in batches)
    assert block.values.sum(axis=0).tolist() == [total, -total, 0]


def test_a_source_that_comes_later_is_found_where_others_were_before() -> None:
    store = SeriesStore()
    asked = [Matcher("__name__", "=", "up"), Matcher("host", "=", "b")]
    store.append(Batch("a", 1000, [Labels.of(__name__="up", host="a")], [1.0]))
    before = store.select(asked, 0, 5000)

    store.append(Batch("b", 1000, [Labels.of(__name__="up", host="b")], [1.0]))

    assert before == []
    assert [block.source for block in store.select(asked, 0, 5000)] == ["b"]


def test_a_source_that_is_forgotten_is_not_found_any_more_and_may_come_back() -> None:
    store = SeriesStore()
    asked = [Matcher("__name__", "=", "up")]
    batch = Batch("a", 1000, [Labels.of(__name__="up")], [1.0])
    store.append(batch)
    store.select(asked, 0, 5000)

    store.forget("a")
    gone = store.select(asked, 0, 5000)
    store.append(batch)

    assert gone == []
    assert len(store.select(asked, 0, 5000)) == 1


def test_sources_are_found_in_the_order_in_which_they_came() -> None:
    store = SeriesStore()
    for source, name in (("b", "other"), ("a", "up"), ("c", "up")):
        store.append(Batch(source, 1000, [Labels.of(__name__=name)], [1.0]))

    store.append(Batch("b", 2000, [Labels.of(__name__="up")], [1.0]))

    found = store.select([Matcher("__name__", "=", "up")], 0, 5000)
    assert [block.source for block in found] == ["b", "a", "c"]
