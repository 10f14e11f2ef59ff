"""The log record processor that writes the correlation of a request on every record it causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk._logs import LogRecordProcessor

from otel_monitoring.context.correlation import of_context

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import ReadWriteLogRecord


class CorrelationLogProcessor(LogRecordProcessor):
    """Add request id, user hash, session and tenant to each log record emitted within a correlation.

    It stands before the processors that store and export. What a record says already is left as it is.
    """

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Write the correlation of the record's own context."""
        record = log_record.log_record
        correlation = of_context(record.context)
        if correlation is None:
            return
        attributes = record.attributes
        if attributes is None:
            record.attributes = correlation.attributes()
            return
        for name, value in correlation.attributes().items():
            if name not in attributes:
                attributes[name] = value  # type: ignore[index]  # the SDK keeps a mutable mapping until export

    def shutdown(self) -> None:
        """Hold nothing that would need closing."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002 - the signature is the SDK's
        """Keep nothing back."""
        return True
