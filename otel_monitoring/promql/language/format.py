"""An expression in its canonical form: spaces, line breaks and brackets where Prometheus puts them."""

from __future__ import annotations

import promql_parser as library

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.language.parse import parse


def formatted(expr: str) -> str:
    """Return an expression as Prometheus formats it.

    What the library cannot print without changing its sense stays as it is.

    Raises:
        QueryError: The text is not PromQL.
    """
    node = parse(expr)
    try:
        text: str = library.parse(expr).prettify()
        return text if parse(text) == node else expr.strip()
    except (ValueError, QueryError):
        return expr.strip()
