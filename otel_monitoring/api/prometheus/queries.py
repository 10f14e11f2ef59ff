"""``query``, ``query_range`` and ``format_query``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from otel_monitoring.api.prometheus import encode
from otel_monitoring.api.prometheus.answer import ApiError, success
from otel_monitoring.api.prometheus.parameters import invalid
from otel_monitoring.errors import QueryError, QueryTimeoutError

if TYPE_CHECKING:
    from starlette.responses import Response

    from otel_monitoring.api.prometheus.parameters import Parameters
    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.promql.result import Result

_STEPS_MAX = 11_000
_TRUNCATED = "results truncated due to limit"


def instant(sources: Sources, given: Parameters) -> Response:
    """Answer ``query``."""
    limit = given.limit()
    at_ms = given.time_ms("time", sources.clock.now_ms())
    _check_timeout(given)
    expr = _checked(sources, given)
    return _answer(_asked(sources, expr, at_ms), limit=limit)


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
    _check_timeout(given)
    expr = _checked(sources, given)
    return _answer(_asked(sources, expr, start_ms, end_ms, step_ms), limit=limit)


def formatted(sources: Sources, given: Parameters) -> Response:
    """Answer ``format_query``."""
    try:
        return success(sources.format(given.get("query")))
    except QueryError as error:
        raise invalid(name="query", reason=str(error)) from None


def _check_timeout(given: Parameters) -> None:
    if given.get("timeout"):
        given.duration_ms("timeout")


def _checked(sources: Sources, given: Parameters) -> str:
    expr = given.get("query")
    try:
        sources.parse(expr)
    except QueryError as error:
        raise invalid(name="query", reason=str(error)) from None
    return expr


def _asked(sources: Sources, expr: str, *when_ms: int) -> Result:
    try:
        return sources.query(expr, *when_ms)
    except QueryTimeoutError as error:
        raise ApiError(str(error), kind="timeout") from None
    except QueryError as error:
        if "invalid expression type" in str(error):
            raise invalid(name="query", reason=str(error)) from None
        raise ApiError(str(error), kind="execution") from None


def _answer(found: Result, *, limit: int) -> Response:
    warnings: list[Any] = list(found.warnings)
    if limit and max(len(found.samples), len(found.series)) > limit:
        found = replace(found, samples=found.samples[:limit], series=found.series[:limit])
        warnings.append(_TRUNCATED)
    return success(encode.result(found), warnings=warnings, infos=found.infos)
