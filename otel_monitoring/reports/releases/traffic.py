"""What endpoints did over a time: requests by slots of time and buckets of duration, and how many failed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.comparison.shares import Trials
from otel_monitoring.analytics.comparison.slots import Slots
from otel_monitoring.reports.asking import Track, tracks
from otel_monitoring.views.histograms import by_bound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.asking import Window
    from otel_monitoring.reports.releases.versions import Release

_METRIC = "http_server_request_duration_seconds"
_BY = ("job", "http_request_method", "http_route")
_LE = "le"
_SLOTS_MS = (60_000, 300_000, 900_000, 3_600_000)
_MOST_SLOTS = 200
_COLLECTIONS = 4


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Which requests.

    Attributes:
        job: The service.
        method: Such as ``GET``.
        route: Such as ``/cart/{id}``.
    """

    job: str
    method: str
    route: str

    @property
    def name(self) -> str:
        """How people call it: ``GET /cart/{id}``."""
        return f"{self.method} {self.route}".strip()


@dataclass(frozen=True, slots=True)
class Traffic:
    """What an endpoint did over a time.

    Attributes:
        bounds_s: The upper bounds of all buckets but the last, in seconds, shape (b - 1,).
        slots: Requests by slot and bucket.
        failures: How many of them failed.
        rate: Requests a second.
    """

    bounds_s: NDArray[np.float64]
    slots: Slots
    failures: Trials
    rate: float


def slot_ms(span_ms: int, *, interval_ms: int) -> int:
    """Return how long slots are for a span: a minute at least, and four collections."""
    least = max(_COLLECTIONS * interval_ms, span_ms // _MOST_SLOTS)
    return next((slot for slot in _SLOTS_MS if slot >= least), _SLOTS_MS[-1])


def traffic(query: Query, window: Window, release: Release | None = None) -> dict[Endpoint, Traffic]:
    """Return what each endpoint did.

    Args:
        query: Answers PromQL.
        window: Its steps are the slots.
        release: Only what processes of this version did; ``None`` for all.

    Raises:
        QueryError: It cannot be asked for.
    """
    window = replace(
        window, start_ms=window.start_ms + window.step_ms
    )  # a step stands for the slot before it
    buckets: dict[Endpoint, list[Track]] = {}
    for track in tracks(query, _expr("_bucket", window, release, more=f", {_LE}"), window):
        buckets.setdefault(_endpoint(track), []).append(track)
    sums = {_endpoint(one): one.values for one in tracks(query, _expr("_sum", window, release), window)}
    failed = _expr("_count", window, release, only='http_response_status_code=~"5.."')
    failures = {_endpoint(one): one.values for one in tracks(query, failed, window)}
    nothing = np.full(len(window.times_ms), np.nan)
    return {
        endpoint: _traffic(found, sums.get(endpoint, nothing), failures.get(endpoint, nothing), window)
        for endpoint, found in buckets.items()
    }


def _expr(suffix: str, window: Window, release: Release | None, *, more: str = "", only: str = "") -> str:
    labels = [only] if only else []
    of = ""
    if release is not None:
        labels.append(f"job={_quoted(release.job)}")
        version = f"{{job={_quoted(release.job)}, service_version={_quoted(release.version)}}}"
        of = f" and on (job, instance) target_info{version}"
    selector = f"{_METRIC}{suffix}{{{', '.join(labels)}}}"
    return f"sum by ({', '.join(_BY)}{more}) (increase({selector}[{window.step_ms}ms]){of})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _endpoint(track: Track) -> Endpoint:
    return Endpoint(*(track.labels.get(name) for name in _BY))


def _traffic(
    found: Iterable[Track], sums: NDArray[np.float64], failures: NDArray[np.float64], window: Window
) -> Traffic:
    bounds, total = by_bound((_bound(le), one.values) for one in found if (le := one.labels.get(_LE)))
    bounds, total = bounds[np.isfinite(bounds)], total.T
    buckets = np.diff(np.concatenate([np.zeros((len(total), 1)), total], axis=1), axis=1)
    slots = Slots(buckets, sums)
    counts = slots.counts
    # A label set that never failed has no series: what is missing where there were requests is 0.
    failed = np.where(np.isfinite(counts) & ~np.isfinite(failures), 0.0, failures)
    span_s = len(counts) * window.step_ms / 1000
    rate = float(np.nansum(counts)) / span_s if span_s else float("nan")
    return Traffic(bounds, slots, Trials(failed, counts), rate)


def _bound(text: str) -> float:
    return math.inf if text in ("+Inf", "Inf") else float(text)
