"""What OpenSLO calls an indicator: a ratio of two metrics, or a metric with a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.document import Fields
from otel_monitoring.errors import RuleError
from otel_monitoring.reports.slos.indicator import Ratio

if TYPE_CHECKING:
    from otel_monitoring.alerts.rules.document import Problems

_SPEC = ("description", "thresholdMetric", "ratioMetric")
_RATIO = ("counter", "good", "bad", "total", "raw", "rawType")
_SOURCE = ("metricSourceRef", "type", "spec")
_QUERIES = ("query", "promql")
_PROMETHEUS = "prometheus"


def indicator(named: Fields, *, problems: Problems) -> Ratio | str | None:
    """Return a ratio, or the query of a metric with a threshold; ``None`` where it cannot be used.

    Args:
        named: Its metadata and specification.
        problems: Where to put what is wrong.
    """
    if not named.has("spec"):
        problems.add(named.node, "spec is missing in an indicator")
        return None
    spec = Fields(named.value("spec"), what="spec of an indicator", known=_SPEC, problems=problems)
    if spec.has("thresholdMetric"):
        return _query(spec, "thresholdMetric", problems) or None
    if spec.has("ratioMetric"):
        return _ratio(spec, problems)
    problems.add(spec.node, "expected thresholdMetric or ratioMetric in spec of an indicator")
    return None


def _ratio(spec: Fields, problems: Problems) -> Ratio | None:
    fields = Fields(spec.value("ratioMetric"), what="ratioMetric", known=_RATIO, problems=problems)
    if fields.has("raw"):
        told = "raw says no number of events: expected total, with good or bad"
        problems.add(fields.key("raw"), told)
        return None
    before = len(problems.found)
    queries = {name: _query(fields, name, problems) for name in ("total", "good", "bad") if fields.has(name)}
    if len(problems.found) > before:
        return None
    counts = fields.text("counter").lower() != "false"
    try:
        return Ratio(
            total=queries.get("total", ""),
            good=queries.get("good", ""),
            bad="" if "good" in queries else queries.get("bad", ""),
            kind="counter" if counts else "gauge",
        )
    except RuleError as error:
        problems.add(fields.node, str(error))
        return None


def _query(fields: Fields, name: str, problems: Problems) -> str:
    """Return the query of a metric; empty where it is none that a Prometheus answers."""
    metric = Fields(fields.value(name), what=name, known=("metricSource",), problems=problems)
    if not metric.has("metricSource"):
        problems.add(metric.node, f"metricSource is missing in {name}")
        return ""
    source = Fields(metric.value("metricSource"), what="metricSource", known=_SOURCE, problems=problems)
    if source.has("type") and source.text("type").lower() != _PROMETHEUS:
        told = f"type is {source.text('type')!r}: expected Prometheus, whose language is spoken here"
        problems.add(source.value("type"), told)
        return ""
    spec = Fields(
        source.value("spec"),
        what="spec of a metricSource",
        known=_QUERIES,
        problems=problems,
        ignore_unknown=True,
    )
    query = next((spec.text(word) for word in _QUERIES if spec.has(word)), "")
    if not query:
        problems.add(source.value("spec"), f"query is missing in spec of the metricSource of {name}")
    return query
