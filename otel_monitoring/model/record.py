"""Something that happened once: an event, the result of a health check, an error, a trace, a log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENT: Final = "event"
HEALTH: Final = "health"


@dataclass(frozen=True, slots=True)
class Record:
    """Something that happened.

    Attributes:
        kind: What it is: ``event``, ``health``, ``error`` and the like; at most 32 characters.
        time_ms: When, Unix milliseconds.
        key: What it happened to, or its name: an event's name, a check's, an error's fingerprint; at most 200
            characters.
        document: What else is to be said, plain values.
        source: The number of the source in a database; 0 where it is not known.
        trace: The trace that it belongs to, 32 hexadecimal digits; empty for none.
        severity: How bad it is, as the logs of OpenTelemetry count: 0 for unknown, 1 to 24.
        value: A number that is compared or summed up, such as a duration; ``None`` for none.
        id: Its number where it is kept; 0 before it is.
    """

    kind: str
    time_ms: int
    key: str
    document: Mapping[str, Any] = field(default_factory=dict)
    source: int = 0
    trace: str = ""
    severity: int = 0
    value: float | None = None
    id: int = 0
