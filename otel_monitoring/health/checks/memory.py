"""Whether memory runs out: the machine's, or the container's where that is less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.health.check import Health
from otel_monitoring.health.checks.levels import Levels

if TYPE_CHECKING:
    from collections.abc import Callable

_ADVICE = "Raise the memory limit, run fewer workers on this host, or look for what grows in the application."


class MemoryCheck:
    """Look at how much of the memory limit is in use.

    Args:
        ratio: Returns the used share of the limit that binds this process, 0 to 1; ``None`` while unknown.
        degraded_ratio: From here on degraded.
        unhealthy_ratio: From here on unhealthy.

    Raises:
        SettingsError: The ratios are not in order.
    """

    def __init__(
        self,
        ratio: Callable[[], float | None],
        *,
        degraded_ratio: float = 0.9,
        unhealthy_ratio: float = 0.97,
    ) -> None:
        self._ratio = ratio
        self._levels = Levels("memory", degraded_ratio, unhealthy_ratio)

    def __call__(self) -> Health:
        """Return how it is."""
        ratio = self._ratio()
        if ratio is None:
            return Health()
        status = self._levels.status(ratio)
        return Health(
            status, f"{ratio:.0%} of the memory limit is in use", "" if status == "healthy" else _ADVICE
        )
