"""``features``: what of Prometheus there is here, so that editors offer no function that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.api.prometheus.answer import success
from otel_monitoring.promql.language import experimental
from otel_monitoring.promql.language.precedence import PRECEDENCE
from otel_monitoring.promql.language.signatures import AGGREGATIONS

if TYPE_CHECKING:
    from starlette.responses import Response

    from otel_monitoring.api.prometheus.parameters import Parameters
    from otel_monitoring.api.prometheus.sources import Sources

_THERE = {
    "api": (
        "exclude_alerts label_values_match query_stats query_warnings time_range_labels time_range_series"
    ),
    "promql": (
        "at_modifier bool by duration_expr group_left group_right ignoring negative_offset offset on "
        "per_query_lookback_delta subqueries without"
    ),
    "rules": "keep_firing_for",
}
_MISSING = {
    "api": "admin lifecycle otlp_write_receiver remote_write_receiver search",
    "promql": "delayed_name_removal per_step_stats type_and_unit_labels",
    "rules": "concurrent_rule_eval",
    "tsdb": "native_histograms",
}
_MATCHERS = ("=~", "!~", "@")


def features(sources: Sources, _given: Parameters) -> Response:
    """Answer ``features``; functions behind a flag are there where the setting allows them."""
    from otel_monitoring.promql.functions.table import FUNCTIONS

    also = sources.experimental
    found = {group: dict.fromkeys(names.split(), False) for group, names in _MISSING.items()}
    for group, names in _THERE.items():
        found[group] |= dict.fromkeys(names.split(), True)
    found["tsdb"]["exemplar_storage"] = sources.exemplars is not None
    found["promql_functions"] = {name: also or name not in experimental.FUNCTIONS for name in FUNCTIONS}
    found["promql_operators"] = {
        **dict.fromkeys((*PRECEDENCE, *_MATCHERS), True),
        **{name: also or name not in experimental.AGGREGATIONS for name in AGGREGATIONS},
    }
    return success({group: dict(sorted(names.items())) for group, names in sorted(found.items())})
