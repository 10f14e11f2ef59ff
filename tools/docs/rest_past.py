"""Three hours that the shop of the examples has behind it: a release in their midst, orders that pile up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator

_MINUTE_MS = 60_000
_MINUTES, _RELEASED = 180, 80
_ENDED_AGO_MS = 6 * _MINUTE_MS
"""Longer ago than the newest sample of a series may be: the process of now speaks for itself."""

_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, math.inf)
_EACH_MINUTE = 30
_USUAL_S, _SLOWER_S = 0.04, 0.3


def past(now_ms: int) -> Iterator[Batch]:
    """Yield a batch a minute, of an earlier process of the same service.

    Args:
        now_ms: Unix time in milliseconds.
    """
    slow = 0
    for minute in range(_MINUTES):
        is_new = minute >= _RELEASED
        slow += _EACH_MINUTE // 3 if is_new else 0
        values = {
            _labels("target_info", is_new, service_version="1.4.0" if is_new else "1.3.0"): 1.0,
            _labels("orders_waiting", is_new): 1.0 + minute / 60 + math.sin(minute * 1.7) / 4,
            _labels("payments_pending", is_new): 3.0 + minute / 20 + math.sin(minute * 1.7 + 0.3),
            **_durations(minute, slow, is_new),
        }
        time_ms = now_ms - _ENDED_AGO_MS - (_MINUTES - 1 - minute) * _MINUTE_MS
        yield Batch(f"past {is_new}", time_ms, [*values], [*values.values()])


def _durations(minute: int, slow: int, is_new: bool) -> dict[Labels, float]:  # noqa: FBT001 - of this file
    """Return the histogram of the products; since the release every third is slow."""
    since = (minute + 1 - _RELEASED if is_new else minute + 1) * _EACH_MINUTE
    served = {"http_request_method": "GET", "http_route": "/products/{number}"}
    status = {"http_response_status_code": "200"}

    def labels(suffix: str, **more: str) -> Labels:
        return _labels(f"http_server_request_duration_seconds_{suffix}", is_new, **served, **status, **more)

    found = {
        labels("bucket", le="+Inf" if math.isinf(bound) else f"{bound:g}"): float(
            (since - slow) * (bound >= _USUAL_S) + slow * (bound >= _SLOWER_S)
        )
        for bound in _BOUNDS_S
    }
    total_s = (since - slow) * _USUAL_S + slow * _SLOWER_S
    return {**found, labels("count"): float(since), labels("sum"): total_s}


def _labels(name: str, is_new: bool, **more: str) -> Labels:  # noqa: FBT001 - of this file
    return Labels.of(__name__=name, job="shop", instance="web-new" if is_new else "web-old", **more)
