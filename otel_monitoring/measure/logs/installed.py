"""What is installed on the root logger, and the redactor that goes with it."""

from __future__ import annotations

import logging
from functools import cache

from otel_monitoring.context.redact import Redactor
from otel_monitoring.measure.logs.output import LineHandler


def installed_handler() -> LineHandler | None:
    """Return the handler that :func:`configure_logging` put on the root logger, if it did."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LineHandler):
            return handler
    return None


def installed_redactor() -> Redactor:
    """Return the redactor that log lines go through, or one with the built-in rules."""
    handler = installed_handler()
    return default_redactor() if handler is None else handler.redactor


@cache
def default_redactor() -> Redactor:
    """Return the redactor of those who were given none, made at the first call."""
    return Redactor()
