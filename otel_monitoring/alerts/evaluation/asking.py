"""What a rule asks of whoever answers PromQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.errors import QueryError
from otel_monitoring.model.alert import Breach
from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.promql.query import Query


class Asking:
    """Answer the expressions of rules: a :class:`~otel_monitoring.alerts.evaluation.rule_run.Query`.

    Args:
        query: Our own engine, or a Prometheus.
    """

    def __init__(self, query: Query) -> None:
        self._query = query

    def __call__(self, expr: str, at_ms: int, /) -> Sequence[Breach]:
        """Return the elements of the result at ``at_ms``; a scalar is one without labels (S3.1).

        Raises:
            QueryError: It cannot be answered, or gives neither a vector nor a scalar.
        """
        result = self._query(expr, at_ms)
        if result.kind == "scalar":
            return [Breach(Labels.of(), result.scalar)]
        if result.kind != "vector":
            msg = f"a rule's expression gives a {result.kind}, expected an instant vector or a scalar: {expr}"
            raise QueryError(msg)
        return [Breach(labels, value) for labels, value in result.samples]
