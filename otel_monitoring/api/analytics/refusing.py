"""Questions about series that cannot be answered, as problems that name the field."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from otel_monitoring.api.refused import RefusedError
from otel_monitoring.errors import QueryError
from otel_monitoring.reports.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUERY_NAMES = {"start": "since", "end": "until"}
"""What the ends of a stretch of time are called in queries."""


@contextlib.contextmanager
def refusing(*, where: str, metric: str) -> Iterator[None]:
    """Turn what a desk refuses into the answer to a request.

    Args:
        where: Where fields were given: ``query`` or ``body``.
        metric: The whole name of the field that held the metric or the expression, such as ``path.metric``.

    Raises:
        RefusedError: A question cannot be answered as it was asked.
    """
    try:
        yield
    except AnalysisError as error:
        name = _QUERY_NAMES.get(error.field, error.field) if where == "query" else error.field
        field = metric if error.field == "metric" else f"{where}.{name}"
        raise RefusedError(str(error), field=field) from None
    except QueryError as error:
        raise RefusedError(str(error), field=metric) from None
