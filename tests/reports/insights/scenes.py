"""Series as they look when something is worth knowing, written as the unit tests of Prometheus write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing.notation import labels_of, values_of
from tests.reports.made_up import END_MS

if TYPE_CHECKING:
    from otel_monitoring.model.labels import Labels

EVERY_MS = 300_000
DAY = 288
"""Collections of a day."""


def engine(series: dict[str, str]) -> Engine:
    """Return an engine over series whose last sample is at ``END_MS``, one every five minutes."""
    values = {labels_of(name): values_of(text) for name, text in series.items()}
    length = max(map(len, values.values()), default=0)
    store = SeriesStore(retention_s=3 * 86_400, interval_s=300)
    for at in range(length):
        there: list[tuple[Labels, float]] = []
        for labels, samples in values.items():
            place = at - (length - len(samples))
            value = samples[place] if place >= 0 else None
            if value is not None:
                there.append((labels, value))
        time_ms = END_MS - (length - 1 - at) * EVERY_MS
        store.append(Batch("self", time_ms, [one for one, _ in there], [value for _, value in there]))
    return Engine(store)


def histogram(
    metric: str, labels: str, each: float, *, seconds: float, le: str, times: int = 24
) -> dict[str, str]:
    """Return a histogram that counts so many every five minutes, all of them in one bucket.

    Args:
        metric: Its name, without what follows it.
        labels: As in braces.
        each: How many are counted.
        seconds: How long one takes.
        le: The upper bound of the bucket that they are in.
        times: For how many collections.
    """
    bounds = ("0.01", "0.1", "1", "5", "+Inf")
    buckets = {
        f'{metric}_bucket{{{labels},le="{bound}"}}': f"0+{each if float(bound) >= float(le) else 0}x{times}"
        for bound in bounds
    }
    return {
        **buckets,
        f"{metric}_count{{{labels}}}": f"0+{each}x{times}",
        f"{metric}_sum{{{labels}}}": f"0+{each * seconds}x{times}",
    }
