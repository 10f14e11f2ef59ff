"""The store beside a plain list of batches, under any sequence of what can happen to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.model.sample import STALE_BITS, Batch
from otel_monitoring.stores.block import is_hole
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from typing import TypeAlias

    Samples: TypeAlias = dict[tuple[str, Labels], list[tuple[int, float]]]

RETENTION_MS = 40_000
FOREVER_MS = 10**12
MAX_BYTES = 6000
SLOTS = 16
"""The rows of a chunk at most."""
SERIES = [
    Labels.of(__name__=name, job=job, route=route)
    for name in ("up", "down")
    for job in ("a", "b")
    for route in ("", "/x")
]
SELECTORS = [
    (Matcher("__name__", "=", "up"),),
    (Matcher("job", "=~", "a|c"),),
    (Matcher("route", "=", ""), Matcher("job", "!=", "a")),
    (Matcher("route", "!~", ".+"),),
    (Matcher("__name__", "=", "up"), Matcher("job", "=", "b")),
]
VALUES = st.floats(allow_nan=False) | st.just(math.nan)


class StoreBesideModel(RuleBasedStateMachine):
    """Two sources that come and go, late batches, trimming, forgetting."""

    def __init__(self) -> None:
        super().__init__()
        self.store = SeriesStore(retention_s=RETENTION_MS / 1000, interval_s=1)
        self.batches: dict[str, list[tuple[int, dict[Labels, float]]]] = {}
        self.refused = 0
        self.trimmed_ms = -FOREVER_MS

    @rule(
        source=st.sampled_from(["self", "other"]),
        step_ms=st.sampled_from([-1000, 0, 1, 1000, 1000, 1000, 15_000]),
        values=st.dictionaries(st.sampled_from(SERIES), VALUES, max_size=len(SERIES)),
    )
    def append(self, source: str, step_ms: int, values: dict[Labels, float]) -> None:
        kept = self.batches.setdefault(source, [])
        time_ms = (kept[-1][0] if kept else 0) + step_ms
        is_taken = self.store.append(Batch(source, time_ms, list(values), list(values.values())))
        assert is_taken == (not kept or step_ms > 0)
        if is_taken:
            kept.append((time_ms, values))
        else:
            self.refused += 1

    @rule(source=st.sampled_from(["self", "other"]))
    def forget(self, source: str) -> None:
        self.store.forget(source)
        self.batches.pop(source, None)

    @rule(ahead_ms=st.sampled_from([0, RETENTION_MS // 2, 3 * RETENTION_MS]))
    def trim(self, ahead_ms: int) -> None:
        newest_ms = [kept[-1][0] for kept in self.batches.values() if kept]
        now_ms = max(newest_ms, default=0) + ahead_ms
        self.store.trim(now_ms)
        self.trimmed_ms = max(self.trimmed_ms, now_ms - RETENTION_MS)
        for source, kept in list(self.batches.items()):
            if kept and kept[-1][0] < now_ms - RETENTION_MS:
                del self.batches[source]

    @rule(matchers=st.sampled_from(SELECTORS))
    def select(self, matchers: tuple[Matcher, ...]) -> None:
        """What is younger than the retention is all there; what is older is the newest part of it."""
        ever = self.expected(matchers, retention_ms=FOREVER_MS)
        found = self.found(matchers)
        for key, samples in self.expected(matchers, retention_ms=RETENTION_MS).items():
            assert repr(samples) == repr(found[key][-len(samples) :])
        for key, samples in found.items():
            assert repr(samples) == repr(ever.get(key, [])[-len(samples) :] if samples else [])

    @invariant()
    def the_numbers_are_right(self) -> None:
        stats = self.store.stats()
        assert stats["batches_refused"] == self.refused
        assert stats["sources"] == len([kept for kept in self.batches.values() if kept])
        assert stats["size_bytes"] >= 0

    def found(self, matchers: tuple[Matcher, ...]) -> Samples:
        return {
            (block.source, labels): [
                (int(time_ms), float(value))
                for time_ms, value in zip(block.times_ms, column, strict=True)
                if not is_hole(np.array([value]))[0]
            ]
            for block in self.store.select(matchers, -FOREVER_MS, FOREVER_MS)
            for labels, column in zip(block.labels, block.values.T, strict=True)
        }

    def expected(self, matchers: tuple[Matcher, ...], *, retention_ms: int) -> Samples:
        """Return the samples that are not older than ``retention_ms``."""
        tests = [(matcher.name, matcher.test()) for matcher in matchers]
        wanted = {one for one in SERIES if all(test(one.get(name)) for name, test in tests)}
        samples: Samples = {}
        for source, kept in self.batches.items():
            for time_ms, values in kept:
                age_ms = kept[-1][0] - time_ms
                if age_ms >= retention_ms or (time_ms < self.trimmed_ms and retention_ms < FOREVER_MS):
                    continue
                for labels in values.keys() & wanted:
                    samples.setdefault((source, labels), []).append((time_ms, values[labels]))
        return samples


class FullStoreBesideModel(StoreBesideModel):
    """The same in so little memory that the oldest samples go."""

    def __init__(self) -> None:
        super().__init__()
        self.store = SeriesStore(retention_s=FOREVER_MS, interval_s=FOREVER_MS, max_bytes=MAX_BYTES)

    @rule(matchers=st.sampled_from(SELECTORS))
    def select(self, matchers: tuple[Matcher, ...]) -> None:
        """What is there is the newest part of what was written, and the newest batches are always there."""
        ever = self.expected(matchers, retention_ms=FOREVER_MS)
        found = self.found(matchers)
        for key, samples in found.items():
            assert repr(samples) == repr(ever.get(key, [])[-len(samples) :] if samples else [])
        for (source, labels), samples in ever.items():
            if samples[-1][0] == self.batches[source][-1][0]:
                assert repr(found[source, labels][-1]) == repr(samples[-1])

    @rule()
    def trim(self) -> None:
        """Nothing is too old here."""
        self.store.trim(0)

    @invariant()
    def the_limit_holds_while_there_is_more_than_a_chunk_for_each(self) -> None:
        times = [len(block.times_ms) for block in self.store.select((), -FOREVER_MS, FOREVER_MS)]
        is_least = all(one <= SLOTS for one in times)
        assert is_least or self.store.stats()["size_bytes"] <= MAX_BYTES


FullStoreBesideModel.TestCase.settings = settings(max_examples=40, stateful_step_count=60)
TestFullStoreBesideModel = FullStoreBesideModel.TestCase
StoreBesideModel.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestStoreBesideModel = StoreBesideModel.TestCase


def test_the_marker_of_staleness_is_not_a_sample() -> None:
    assert is_hole(np.array([STALE_BITS], dtype=np.uint64).view(np.float64))[0]
    assert not is_hole(np.array([math.nan]))[0]
