"""What can go wrong with the storage, for those who ask it."""

from __future__ import annotations

from otel_monitoring.errors import MonitoringError


class StorageError(MonitoringError):
    """The storage refused what it was asked; the message bears no secrets."""


class UnavailableError(StorageError):
    """The storage cannot be used now; it is tried again by itself.

    Args:
        reason: Why, as people read it, without secrets.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the storage is unavailable: {reason}")
        self.reason = reason


class BusyError(StorageError):
    """Others held the database for longer than one waits; the same works later."""


class FencedError(StorageError):
    """The lease has gone to another holder: nothing was written."""
