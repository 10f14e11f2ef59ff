"""Work that may have to wait for a database, done beside the loop that all other jobs share."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import Any

    from otel_monitoring.guard import Guard


class Aside:
    """Do one thing at a time, waited for as long as one can.

    Args:
        name: What its thread is called.
        guard: Catches what is unexpected.
        patience_s: How long :meth:`run` waits for it to end.
        shield: Entered by the thread, so that our own work is in nobody's telemetry.
    """

    def __init__(
        self, *, name: str, guard: Guard, patience_s: float, shield: Callable[[], AbstractContextManager[Any]]
    ) -> None:
        self._name = name
        self._guard = guard
        self._patience_s = patience_s
        self._shield = shield
        self._thread: threading.Thread | None = None

    def run(self, work: Callable[[], object]) -> bool:
        """Begin ``work``, unless what was begun before goes on.

        Returns:
            Whether it was begun and is done.
        """
        if self._thread is not None and self._thread.is_alive():
            return False
        self._thread = threading.Thread(target=self._do, args=(work,), name=self._name, daemon=True)
        self._thread.start()
        return self.wait(self._patience_s)

    def wait(self, timeout_s: float) -> bool:
        """Wait for what goes on; return whether it is done."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def after_fork(self) -> None:
        """Do nothing in a child process yet."""
        self._guard.after_fork()
        self._thread = None

    def _do(self, work: Callable[[], object]) -> None:
        with self._guard, self._shield():
            work()
