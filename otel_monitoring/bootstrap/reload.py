"""SIGHUP: read rules and routes anew, as Prometheus and Alertmanager do.

It is off unless it is asked for: servers such as gunicorn give the signal a meaning of their own, and an
application that is started from a terminal ends with it.
"""

from __future__ import annotations

import logging
import signal
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_log = logging.getLogger(__name__)

_NAME = "SIGHUP"


class HangUp:
    """Notice the signal, and do in the loop what it asks for.

    A signal interrupts whatever the main thread does, locks in hand, so that its handler only notes that it
    came; :meth:`tick` does the work within a second.

    Args:
        reload: Reads everything anew; what is not valid it tells in the log.
    """

    def __init__(self, reload: Callable[[], object]) -> None:
        self._reload = reload
        self._came = False
        self._before: Any = None
        self._number: int | None = None

    def listen(self) -> bool:
        """Take the signal, before whoever takes it now; return whether that could be done.

        Only the main thread may. Where it cannot be done the log says why, and the application goes on.
        """
        number = getattr(signal, _NAME, None)
        if number is None:
            return _refused("this system has no such signal")
        if threading.current_thread() is not threading.main_thread():
            return _refused("expected setup_telemetry to be called from the main thread")
        before = signal.getsignal(number)
        if before is None:
            return _refused("something other than Python handles it, and would not hear of it any more")
        try:
            signal.signal(number, self._hear)
        except (OSError, ValueError) as error:  # such as in an interpreter within the interpreter
            return _refused(str(error))
        self._before, self._number = before, number
        return True

    def tick(self, _now_ms: int) -> None:
        """Read everything anew where the signal came since the last call; a job."""
        if self._came:
            self._came = False
            _log.info("%s: reading rules and routes anew", _NAME)
            self._reload()

    def close(self) -> None:
        """Give the signal back, unless somebody else has taken it since."""
        number, self._number = self._number, None
        if number is None or threading.current_thread() is not threading.main_thread():
            return
        if signal.getsignal(number) == self._hear:
            signal.signal(number, self._before)

    def _hear(self, number: int, frame: FrameType | None) -> Any:
        self._came = True
        return self._before(number, frame) if callable(self._before) else None


def _refused(why: str) -> bool:
    _log.warning("%s reloads nothing: %s", _NAME, why)
    return False
