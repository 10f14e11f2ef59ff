"""Parameters that hold selectors of series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.api.prometheus.parameters import invalid
from otel_monitoring.errors import QueryError
from otel_monitoring.promql.language.nodes import Selector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.model.matcher import Matcher


def matchers_of(sources: Sources, texts: Iterable[str], *, name: str) -> list[tuple[Matcher, ...]]:
    """Return the matchers of each selector.

    Args:
        sources: Who parses.
        texts: The selectors.
        name: The parameter that holds them.

    Raises:
        ApiError: One is no instant selector.
    """
    found = []
    for text in texts:
        try:
            node = sources.parse(text)
        except QueryError as error:
            raise invalid(name=name, reason=str(error)) from None
        if not isinstance(node, Selector) or node.range_ms is not None:
            raise invalid(name=name, reason=f'cannot parse "{text}" to a series selector')
        found.append(node.matchers)
    return found
