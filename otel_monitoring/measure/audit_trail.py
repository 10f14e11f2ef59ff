"""Who changed what about the monitoring itself: kept for a while, and emitted as OTel events.

An entry is a log record with the event name ``otel_monitoring.audit``, so that whoever exports logs keeps the
trail where nobody who runs the application can change it.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from opentelemetry._logs import SeverityNumber

from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry._logs import Logger

    from otel_monitoring.model.action import Action

EVENT_NAME = "otel_monitoring.audit"
_NS_PER_MS = 1_000_000


class AuditTrail:
    """Take actions; keep the newest and emit every one.

    Args:
        logger: Emits the events.
        most: The most actions that are kept here.
        redact: Applied to what a person wrote before it is kept or leaves the process.
    """

    def __init__(self, *, logger: Logger, most: int = 1000, redact: Callable[[str], str] = str) -> None:
        self._logger = logger
        self._redact = redact
        self._actions: deque[Action] = deque(maxlen=most)
        self._guard = Guard("audit")
        self._lock = threading.Lock()

    def __call__(self, action: Action) -> None:
        """Keep an action and emit it; never raises, since the action is done already."""
        with self._lock:
            self._actions.append(action)
        self._guard.call(self._emit, action)

    def newest(self, limit: int) -> list[Action]:
        """Return the newest actions, the last one in front."""
        with self._lock:
            found = list(self._actions)
        return found[::-1][:limit]

    def after_fork(self) -> None:
        """Take a fresh lock in a child process."""
        self._lock = threading.Lock()

    def _emit(self, action: Action) -> None:
        at_ns = action.at_ms * _NS_PER_MS
        what = self._redact(f"{action.actor}: {action.name} {action.target}".rstrip())
        self._logger.emit(
            timestamp=at_ns,
            severity_number=SeverityNumber.INFO,
            severity_text="INFO",
            body=what,
            event_name=EVENT_NAME,
            attributes={
                "otel_monitoring.audit.action": action.name,
                "otel_monitoring.audit.target": self._redact(action.target),
                "otel_monitoring.audit.actor": self._redact(action.actor),
                **self._changes(action),
            },
        )

    def _changes(self, action: Action) -> Mapping[str, Any]:
        """Return what was there and what is, as JSON: attributes hold no nested values everywhere."""
        parts = (("before", action.before), ("after", action.after))
        return {
            f"otel_monitoring.audit.{name}": self._redact(json.dumps(part, default=str, sort_keys=True))
            for name, part in parts
            if part
        }
