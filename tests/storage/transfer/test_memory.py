"""Samples in memory are read as those of a storage are."""

from __future__ import annotations

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.model.sample import Batch, Metadata
from otel_monitoring.storage.transfer.memory import MemorySamples
from otel_monitoring.stores.series import SeriesStore

UP, DOWN = Labels.of(__name__="up", job="a"), Labels.of(__name__="down", host="b")


def store() -> SeriesStore:
    made = SeriesStore(retention_s=3600, interval_s=1)
    known = [Metadata("up", "gauge", "Whether it is.", "1")]
    for time_ms in (1000, 2000, 3000):
        made.append(Batch("self", time_ms, [UP, DOWN], [time_ms / 1000, 0.0], known))
    made.append(Batch("other", 4000, [UP], [4.0]))
    return made


def test_a_series_of_two_sources_comes_once_and_whole() -> None:
    [points] = MemorySamples(store(), start_ms=0, end_ms=9000).of("up")

    assert (points.times_ms.tolist(), points.values.tolist()) == ([1000, 2000, 3000, 4000], [1, 2, 3, 4])


def test_only_what_lies_in_the_time_comes() -> None:
    [points] = MemorySamples(store(), start_ms=1000, end_ms=3000).of("up")

    assert points.times_ms.tolist() == [2000, 3000]


def test_names_and_labels_are_those_of_the_series_that_are_wanted() -> None:
    samples = MemorySamples(store(), start_ms=0, end_ms=9000)
    chosen = MemorySamples(store(), start_ms=0, end_ms=9000, matchers=[Matcher("job", "=", "a")])

    assert (samples.names(), samples.label_names()) == (["down", "up"], ["host", "job"])
    assert (chosen.names(), chosen.label_names()) == (["up"], ["job"])
    assert samples.metadata()["up"].unit == "1"


def test_all_series_come_metric_by_metric() -> None:
    assert [one.labels for one in MemorySamples(store(), start_ms=0, end_ms=9000)] == [DOWN, UP]
