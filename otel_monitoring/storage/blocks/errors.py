"""What can be wrong with stored samples."""

from __future__ import annotations

from otel_monitoring.storage.errors import StorageError


class DamagedError(StorageError):
    """Stored samples are not what was written; no number of them is given out.

    Args:
        reason: What is wrong, with what was found and what was expected.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"damaged samples: {reason}")
        self.reason = reason


class CodecError(StorageError):
    """Samples are not in a shape that can be stored, or a block is asked for what it does not hold."""
