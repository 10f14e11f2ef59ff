"""The series that are recorded for each service level, by name and in PromQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.durations import format_duration
from otel_monitoring.reports.slos.indicator import Looks

if TYPE_CHECKING:
    from otel_monitoring.reports.slos.slo import SLO

TILE_MS = 300_000
"""How long the stretches are in which events are counted for good."""

TOTAL = "slo:events:sum5m"
BAD = "slo:bad_events:sum5m"
OBJECTIVE = "slo:objective:ratio"
BURN_RATE = "slo:current_burn_rate:ratio"
REMAINING = "slo:error_budget_remaining:ratio"
LOOK = "slo:bad_look:bool"


def rate_name(window_ms: int) -> str:
    """Return the name of the series of events a second over a window."""
    return f"slo:events:rate{format_duration(window_ms)}"


def error_name(window_ms: int) -> str:
    """Return the name of the series of the share of bad events over a window."""
    return f"slo:sli_error:ratio_rate{format_duration(window_ms)}"


def rate_expr(slo: SLO, window_ms: int) -> str:
    """Return PromQL of the events a second over a window."""
    if isinstance(slo.sli, Looks):
        return f"count_over_time({LOOK}{slo.selector}[{format_duration(window_ms)}]) / {window_ms / 1000:g}"
    return slo.sli.events(window_ms)


def error_expr(slo: SLO, window_ms: int) -> str:
    """Return PromQL of the share of bad events over a window, from what is recorded of all events."""
    if isinstance(slo.sli, Looks):
        return f"avg_over_time({LOOK}{slo.selector}[{format_duration(window_ms)}])"
    ignoring = f"ignoring ({', '.join(slo.own_labels)})"
    return slo.sli.errors(window_ms, events=f"{rate_name(window_ms)}{slo.selector}", matching=ignoring)


def unrecorded(slo: SLO, window_ms: int) -> tuple[str, str] | None:
    """Return PromQL of events and of bad events in a window, from what is measured alone.

    Nothing is returned where looks are counted: nobody looked before.
    """
    if isinstance(slo.sli, Looks):
        return None
    rate, seconds = f"({slo.sli.events(window_ms)})", window_ms / 1000
    errors = slo.sli.errors(window_ms, events=rate)
    return f"sum({rate} * {seconds:g})", f"sum(({errors}) * {rate} * {seconds:g})"
