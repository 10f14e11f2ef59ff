"""A number that gets worse as it rises, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.errors import SettingsError

if TYPE_CHECKING:
    from otel_monitoring.health.check import Status


@dataclass(frozen=True, slots=True)
class Levels:
    """From where on a number is bad.

    Attributes:
        what: What the number is, for errors.
        degraded: At this and above.
        unhealthy: At this and above.

    Raises:
        SettingsError: They are not in order, or not above 0.
    """

    what: str
    degraded: float
    unhealthy: float

    def __post_init__(self) -> None:
        """Refuse levels that make no sense."""
        if not 0 < self.degraded <= self.unhealthy:
            levels = f"degraded from {self.degraded!r}, unhealthy from {self.unhealthy!r}"
            msg = f"{self.what}: {levels}: expected numbers above 0, the second not below the first"
            raise SettingsError(msg)

    def status(self, value: float) -> Status:
        """Return what ``value`` means."""
        if value >= self.unhealthy:
            return "unhealthy"
        return "degraded" if value >= self.degraded else "healthy"
