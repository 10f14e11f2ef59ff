"""A shop that does not exist: what it would have counted in some days, with a bad hour in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from collections.abc import Iterator

END_MS = 1_767_225_600_000
"""2026-01-01 00:00 UTC."""

DAY_S = 86_400
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_METRIC = "http_server_request_duration_seconds"


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint, how often it is asked for, and how long it takes.

    Attributes:
        name: The route.
        rate: Requests a second, in the mean of a day.
        median_s: Half of its requests take no longer.
        failing: The share that fails, always.
        failing_now: The share that fails on the last day.
    """

    name: str
    rate: float = 1.0
    median_s: float = 0.03
    failing: float = 0.0
    failing_now: float = 0.0
    method: str = "GET"


SHOP = (
    Route("/cart", rate=2.0),
    Route("/search", rate=1.0, median_s=0.4),
    Route("/pay", rate=0.2, median_s=0.08, failing=0.001, failing_now=0.08, method="POST"),
)


@dataclass(slots=True)
class Shop:
    """Count what happens, from so many days before ``END_MS`` on."""

    routes: tuple[Route, ...] = SHOP
    days: float = 2.0
    interval_s: int = 300
    gauges: dict[Labels, float] = field(default_factory=dict)

    def batches(self) -> Iterator[Batch]:
        """Return the collections, oldest first."""
        series = [pair for route in self.routes for pair in self._series(route)]
        labels = [one for one, _ in series] + list(self.gauges)
        shares = np.array([[share, now] for _, (share, now) in series])
        gauges = np.array(list(self.gauges.values()))
        counts = np.zeros(len(series))
        steps = round(self.days * DAY_S / self.interval_s)
        for at in range(steps + 1):
            left_s = (steps - at) * self.interval_s
            counts += shares[:, int(left_s < DAY_S)] * self.interval_s * _load(left_s)
            values = np.concatenate([np.floor(counts), gauges])
            yield Batch("self", END_MS - left_s * 1000, labels, values)

    def engine(self) -> Engine:
        """Return an engine over all of it."""
        store = SeriesStore(retention_s=self.days * DAY_S + 3600, interval_s=self.interval_s)
        for batch in self.batches():
            store.append(batch)
        return Engine(store, lookback_ms=self.interval_s * 2500)

    def _series(self, route: Route) -> Iterator[tuple[Labels, tuple[float, float]]]:
        for status, share, now in (
            ("200", 1 - route.failing, 1 - route.failing_now),
            ("500", route.failing, route.failing_now),
        ):
            rates = (route.rate * share, route.rate * now)
            named = {
                "http_request_method": route.method,
                "http_route": route.name,
                "http_response_status_code": status,
            }
            for bound in (*BOUNDS, math.inf):
                part = _below(bound, route.median_s)
                le = "+Inf" if math.isinf(bound) else f"{bound:g}"
                labels = Labels.of({"__name__": f"{_METRIC}_bucket", "le": le, **named})
                yield labels, (rates[0] * part, rates[1] * part)
            yield Labels.of({"__name__": f"{_METRIC}_count", **named}), rates
            spent = (rates[0] * route.median_s * 1.2, rates[1] * route.median_s * 1.2)
            yield Labels.of({"__name__": f"{_METRIC}_sum", **named}), spent


def gauge(name: str, **labels: str) -> Labels:
    """Return the labels of a gauge."""
    return Labels.of({"__name__": name, **labels})


def _below(bound: float, median_s: float) -> float:
    """Return the share of requests that take no longer, as if their logarithms were normal."""
    return 0.5 * (1 + math.erf(math.log(bound / median_s) / 0.8)) if math.isfinite(bound) else 1.0


def _load(left_s: float) -> float:
    """Return how busy it is: twice as much at noon as in the mean, nothing much at night."""
    return 1 - 0.9 * math.cos(2 * math.pi * (-left_s % DAY_S) / DAY_S)
