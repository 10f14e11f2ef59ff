"""A watch over a store, a minute at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from otel_monitoring.analytics.anomaly.bank import AnomalyBank
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.anomalies.watch import AnomalyWatch, Outlets
from otel_monitoring.reports.anomalies.watched import Watched
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

START_MS = 1_700_006_400_000
MINUTE_MS = 60_000
LOAD = Watched("load", "load")


@dataclass
class KeptInMemory:
    """What was learned, kept for the next watch."""

    records: list[dict[str, Any]] = field(default_factory=list)

    def load(self) -> list[dict[str, Any]]:
        return self.records

    def save(self, records: Iterable[Mapping[str, Any]]) -> None:
        self.records = [dict(one) for one in records]


class Watching:
    """A store that is filled, and the watch over it."""

    def __init__(
        self,
        *watched: Watched,
        states: KeptInMemory | None = None,
        max_series: int = 100,
        store: SeriesStore | None = None,
        now_ms: int = START_MS,
    ) -> None:
        self.store = store or SeriesStore(retention_s=86_400, interval_s=60)
        self.engine = Engine(self.store)
        self.told: list[tuple[str, str, Mapping[str, Any]]] = []
        self.told_ms: list[int] = []
        self.is_speaking = True
        self.now_ms = now_ms
        self.watch = AnomalyWatch(
            query=self.engine,
            watched=lambda: watched or (LOAD,),
            bank=lambda: AnomalyBank(capacity=8, method="zscore", deviations=8.0, minimum_weight=1.0),
            outlets=Outlets(record=self.store.append, tell=self._tell, states=states),
            is_speaking=lambda: self.is_speaking,
            max_series=max_series,
        )

    def minute(self, values: Mapping[Labels, float]) -> None:
        """Collect once, and let the watch look."""
        self.now_ms += MINUTE_MS
        self.store.append(Batch("self", self.now_ms, list(values), list(values.values())))
        self.watch.step(self.now_ms)

    def usual(self, minutes: int, *series: Labels, seed: int = 1) -> None:
        """Collect what is usual: about 100, give or take 5."""
        rng = np.random.default_rng(seed)
        for _ in range(minutes):
            self.minute({one: 100 + 5 * float(rng.standard_normal()) for one in series})

    def values(self, expr: str) -> dict[Labels, float]:
        """Return what an expression yields now."""
        return dict(self.engine(expr, self.now_ms).samples)

    def _tell(self, name: str, body: str, attributes: Mapping[str, Any], *, at_ms: int) -> None:
        assert at_ms == self.now_ms
        self.told.append((name, body, attributes))
        self.told_ms.append(at_ms)


def series(**labels: str) -> Labels:
    return Labels.of(__name__="load", **labels)
