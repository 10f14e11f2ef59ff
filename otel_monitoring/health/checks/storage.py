"""Whether the toolkit's own storage can be used, and nothing is lost on the way there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.health.check import Health

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LOSSES = ("dropped", "failed", "refused")
_UNAVAILABLE = (
    "History, alerts across processes and audit wait for it; what is measured stays in memory until then."
)
_BEHIND = "Give the storage a faster disk or database, or keep less: shorter storage times, longer intervals."


class StorageCheck:
    """Look at what the storage knows of itself; nothing is asked of it.

    Args:
        trouble: Returns why it cannot be used, without secrets; empty where it can.
        writes: Returns how many jobs were ``dropped``, ``failed`` and ``refused`` since the start.
    """

    def __init__(self, *, trouble: Callable[[], str], writes: Callable[[], Mapping[str, int]]) -> None:
        self._trouble = trouble
        self._writes = writes
        self._lost_before = 0

    def __call__(self) -> Health:
        """Return how it is; losses count against the time since the last look."""
        writes = self._writes()
        lost = sum(writes.get(name, 0) for name in _LOSSES)
        since, self._lost_before = lost - self._lost_before, lost
        trouble = self._trouble()
        if trouble:
            return Health("unhealthy", f"the storage cannot be used: {trouble}", _UNAVAILABLE)
        if since > 0:
            return Health(
                "degraded", f"{since} pieces of what was to be kept were lost since the last look", _BEHIND
            )
        return Health()
