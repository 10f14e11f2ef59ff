"""Series as the rules of a service level would have recorded them, and as an application measured them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.slos.desk import SlosDesk
from otel_monitoring.reports.slos.series import BAD, TILE_MS, TOTAL
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.reports.slos.slo import SLO

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
NOW_MS = 1_792_540_800_000
"""2026-10-21 00:00 UTC."""


class Recorded:
    """Events in every five minutes, all and bad ones."""

    def __init__(self) -> None:
        self.store = SeriesStore(retention_s=70 * 86_400, interval_s=300)
        self._counts: dict[Labels, float] = {}

    def record(self, slo: SLO, *, days: float, traffic: Callable[[int], tuple[float, float]]) -> None:
        """Record what the rules count.

        Args:
            slo: Whose events.
            days: Since when.
            traffic: Events and bad events of the five minutes that end at a time, Unix milliseconds.
        """
        labels = [Labels.of({"__name__": name, **slo.own_labels}) for name in (TOTAL, BAD)]
        for time_ms in self._times(days):
            self.store.append(Batch("rule:slos;", time_ms, labels, traffic(time_ms)))

    def measure(self, *, days: float, traffic: Callable[[int], tuple[float, float]]) -> None:
        """Count requests of which some fail, as an application does; the arguments are as of ``record``."""
        name, code = "http_server_request_duration_seconds_count", "http_response_status_code"
        labels = [Labels.of({"__name__": name, code: status}) for status in ("200", "500")]
        good = bad = 0.0
        for time_ms in self._times(days):
            total, failed = traffic(time_ms)
            good, bad = good + total - failed, bad + failed
            self.store.append(Batch("self", time_ms, labels, [good, bad]))

    def desk(self, slos: Sequence[SLO], *, now_ms: int = NOW_MS) -> SlosDesk:
        """Return a desk over all of it."""
        clock = FakeClock(now_ms=now_ms)
        query = Engine(self.store, clock=clock)
        return SlosDesk(query=query, clock=clock, slos=lambda: slos, export=lambda: "groups: []\n")

    def _times(self, days: float) -> range:
        return range(NOW_MS - round(days * DAY_MS) + TILE_MS, NOW_MS + 1, TILE_MS)


def steady(total: float, bad: float) -> Callable[[int], tuple[float, float]]:
    """Return the same in every five minutes."""
    return lambda _time_ms: (total, bad)


def between(
    start_ms: int, end_ms: int, inside: tuple[float, float], outside: tuple[float, float]
) -> Callable[[int], tuple[float, float]]:
    """Return one thing in a time and another one before and after it."""
    return lambda time_ms: inside if start_ms < time_ms <= end_ms else outside
