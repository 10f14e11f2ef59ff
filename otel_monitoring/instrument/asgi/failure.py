"""An exception that the application let through, as one log record with its stack."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING, Any

from opentelemetry._logs import SeverityNumber

from otel_monitoring.context import stack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry._logs import Logger
    from opentelemetry.context import Context

    from otel_monitoring.context.correlation import Correlation


def log_exception(
    logger: Logger,
    error: Exception,
    *,
    where: str,
    event_name: str,
    context: Context,
    correlation: Correlation,
    route: str | None,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Emit ``error`` with its type, message and stack, and mark it as recorded.

    Args:
        logger: Takes the record.
        error: What was raised.
        where: What was going on, as it reads behind the type of the error.
        event_name: The name of the event.
        context: The context of the span that it belongs to.
        correlation: Whose request it was.
        route: The route template, where one is known.
        more: Further attributes.
    """
    stack.mark_recorded(error)
    error_type = stack.type_name(error)
    attributes: dict[str, Any] = {
        "exception.type": error_type,
        "exception.message": stack.message(error),
        "exception.stacktrace": stack.format_exception(error),
        **(more or {}),
        **correlation.attributes(),
    }
    if route:
        attributes["http.route"] = route
    logger.emit(
        timestamp=time_ns(),
        context=context,
        severity_number=SeverityNumber.ERROR,
        severity_text="ERROR",
        body=f"Unhandled {error_type} {where}",
        attributes=attributes,
        event_name=event_name,
    )
