"""Calls of other people's code with a time limit, which Python cannot give a call in the same thread."""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING

from otel_monitoring.errors import NotifyError

if TYPE_CHECKING:
    from collections.abc import Callable


class Bounded:
    """Call functions, one at a time, each in a thread that is left alone when it takes too long.

    While such a thread still runs nothing new is called, so that there is never more than one.

    Args:
        name: What errors call it.
        timeout_s: The longest time of one call.
    """

    def __init__(self, name: str, *, timeout_s: float) -> None:
        self._name = name
        self._timeout_s = timeout_s
        self._running: threading.Thread | None = None

    def call(self, function: Callable[[], object]) -> object:
        """Return what ``function`` returns.

        Raises:
            NotifyError: It takes too long, or an earlier call still runs; either may be tried again.
        """
        if self._running is not None and self._running.is_alive():
            msg = f"{self._name} is still busy with an earlier message"
            raise NotifyError(msg, retry_after_s=0)
        results: list[object] = []
        errors: list[Exception] = []

        def run() -> None:
            try:
                results.append(function())
            except Exception as error:  # noqa: BLE001 - raised again in the thread that asked
                errors.append(error)

        # What shields our calls from telemetry is in the context, and a new thread begins with an empty one.
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(run,), name=f"otel-monitoring-{self._name}", daemon=True
        )
        self._running = thread
        thread.start()
        thread.join(self._timeout_s)
        if errors:
            raise errors[0]
        if not results:
            msg = f"{self._name} took longer than {self._timeout_s:g} s"
            raise NotifyError(msg, retry_after_s=0)
        return results[0]

    def after_fork(self) -> None:
        """Leave the thread to the parent process."""
        self._running = None
