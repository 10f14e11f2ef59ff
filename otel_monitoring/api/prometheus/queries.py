"""``query``, ``query_range``, ``format_query`` and ``parse_query``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.api.prometheus import encode
from otel_monitoring.api.prometheus.answer import ApiError, success
from otel_monitoring.api.prometheus.parameters import invalid
from otel_monitoring.api.prometheus.tree import tree
from otel_monitoring.errors import QueryError, QueryTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.responses import Response

    from otel_monitoring.api.prometheus.parameters import Parameters
    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.promql.query import Query
    from otel_monitoring.promql.result import Result

_STEPS_MAX = 11_000
_NOTES_MAX = 10
_SAMPLES = ("totalQueryableSamples", "samplesRead", "peakSamples")
_STATS = ("true", "all")
_OLD_STATS = (
    'value "{}" for parameter "stats" is deprecated and will be rejected in the next major release, '
    'use "true" or "all"'
)
_TRUNCATED = "results truncated due to limit"


def instant(sources: Sources, given: Parameters) -> Response:
    """Answer ``query``."""
    limit = given.limit()
    at_ms = given.time_ms("time", sources.clock.now_ms())
    query = _query(sources, given)
    expr = _checked(sources, given)
    return _answer(sources, given, limit=limit, ask=lambda: _asked(query, expr, at_ms))


def ranged(sources: Sources, given: Parameters) -> Response:
    """Answer ``query_range``."""
    limit = given.limit()
    start_ms, end_ms = given.time_ms("start"), given.time_ms("end")
    if end_ms < start_ms:
        raise invalid(name="end", reason="end timestamp must not be before start time")
    step_ms = given.duration_ms("step")
    if step_ms <= 0:
        reason = "zero or negative query resolution step widths are not accepted. Try a positive integer"
        raise invalid(name="step", reason=reason)
    if (end_ms - start_ms) // step_ms > _STEPS_MAX:
        msg = (
            "exceeded maximum resolution of 11,000 points per timeseries. "
            "Try decreasing the query resolution (?step=XX)"
        )
        raise ApiError(msg)
    query = _query(sources, given)
    expr = _checked(sources, given)
    return _answer(sources, given, limit=limit, ask=lambda: _asked(query, expr, start_ms, end_ms, step_ms))


def formatted(sources: Sources, given: Parameters) -> Response:
    """Answer ``format_query``."""
    try:
        return success(sources.format(given.get("query")))
    except QueryError as error:
        raise invalid(name="query", reason=str(error)) from None


def parsed(sources: Sources, given: Parameters) -> Response:
    """Answer ``parse_query``."""
    expr = given.get("query")
    try:
        return success(tree(sources.parse(expr), expr))
    except QueryError as error:
        raise invalid(name="query", reason=str(error)) from None


def _query(sources: Sources, given: Parameters) -> Query:
    """Return who is asked, under the limits that the request sets; no look-back is the usual one."""
    timeout_ms = given.duration_ms("timeout") if given.get("timeout") else None
    lookback_ms = _lookback_ms(given)
    if timeout_ms is not None and timeout_ms <= 0:
        msg = "query timed out in query execution: the timeout leaves no time"
        raise ApiError(msg, kind="timeout")
    if timeout_ms is None and lookback_ms is None:
        return sources.query
    return sources.tune(timeout_s=None if timeout_ms is None else timeout_ms / 1000, lookback_ms=lookback_ms)


def _lookback_ms(given: Parameters) -> int | None:
    if not given.get("lookback_delta"):
        return None
    try:
        lookback_ms = given.duration_ms("lookback_delta")
    except ApiError as error:
        msg = f"error parsing lookback delta duration: {str(error).partition(': ')[2]}"
        raise ApiError(msg) from None
    return lookback_ms if lookback_ms > 0 else None


def _checked(sources: Sources, given: Parameters) -> str:
    expr = given.get("query")
    try:
        sources.parse(expr)
    except QueryError as error:
        raise invalid(name="query", reason=str(error)) from None
    return expr


def _asked(query: Query, expr: str, *when_ms: int) -> Result:
    try:
        return query(expr, *when_ms)
    except QueryTimeoutError as error:
        raise ApiError(str(error), kind="timeout") from None
    except QueryError as error:
        if "invalid expression type" in str(error):
            raise invalid(name="query", reason=str(error)) from None
        raise ApiError(str(error), kind="execution") from None


def _answer(sources: Sources, given: Parameters, *, limit: int, ask: Callable[[], Result]) -> Response:
    began_s = sources.clock.monotonic_s()
    found = ask()
    took_s = sources.clock.monotonic_s() - began_s
    warnings = _few(found.warnings, "warning")
    if limit and max(len(found.samples), len(found.series)) > limit:
        found = replace(found, samples=found.samples[:limit], series=found.series[:limit])
        warnings.append(_TRUNCATED)
    stats = given.get("stats")
    if stats and stats not in _STATS:
        warnings.append(_OLD_STATS.format(stats))
    data = encode.result(found, stats=_stats(found, took_s) if stats else None)
    return success(data, warnings=warnings, infos=_few(found.infos, "info"), tiers=found.tiers)


def _few(notes: Sequence[str], kind: str) -> list[str]:
    """Return the first notes, and how many more there are."""
    left_out = len(notes) - _NOTES_MAX
    more = [f"{left_out} more {kind} annotations omitted"] if left_out > 0 else []
    return [*notes[:_NOTES_MAX], *more]


def _stats(found: Result, took_s: float) -> dict[str, dict[str, float]]:
    """Return what a query cost; we do not tell its phases apart."""
    parts = ("resultSortTime", "queryPreparationTime", "execQueueTime")
    whole = ("evalTotalTime", "innerEvalTime", "execTotalTime")
    return {
        "timings": {**dict.fromkeys(whole, took_s), **dict.fromkeys(parts, 0.0)},
        "samples": dict.fromkeys(_SAMPLES, found.samples_read),
    }
