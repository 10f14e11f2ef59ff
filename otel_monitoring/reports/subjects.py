"""What somebody means who names a metric: an expression that shows how it moves.

A gauge is asked as it stands, a counter as its rate, a histogram as its 95th percentile; counters and
histograms are added up over the processes that counted. Whatever is no name of a metric is PromQL.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.ingest.names import DEFAULT_STRATEGY
from otel_monitoring.promql.builder import QUANTILES
from otel_monitoring.promql.catalogue import called, near
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.ingest.names import Strategy
    from otel_monitoring.model.sample import Metadata

AGGREGATIONS = ("value", "rate", "increase", "avg", *QUANTILES)
"""How a metric can be looked at."""

_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:./-]*").fullmatch
_LEAST_RATE_MS = 300_000
_OF_A_PROCESS = "instance, otel_scope_name, otel_scope_version, otel_scope_schema_url"
"""Labels that say which process counted, and with which library: nothing that people ask for."""
_DEFAULTS = {"counter": "rate", "histogram": "p95"}
_ALLOWED = {
    "counter": ("rate", "increase"),
    "histogram": ("rate", "avg", *QUANTILES),
    "gauge": ("value",),
    "unknown": ("value", "rate", "increase"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at.

    Attributes:
        name: How it is called: the Prometheus name of the metric, or the expression.
        expr: PromQL.
        unit: Of the values, in UCUM; empty where it is not known.
        aggregation: How the metric is looked at; empty of an expression.
    """

    name: str
    expr: str
    unit: str = ""
    aggregation: str = ""


class Subjects:
    """Find expressions for names.

    Args:
        metadata: What is known of the metrics, by Prometheus name.
        past_metadata: What the storage knows of metrics, where there is one: asked where memory does not.
        strategy: How names are translated.
    """

    def __init__(
        self,
        *,
        metadata: Callable[[], Mapping[str, Metadata]],
        past_metadata: Callable[[], Mapping[str, Metadata]] | None = None,
        strategy: Strategy = DEFAULT_STRATEGY,
    ) -> None:
        self._metadata = metadata
        self._past_metadata = past_metadata
        self._strategy = strategy

    def find(self, text: str, *, aggregation: str | None = None, step_ms: int = 0) -> Subject:
        """Return what a text means.

        Args:
            text: A name of Prometheus or of OpenTelemetry, or PromQL.
            aggregation: One of ``AGGREGATIONS``; ``None`` takes what suits the metric.
            step_ms: The distance of points; rates look back as far, five minutes at least.

        Raises:
            AnalysisError: The aggregation does not suit the metric, or there is no such metric.
        """
        known = self._known(text) if _NAME(text) else None
        if known is None:
            if aggregation:
                msg = f"aggregation {aggregation!r} with {text!r}: expected none, as that is no known metric"
                raise AnalysisError(msg, field="aggregation")
            if "." in text and _NAME(text):
                raise AnalysisError(self._unknown(text), field="metric")
            return Subject(text, text)
        wanted = aggregation or _DEFAULTS.get(known.type, "value")
        allowed = _ALLOWED[known.type]
        if wanted not in allowed:
            msg = f"aggregation {wanted!r} of {known.name}, a {known.type}: expected {', '.join(allowed)}"
            raise AnalysisError(msg, field="aggregation")
        return Subject(
            known.name, _expr(known, wanted, max(step_ms, _LEAST_RATE_MS)), _unit(known, wanted), wanted
        )

    def near(self, text: str) -> list[str]:
        """Return names of metrics that look like the text, the nearest first."""
        return near(text, self._metadata())

    def _unknown(self, name: str) -> str:
        """Return why a name of OpenTelemetry, which PromQL does not know, means nothing."""
        near = ", ".join(self.near(name))
        alike = f"; names that look alike: {near}" if near else ""
        return f"metric {name!r}: expected one that is known, or PromQL{alike}"

    def _known(self, name: str) -> Metadata | None:
        found = called(name, self._metadata(), strategy=self._strategy)
        if found is None and self._past_metadata is not None:
            with contextlib.suppress(StorageError):  # without it, the name is asked for as it is written
                found = called(name, self._past_metadata(), strategy=self._strategy)
        return found


def _expr(known: Metadata, aggregation: str, range_ms: int) -> str:
    name, window = known.name, f"[{range_ms}ms]"
    if aggregation == "value":
        return name
    if known.type != "histogram":
        return _summed(f"{aggregation}({name}{window})")
    if aggregation == "rate":
        return _summed(f"rate({name}_count{window})")
    if aggregation == "avg":
        return f"{_summed(f'rate({name}_sum{window})')} / {_summed(f'rate({name}_count{window})')}"
    return f"histogram_quantile({QUANTILES[aggregation]}, {_summed(f'rate({name}_bucket{window})')})"


def _summed(rate: str) -> str:
    return f"sum without ({_OF_A_PROCESS}) ({rate})"


def _unit(known: Metadata, aggregation: str) -> str:
    if aggregation != "rate":
        is_count = known.type == "counter" and known.unit == "1"
        return "" if is_count else known.unit  # a number of things is no share of anything
    return "1/s" if known.type == "histogram" else f"{known.unit or '1'}/s"
