"""What a fork needs besides locks and threads of its own.

A child has the forking thread alone. What another thread of the parent was in the middle of stays
half-done in the child for ever: an import in particular, whose lock nobody will release.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

OWN_THREADS = "otel-monitoring"

_IMPORTING = "<frozen importlib._bootstrap>"
_LOOK_EVERY_S = 0.002
_AFTER_THE_USERS = -100


def wait_for_imports(timeout_s: float) -> bool:
    """Wait until none of our threads is importing; return whether that came true in time."""
    deadline_s = time.monotonic() + timeout_s
    while _is_importing():
        if time.monotonic() >= deadline_s:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True


def at_exit_of_children(owner: Any, call: Callable[[Any], Any]) -> bool:
    """Let children of ``multiprocessing`` run ``call(owner)`` at their end; they skip ``atexit``.

    Returns:
        Whether that was possible: not before somebody has imported ``multiprocessing``.
    """
    util = sys.modules.get("multiprocessing.util")
    if util is None:
        return False

    def in_child(instance: Any) -> None:
        util.Finalize(None, call, args=(instance,), exitpriority=_AFTER_THE_USERS)

    util.register_after_fork(owner, in_child)
    return True


def _is_importing() -> bool:
    own = {
        thread.ident
        for thread in threading.enumerate()
        if thread.name.startswith(OWN_THREADS) and thread is not threading.current_thread()
    }
    return any(_imports(frame) for ident, frame in sys._current_frames().items() if ident in own)  # noqa: SLF001 - the only way


def _imports(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == _IMPORTING:
            return True
        frame = frame.f_back
    return False
