"""Logging in one call: JSON lines or colours, correlated and redacted, for the program and its server.

``configure_logging()`` puts one handler on the root logger; ``get_logger("shop.orders", team="blue")`` gives
loggers whose fields stand on every record.
"""

from __future__ import annotations

from otel_monitoring.measure.logs.configure import configure_logging
from otel_monitoring.measure.logs.installed import default_redactor, installed_handler, installed_redactor
from otel_monitoring.measure.logs.logger import ServiceLogger, get_logger

__all__ = [
    "ServiceLogger",
    "configure_logging",
    "default_redactor",
    "get_logger",
    "installed_handler",
    "installed_redactor",
]
