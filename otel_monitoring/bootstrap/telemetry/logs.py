"""The standard library's logging: exported where logs have somewhere to go, configured where asked."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from otel_monitoring.context import correlation

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.bootstrap.parts import Builder


def hook_up(builder: Builder) -> None:
    """Export what loggers get, and configure logging, as the settings say."""
    settings = builder.settings.logs
    if settings.configure:
        from otel_monitoring.measure.logs import configure_logging
        from otel_monitoring.measure.logs.servers import capture_server_loggers

        configure_logging(
            level=settings.level,
            format=settings.format,
            service=str(builder.resource.attributes.get("service.name", "")),
            redactor=builder.redactor,
            correlation=correlation.log_fields,
        )
        # uvicorn configures its loggers when it starts, which may be after the set-up.
        builder.services.append(_OnStart(capture_server_loggers))
    if settings.export and (builder.exports.of("logs") or "logs" in builder.providers.joined):
        from otel_monitoring.measure.logs.export import install_otlp_handler, otlp_handler

        handler = install_otlp_handler(
            otlp_handler(
                builder.providers.logger,
                level=logging.getLevelNamesMapping()[settings.level],
                redactor=builder.redactor,
            )
        )
        builder.closers.append(lambda: logging.getLogger().removeHandler(handler))


class _OnStart:
    """A call at each start, as a service."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call

    def start(self) -> None:
        """Call it."""
        self._call()

    def stop(self, timeout_s: float) -> None:
        """End nothing."""
