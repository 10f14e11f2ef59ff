"""Which other metrics moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.bootstrap.messages.moved import Bounds, Moved
from otel_monitoring.model.alert import SentAlert
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

NOW_MS = 1_700_000_000_000
ALERT = SentAlert(
    labels=Labels.of(alertname="Slow", job="shop"),
    annotations={},
    value=1.0,
    starts_at_ms=NOW_MS,
    ends_at_ms=NOW_MS,
    is_resolved=False,
)


def store_of(**series: Callable[[int], float]) -> SeriesStore:
    """Return a store with 65 minutes of each series; a function of the minutes until now gives its values."""
    store = SeriesStore(retention_s=7200, interval_s=30, max_series=1000, max_bytes=1 << 24)
    labels = [Labels.of(__name__=name, job="shop") for name in series]
    for half_minutes in range(130, -1, -1):
        values = [value(half_minutes // 2) for value in series.values()]
        store.append(Batch("a", NOW_MS - half_minutes * 30_000, labels, values))
    return store


def wobbling(base: float, then: float) -> Callable[[int], float]:
    return lambda minutes: (then if minutes < 5 else base) * (1 + 0.01 * (minutes % 3))


def test_the_metrics_that_moved_most_are_named_in_order() -> None:
    """P20."""
    store = store_of(
        queue_depth=wobbling(3, 120),
        pool_wait_seconds=wobbling(0.02, 0.31),
        steady=wobbling(50, 50),
        free_bytes=wobbling(2**30, 2**29),
    )

    found = Moved(store, clock=FakeClock(NOW_MS))(ALERT, ())

    assert found == [
        "queue_depth rose from 3.03 to 121.2",
        "pool_wait_seconds rose from 20.2 ms to 313.1 ms",
        "free_bytes fell from 1.01 GiB to 517.1 MiB",
    ]


def test_a_counter_is_told_by_its_rate() -> None:
    fast_from = 5
    store = store_of(
        errors_total=lambda minutes: (
            1000.0 + (65 - minutes) * 60 + (max(fast_from - minutes, 0) * 600 if minutes < fast_from else 0)
        )
    )

    (line,) = Moved(store, clock=FakeClock(NOW_MS))(ALERT, ())

    assert line.startswith("errors_total rose from ")
    assert line.endswith("/s")


def test_what_the_rule_asks_for_itself_is_left_out() -> None:
    store = store_of(latency_seconds_count=lambda minutes: 9.0 * (65 - minutes) ** 3, depth=wobbling(3, 99))

    found = Moved(store, clock=FakeClock(NOW_MS))(ALERT, ["latency_seconds_bucket"])

    assert [line.split()[0] for line in found] == ["depth"]


def test_only_what_comes_from_the_same_place_is_looked_at() -> None:
    store = store_of(depth=wobbling(3, 99))
    elsewhere = SentAlert(
        labels=Labels.of(alertname="Slow", job="other"),
        annotations={},
        value=1.0,
        starts_at_ms=0,
        ends_at_ms=0,
        is_resolved=False,
    )

    assert Moved(store, clock=FakeClock(NOW_MS))(elsewhere, ()) == []


def test_a_metric_with_too_many_series_is_left_out() -> None:
    store = store_of(depth=wobbling(3, 99))

    assert Moved(store, clock=FakeClock(NOW_MS), bounds=Bounds(series=0))(ALERT, ()) == []
    assert Moved(store, clock=FakeClock(NOW_MS), bounds=Bounds(metrics=0))(ALERT, ()) == []


def test_a_store_without_an_hour_of_history_tells_nothing() -> None:
    store = SeriesStore(retention_s=7200, interval_s=30, max_series=1000, max_bytes=1 << 24)
    store.append(Batch("a", NOW_MS, [Labels.of(__name__="depth", job="shop")], [9.0]))

    assert Moved(store, clock=FakeClock(NOW_MS))(ALERT, ()) == []


def test_what_was_found_is_told_again_and_looked_for_only_so_often() -> None:
    store, clock = store_of(depth=wobbling(3, 99)), FakeClock(NOW_MS)
    moved = Moved(store, clock=clock, bounds=Bounds(per_minute=1))

    again = [len(moved(ALERT, ())) for _ in range(3)]
    clock.advance(20)
    too_soon = moved(ALERT, ())
    clock.advance(60)

    assert again == [1, 1, 1]
    assert too_soon == []
    assert moved(ALERT, ()) != []
