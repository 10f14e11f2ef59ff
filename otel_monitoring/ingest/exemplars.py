"""The SDK's exemplars as those of Prometheus series: which measurement, in which trace, made the number."""

from __future__ import annotations

import math
from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from otel_monitoring.ingest.names import DEFAULT_STRATEGY, labels_of
from otel_monitoring.model.labels import Labels
from otel_monitoring.stores.exemplars import Exemplar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from otel_monitoring.ingest.names import Strategy

_exemplars_of = attrgetter("exemplars")
_SUM_AND_COUNT = 2
_NS_PER_MS = 1_000_000


class ExemplarTap:
    """Hand over the exemplars of points; costs next to nothing where there are none.

    Args:
        put: Keeps one exemplar of a series; ``ExemplarStore.put`` is one.
        strategy: How the names of attributes are translated.
        redact: Takes what must not be kept out of attributes.
    """

    def __init__(
        self,
        *,
        put: Callable[[Labels, Exemplar], object],
        strategy: Strategy = DEFAULT_STRATEGY,
        redact: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
    ) -> None:
        self._put = put
        self._strategy: Strategy = strategy
        self._redact = redact

    def take(self, points: Sequence[Any], labels: Sequence[Labels]) -> None:
        """Hand over the exemplars of the points of one metric.

        Args:
            points: The data points, as the SDK collected them.
            labels: The label sets of all series of all points, equally many of each point: one, or those of
                the buckets by ascending bound, the sum and the count.
        """
        if not labels or not any(map(_exemplars_of, points)):
            return
        width = len(labels) // len(points)
        bounds = [float(one.get("le")) for one in labels[: max(0, width - _SUM_AND_COUNT)]]
        for at, point in enumerate(points):
            for measured in point.exemplars or ():
                if not math.isnan(measured.value):
                    bucket = bisect_left(bounds, measured.value)
                    self._hand_over(labels[at * width + bucket], measured)

    def _hand_over(self, series: Labels, measured: Any) -> None:
        labels = labels_of(self._redact(measured.filtered_attributes or {}).items(), strategy=self._strategy)
        if measured.trace_id:
            labels["trace_id"] = f"{measured.trace_id:032x}"
        if measured.span_id:
            labels["span_id"] = f"{measured.span_id:016x}"
        if labels:
            time_ms = measured.time_unix_nano // _NS_PER_MS
            self._put(series, Exemplar(Labels.of(labels), float(measured.value), time_ms))
