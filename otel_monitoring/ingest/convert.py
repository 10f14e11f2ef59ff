"""The SDK's metrics as samples of Prometheus series.

What a point is called is worked out once: the SDK hands over the same attributes object for the same
aggregation at every collection, so a metric whose points are those of last time reuses its label sets, and a
batch whose metrics all do so reuses the whole tuple, which the store recognises by identity in turn.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np
from opentelemetry.sdk.metrics.export import ExponentialHistogram

from otel_monitoring.errors import StoreError
from otel_monitoring.ingest.exponential import DEFAULT_BOUNDS
from otel_monitoring.ingest.names import DEFAULT_STRATEGY, labels_of, metric_name
from otel_monitoring.ingest.plans import (
    COLLECTIONS_REMEMBERED,
    ExponentialPlan,
    HistogramPlan,
    NumberPlan,
    RefusedPlan,
)
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.model.sample import Batch, Metadata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from opentelemetry.sdk.metrics.export import Metric, MetricsData
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    from otel_monitoring.ingest.exemplars import ExemplarTap
    from otel_monitoring.ingest.names import MetricKind, Strategy
    from otel_monitoring.ingest.plans import Plan, Redact

_log = logging.getLogger(__name__)

IDENTIFYING = ("service.namespace", "service.name", "service.instance.id")
"""The resource attributes that become ``job`` and ``instance``."""


class Converter:
    """Turn what one reader collects into batches for the series store; used by one thread at a time.

    Args:
        strategy: How names are translated.
        scope_labels: Whether ``otel_scope_name`` and its kin are put on every series. Rules that aggregate
            with ``without`` or match with ``ignoring`` or ``on ()`` see them; rules with ``by`` do not.
        promote: Resource attributes that are put on every series.
        exponential_bounds: The upper bounds, ascending, that exponential histograms are counted into.
        source: The name of the source of the batches.
        redact: Takes what must not be kept out of attributes, before they become labels.
        exemplars: Hears the points and their label sets, if exemplars are kept.
    """

    def __init__(
        self,
        *,
        strategy: Strategy = DEFAULT_STRATEGY,
        scope_labels: bool = True,
        promote: Sequence[str] = (),
        exponential_bounds: Sequence[float] = DEFAULT_BOUNDS,
        source: str = "self",
        redact: Redact = dict,
        exemplars: ExemplarTap | None = None,
    ) -> None:
        self._strategy: Strategy = strategy
        self._scope_labels = scope_labels
        self._promote = tuple(promote)
        self._bounds = tuple(exponential_bounds)
        self._source = source
        self._redact = redact
        self._exemplars = exemplars
        self._plans: dict[tuple[object, ...], Plan] = {}
        self._infos: dict[int, tuple[Resource, dict[str, str], tuple[Labels, ...]]] = {}
        self._collection = 0
        self._layout = _Layout()
        self._counts: Counter[str] = Counter()

    def convert(self, metrics_data: MetricsData | None, time_ms: int) -> Batch:
        """Return one collection as a batch.

        Args:
            metrics_data: What the SDK collected, cumulative; ``None`` when there was nothing.
            time_ms: Unix time of the collection in milliseconds.
        """
        self._collection += 1
        used: list[Plan] = []
        parts: list[tuple[Labels, ...]] = []
        values: list[NDArray[np.float64]] = []
        for resource_metrics in metrics_data.resource_metrics if metrics_data is not None else ():
            shared, info = self._resource(resource_metrics.resource)
            parts.append(info)
            values.append(np.ones(len(info)))
            for scope_metrics in resource_metrics.scope_metrics:
                scope = scope_metrics.scope
                for metric in scope_metrics.metrics:
                    plan = self._plan(metric, scope=scope, resource=resource_metrics.resource, shared=shared)
                    parts.append(plan.labels(metric.data.data_points, collection=self._collection))
                    if self._exemplars is not None:
                        self._exemplars.take(metric.data.data_points, parts[-1])
                    values.append(plan.values(metric.data.data_points))
                    used.append(plan)
        self._evict()
        return self._batch(time_ms, parts, values, used)

    def stats(self) -> dict[str, float]:
        """Return how many metrics were refused and how many samples repeated a label set."""
        return {"metrics_refused": self._counts["metrics_refused"], "duplicates": self._counts["duplicates"]}

    def _batch(
        self,
        time_ms: int,
        parts: list[tuple[Labels, ...]],
        values: list[NDArray[np.float64]],
        used: list[Plan],
    ) -> Batch:
        layout = self._layout
        if len(layout.parts) != len(parts) or not all(map(is_, layout.parts, parts)):
            layout = self._layout = _Layout.of(parts, used)
        column = np.concatenate(values) if values else np.empty(0)
        if layout.kept is not None:
            self._counts["duplicates"] += len(column) - len(layout.kept)
            column = column[layout.kept]
        return Batch(self._source, time_ms, layout.labels, column, layout.metadata)

    def _plan(
        self, metric: Metric, *, scope: InstrumentationScope, resource: Resource, shared: dict[str, str]
    ) -> Plan:
        data = metric.data
        key = (id(resource), scope, metric.name, metric.unit, type(data), getattr(data, "is_monotonic", None))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._new_plan(metric, scope=scope, shared=shared)
            plan.resource = resource
            plan.redact = self._redact
            self._plans[key] = plan
        plan.seen = self._collection
        return plan

    def _new_plan(self, metric: Metric, *, scope: InstrumentationScope, shared: dict[str, str]) -> Plan:
        kind = _kind(metric.data)
        fixed = {**(self._scope(scope) if self._scope_labels else {}), **shared}
        try:
            name = metric_name(metric.name, unit=metric.unit or "", kind=kind, strategy=self._strategy)
        except StoreError as error:
            self._counts["metrics_refused"] += 1
            _log.warning("not kept: %s", error)
            return RefusedPlan(Metadata("", "unknown", "", ""), fixed=fixed, strategy=self._strategy)
        metadata = Metadata(
            name, "gauge" if kind == "updown" else kind, metric.description or "", metric.unit or ""
        )
        if kind != "histogram":
            return NumberPlan(metadata, fixed=fixed, strategy=self._strategy)
        if isinstance(metric.data, ExponentialHistogram):
            return ExponentialPlan(metadata, fixed=fixed, strategy=self._strategy, bounds=self._bounds)
        return HistogramPlan(metadata, fixed=fixed, strategy=self._strategy)

    def _scope(self, scope: InstrumentationScope) -> dict[str, str]:
        own = {
            "otel_scope_name": scope.name or "",
            "otel_scope_version": scope.version or "",
            "otel_scope_schema_url": scope.schema_url or "",
        }
        attributes = labels_of(self._redact(scope.attributes or {}).items(), strategy=self._strategy)
        return {**{f"otel_scope_{name}": value for name, value in attributes.items()}, **own}

    def _resource(self, resource: Resource) -> tuple[dict[str, str], tuple[Labels, ...]]:
        known = self._infos.get(id(resource))
        if known is None:
            if len(self._infos) >= COLLECTIONS_REMEMBERED:
                self._infos.pop(next(iter(self._infos)))
            attributes = self._redact(resource.attributes)
            identity = identity_labels(attributes)
            promoted = labels_of(
                ((key, attributes[key]) for key in self._promote if key in attributes),
                strategy=self._strategy,
            )
            info = target_info(attributes, strategy=self._strategy)
            infos = () if info is None else (info,)
            known = self._infos[id(resource)] = (resource, {**promoted, **identity}, infos)
        return known[1], known[2]

    def _evict(self) -> None:
        oldest = self._collection - COLLECTIONS_REMEMBERED
        for key in [key for key, plan in self._plans.items() if plan.seen < oldest]:
            del self._plans[key]


def identity_labels(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return ``job`` and ``instance`` of a resource; one that is not known is left out."""
    namespace, name, instance = (str(attributes.get(key) or "") for key in IDENTIFYING)
    job = f"{namespace}/{name}" if namespace and name else name
    return {key: value for key, value in (("job", job), ("instance", instance)) if value}


