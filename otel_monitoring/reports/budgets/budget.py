"""A performance budget: a figure of an endpoint and the most that it may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from otel_monitoring.reports.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Mapping

Figure = Literal["p50", "p90", "p95", "p99", "mean", "errors"]

EVERY = "*"
"""Stands for each endpoint that has no budget of its own for the same figure."""

_TERM = re.compile(r"(p50|p90|p95|p99|mean|errors)\s*<=?\s*(\d+\.?\d*|\.\d+)\s*(ms|s|%)", re.IGNORECASE)
_AND = re.compile(r"\s*;\s*|\s+and\s+", re.IGNORECASE)
_ENDPOINT = re.compile(r"(?:([A-Z]+)\s+)?(/\S*)")
_UNITS = {"ms": 0.001, "s": 1.0, "%": 0.01}
_METRIC = "http_server_request_duration_seconds"
_BY = "job, http_request_method, http_route"


@dataclass(frozen=True, slots=True)
class Budget:
    """A figure of an endpoint and the most that it may be.

    Attributes:
        method: Such as ``GET``; empty for any.
        route: Such as ``/cart``; empty for every endpoint that has no budget of its own.
        figure: A percentile or the mean of durations, or the share of requests that fail.
        most: In seconds, or as a share from 0 to 1.
    """

    method: str
    route: str
    figure: Figure
    most: float

    @property
    def endpoint(self) -> str:
        """How people name it: ``GET /cart``, ``/cart`` or ``*``."""
        return f"{self.method} {self.route}".strip() or EVERY

    @property
    def unit(self) -> str:
        """The unit of the figure, in UCUM."""
        return "1" if self.figure == "errors" else "s"

    def covers(self, method: str, route: str) -> bool:
        """Tell whether it is about an endpoint, those of their own aside."""
        return self.route in ("", route) and self.method in ("", method)

    def expr(self, range_ms: int) -> str:
        """Return PromQL of the figure, a series for each endpoint.

        Args:
            range_ms: How far rates look back, in milliseconds.
        """
        window = f"[{range_ms}ms]"
        if self.figure == "errors":
            failed = self._sum("_count", window, 'http_response_status_code=~"5.."')
            total = self._sum("_count", window)
            return f"({failed} or 0 * {total}) / ({total} > 0)"
        if self.figure == "mean":
            return f"{self._sum('_sum', window)} / ({self._sum('_count', window)} > 0)"
        buckets = self._sum("_bucket", window, by=f"{_BY}, le")
        return f"histogram_quantile({int(self.figure[1:]) / 100:g}, {buckets})"

    def selector(self, *more: str) -> str:
        """Return the matchers of its endpoint, in braces."""
        own = [("http_request_method", self.method), ("http_route", self.route)]
        return f"{{{', '.join([*(f'{name}={_quoted(text)}' for name, text in own if text), *more])}}}"

    def _sum(self, suffix: str, window: str, *more: str, by: str = _BY) -> str:
        return f"sum by ({by}) (rate({_METRIC}{suffix}{self.selector(*more)}{window}))"


def parse_budgets(texts: Mapping[str, str]) -> list[Budget]:
    """Return the budgets that a table states.

    Args:
        texts: By endpoint (``GET /cart``, ``/cart`` for any method, ``*`` for all others), such as
            ``p95 < 300ms and errors < 1%``.

    Raises:
        AnalysisError: A text is no endpoint or no budget.
    """
    return [
        _budget(endpoint, term)
        for endpoint, text in texts.items()
        for term in _AND.split(text.strip().strip(";"))
    ]


def _budget(endpoint: str, term: str) -> Budget:
    found, where = _TERM.fullmatch(term.strip()), _ENDPOINT.fullmatch(endpoint.strip())
    if where is None and endpoint.strip() != EVERY:
        msg = f"budget of {endpoint!r}: expected an endpoint such as 'GET /cart', or '*'"
        raise AnalysisError(msg, field="budgets")
    if found is None or (found[1].lower() == "errors") != (found[3] == "%"):
        msg = (
            f"budget {term!r} of {endpoint!r}: expected such as 'p95 < 300ms', 'mean < 0.2s' or 'errors < 1%'"
        )
        raise AnalysisError(msg, field="budgets")
    method, route = ("", "") if where is None else (where[1] or "", where[2])
    most = float(found[2]) * _UNITS[found[3].lower()]
    return Budget(method, route, cast("Figure", found[1].lower()), most)


def own_budgets(budget: Budget, budgets: list[Budget]) -> list[Budget]:
    """Return the budgets of single endpoints that take the place of one that is for all."""
    if budget.route:
        return []
    return [one for one in budgets if one.route and one.figure == budget.figure]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
