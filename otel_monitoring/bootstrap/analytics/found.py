"""What watches find, as OTel events: exported, stored and looked up like those of the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry._logs import SeverityNumber

from otel_monitoring._version import __version__
from otel_monitoring.model.record import EVENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.bootstrap.storage.recording import Recording
    from otel_monitoring.model.record import Record

SCOPE = "otel_monitoring.analytics"
_NS_PER_MS = 1_000_000


class Found:
    """Tell of what was found, and find it again.

    Args:
        builder: Whose logger provider emits the events.
        recording: Keeps them.
    """

    def __init__(self, builder: Builder, recording: Recording) -> None:
        self._logger = builder.providers.logger.get_logger(SCOPE, __version__)
        self._recording = recording

    def tell(self, name: str, body: str, attributes: Mapping[str, Any], *, at_ms: int) -> None:
        """Emit an event.

        Args:
            name: The event name, such as ``otel_monitoring.anomaly``.
            body: What people read.
            attributes: Plain values; long texts are cut at the limit of attributes.
            at_ms: When it was found, Unix milliseconds.
        """
        self._logger.emit(
            timestamp=at_ms * _NS_PER_MS,
            severity_number=SeverityNumber.INFO,
            severity_text="INFO",
            body=body,
            event_name=name,
            attributes=dict(attributes),
        )

    def events(
        self, name: str, *, since_ms: int, until_ms: int | None = None, most: int = 500
    ) -> list[Record]:
        """Return events of a name with ``since_ms <= time < until_ms``, newest first, of all processes."""
        found, _ = self._recording.find(
            EVENT, since_ms=since_ms, until_ms=until_ms, key=name, trace=None, before=None, most=most
        )
        return found
