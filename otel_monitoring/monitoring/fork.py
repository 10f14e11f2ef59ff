"""What a fork needs besides locks and threads of its own.

A child has the forking thread alone. What another thread of the parent was in the middle of stays
half-done in the child for ever: an import in particular, whose lock nobody will release.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

OWN_THREADS = "otel-monitoring"

_IMPORTING = "<frozen importlib._bootstrap>"
_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_LOOK_EVERY_S = 0.002
_AFTER_THE_USERS = -100


def wait_for_imports(timeout_s: float) -> bool:
    """Wait until nothing of ours is being imported; return whether that came true in time.

    Ours is what our threads import, and what we import in the application's, such as a collection that it
    asked for.
    """
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
    own = {one.ident for one in threading.enumerate() if one.name.startswith(OWN_THREADS)}
    this = threading.get_ident()
    frames = sys._current_frames().items()  # noqa: SLF001 - the only way
    return any(_imports(frame, is_ours=ident in own) for ident, frame in frames if ident != this)


def _imports(frame: FrameType | None, *, is_ours: bool) -> bool:
    """Tell whether a thread is amid an import that began in a thread or in a function of ours."""
    is_amid = False
    while frame is not None:
        file = frame.f_code.co_filename
        is_amid = is_amid or file == _IMPORTING
        if is_amid and (is_ours or file.startswith(_PACKAGE)):
            return True
        frame = frame.f_back
    return False