def target_info(attributes: Mapping[str, Any], *, strategy: Strategy = DEFAULT_STRATEGY) -> Labels | None:
    """Return the label set of ``target_info``; ``None`` when there is nothing but the identity."""
    rest = [(key, value) for key, value in attributes.items() if key not in IDENTIFYING]
    labels = labels_of(rest, strategy=strategy)
    if not labels:
        return None
    return Labels.of({**labels, **identity_labels(attributes), NAME: "target_info"})


def _kind(data: Any) -> MetricKind:
    if hasattr(data, "is_monotonic"):
        return "counter" if data.is_monotonic else "updown"
    return "histogram" if hasattr(data, "aggregation_temporality") else "gauge"


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the label sets of the metrics make up those of a batch, without repetition."""

    parts: list[tuple[Labels, ...]] = field(default_factory=list)
    labels: tuple[Labels, ...] = ()
    kept: NDArray[np.intp] | None = None
    metadata: tuple[Metadata, ...] = ()

    @classmethod
    def of(cls, parts: list[tuple[Labels, ...]], used: list[Plan]) -> _Layout:
        every = list(chain.from_iterable(parts))
        place: dict[Labels, int] = {}
        for at, label_set in enumerate(every):
            place.setdefault(label_set, at)
        kept = None if len(place) == len(every) else np.array(list(place.values()), dtype=np.intp)
        metadata = {plan.metadata.name: plan.metadata for plan in used if plan.metadata.name}
        return cls(parts, tuple(place), kept, tuple(metadata.values()))
