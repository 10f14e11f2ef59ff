"""From text to nodes: the entry, with the limits that keep every expression harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.language.grammar import MAX_DEPTH, Grammar

if TYPE_CHECKING:
    from otel_monitoring.promql.language.nodes import Node

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "parse"]

MAX_LENGTH = 16_384


def parse(expr: str) -> Node:
    """Parse an expression.

    Raises:
        QueryError: The text is not PromQL, is too long or too deeply nested, or uses what is not supported;
            says where (line:column), what was found and what was expected.
    """
    if len(expr) > MAX_LENGTH:
        msg = f"parse error: an expression has at most {MAX_LENGTH} characters, this one has {len(expr)}"
        raise QueryError(msg)
    return Grammar(expr).whole()
