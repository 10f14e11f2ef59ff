"""The span processor that writes the correlation of a request on every span it causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.trace import SpanProcessor

from otel_monitoring.context.correlation import REQUEST_ID, of_context

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import Span


class CorrelationSpanProcessor(SpanProcessor):
    """Add request id, user hash, session and tenant to each span that starts within a correlation.

    The first span of a unit of work, usually the server span, is remembered in the correlation: a user
    who is named later is written there too. Where that span bears the request id already, because a
    middleware started it with its attributes, nothing is added.
    """

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Write the correlation of ``parent_context``, by default of the current context."""
        correlation = of_context(parent_context)
        if correlation is None:
            return
        if correlation.span is None:
            correlation.span = span
            if span.attributes and REQUEST_ID in span.attributes:
                return
        if correlation.is_bare():
            span.set_attribute(REQUEST_ID, correlation.request_id)
        else:
            span.set_attributes(correlation.attributes())
