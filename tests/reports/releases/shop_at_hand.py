"""A shop that was released once: since 2.0 the cart is slower, and paying fails more often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from otel_monitoring.promql.query import Query

START_MS = 1_767_225_600_000
MINUTE_MS = 60_000
MINUTES, RELEASED = 240, 150
END_MS = START_MS + (MINUTES - 1) * MINUTE_MS
BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5)
_METRIC = "http_server_request_duration_seconds"
ROUTES = {("GET", "/cart"): 0.06, ("GET", "/search"): 0.2, ("POST", "/pay"): 0.03}
SLOWER = {("GET", "/cart"): 1.3}
FAILING = {("POST", "/pay"): (0.002, 0.08)}
_EACH = 60


def query(
    *,
    until: int = MINUTES,
    is_worse: bool = True,
    versions: tuple[str, str] = ("1.0", "2.0"),
    spelling: tuple[str, str] = ("g", "g"),
) -> Query:
    """Return who answers about the first so many minutes of it; each version spells its bounds in its way."""
    store = SeriesStore(retention_s=30 * 86_400, interval_s=60)
    counts: dict[Labels, float] = {}
    rng = np.random.default_rng(5)
    for minute in range(until):
        is_new = minute >= RELEASED
        instance = "new" if is_new else "old"
        for route in ROUTES:
            spelt = spelling[int(is_new)]
            _count(counts, rng, route, instance, is_worse=is_new and is_worse, spelt=spelt)
        info = Labels.of(
            __name__="target_info", job="shop", instance=instance, service_version=versions[int(is_new)]
        )
        own = {one: value for one, value in counts.items() if one.get("instance") == instance}
        store.append(
            Batch(
                source=instance,
                time_ms=START_MS + minute * MINUTE_MS,
                labels=[info, *own],
                values=[1.0, *own.values()],
            )
        )
    return Engine(store)


def _count(
    counts: dict[Labels, float],
    rng: np.random.Generator,
    route: tuple[str, str],
    instance: str,
    *,
    is_worse: bool,
    spelt: str,
) -> None:
    slower = SLOWER.get(route, 1.0) if is_worse else 1.0
    share = FAILING.get(route, (0.0, 0.0))[int(is_worse)]
    failed = int(rng.binomial(_EACH, share))
    for status, many in (("200", _EACH - failed), ("500", failed)):
        took_s = ROUTES[route] * slower * np.exp(0.5 * rng.standard_normal(many))
        common = {
            "job": "shop",
            "instance": instance,
            "http_request_method": route[0],
            "http_route": route[1],
            "http_response_status_code": status,
        }
        figures = {("_sum", ""): float(took_s.sum()), ("_count", ""): float(many)}
        for bound in BOUNDS_S:
            figures["_bucket", format(bound, spelt)] = float((took_s <= bound).sum())
        figures["_bucket", "+Inf"] = float(many)
        for (suffix, le), value in figures.items():
            labels = Labels.of({**common, "__name__": _METRIC + suffix, "le": le})
            counts[labels] = counts.get(labels, 0.0) + value
