"""Requests of a made-up shop, as a process collects what it counted of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.views.counting import Counting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

T_MS = 1_700_000_000_000
HOUR_MS = 3_600_000
BOUNDS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "+Inf")
DURATION = "http_server_request_duration_seconds"
SIZES = ("http_server_request_body_size_bytes", "http_server_response_body_size_bytes")


@dataclass
class Process:
    """One process of the shop: what it has counted since it began."""

    store: SeriesStore
    name: str = "a"
    began_ms: int = T_MS
    job: str = "shop"
    counts: Counter[Labels] = field(default_factory=Counter)
    measures_itself: bool = True

    def serve(
        self, route: str, seconds: float, *, times: int = 1, status: str = "200", method: str = "GET"
    ) -> None:
        """Count requests that took equally long and had bodies of 100 and 1,000 bytes."""
        of = {"http_request_method": method, "http_route": route, "http_response_status_code": status}
        for bound in BOUNDS:
            self.counts[self._named(f"{DURATION}_bucket", le=bound, **of)] += times * (
                seconds <= float(bound)
            )
        self._histogram(DURATION, seconds, times, of)
        for metric, size in zip(SIZES, (100.0, 1000.0), strict=True):
            self._histogram(metric, size, times, of)

    def query_database(self, seconds: float, *, times: int = 1) -> None:
        """Count operations of a database."""
        metric = "db_client_operation_duration_seconds"
        for bound in BOUNDS:
            self.counts[self._named(f"{metric}_bucket", le=bound)] += times * (seconds <= float(bound))
        self._histogram(metric, seconds, times, {})

    def collect(self, at_ms: int) -> None:
        """Append everything to the store."""
        found = {**self.counts, self._named("target_info"): 1.0}
        if self.measures_itself:
            found[self._named("process_uptime_seconds")] = (at_ms - self.began_ms) / 1000
        self._append(at_ms, found)

    def be_carried(self, at_ms: int) -> None:
        """Append what it had counted, as others do for a process that has ended."""
        self._append(at_ms, self.counts)

    def _append(self, at_ms: int, found: Mapping[Labels, float]) -> None:
        source = f"{self.job}/{self.name}"
        self.store.append(Batch(source, at_ms, list(found), [float(value) for value in found.values()]))

    def _histogram(self, metric: str, value: float, times: int, of: dict[str, str]) -> None:
        self.counts[self._named(f"{metric}_sum", **of)] += value * times  # type: ignore[assignment]
        self.counts[self._named(f"{metric}_count", **of)] += times

    def _named(self, name: str, **labels: str) -> Labels:
        return Labels.of(__name__=name, job=self.job, instance=self.name, **labels)


class Shop:
    """A store, an engine over it, and a time that passes in steps of 15 seconds."""

    def __init__(self) -> None:
        self.store = SeriesStore(interval_s=15)
        self.engine = Engine(self.store)
        self.counting = Counting(self.engine, exact_ms=24 * HOUR_MS)
        self.processes = [Process(self.store)]
        self.ended: list[Process] = []
        self.now_ms = T_MS

    @property
    def process(self) -> Process:
        """The process that began last."""
        return self.processes[-1]

    def begin(self, name: str) -> Process:
        """Let another process begin."""
        self.processes.append(Process(self.store, name, self.now_ms))
        return self.process

    def end(self) -> Process:
        """Let the process end that began last; what it counted is carried on."""
        self.ended.append(self.processes.pop())
        return self.ended[-1]

    def pass_time(self, seconds: int) -> None:
        for at_ms in self._times(seconds):
            self.now_ms = at_ms
            for process in self.processes:
                process.collect(at_ms)
            for process in self.ended:
                process.be_carried(at_ms)

    def _times(self, seconds: int) -> Iterator[int]:
        return iter(range(self.now_ms + 15_000, self.now_ms + seconds * 1000 + 1, 15_000))
