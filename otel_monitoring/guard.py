"""The guards between this package and the host application.

``except Exception`` belongs to a guard alone. A guard counts what it caught by kind, logs each kind
once, and lets the host application go on.
"""

from __future__ import annotations

import logging
import os
import threading
import traceback
import weakref
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")

_log = logging.getLogger(__name__)


class Guard:
    """Catch, count and report what must not reach the host application.

    Use it as a context manager (``with guard:``), or through :meth:`call` where a result is wanted.
    One guard belongs to one place, which its name says: ``tap``, ``instrument``, ``job.collect``,
    ``delivery.slack``.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._caught: Counter[str] = Counter()
        self._lock = threading.Lock()
        with _guards_lock:
            _guards.add(self)

    def __enter__(self) -> None:
        """Begin a guarded block."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Swallow and count an ``Exception``; let interrupts, exits and cancellation pass."""
        if isinstance(error, Exception):
            self.caught(error)
            return True
        return False

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return ``function(*args, **kwargs)``, or ``None`` where it raised."""
        with self:
            return function(*args, **kwargs)
        return None

    def caught(self, error: Exception) -> None:
        """Count ``error`` under its type and log the first of that type with its stack."""
        kind = type(error).__qualname__
        with self._lock:
            self._caught[kind] += 1
            first = self._caught[kind] == 1
        if first:
            # Where it happened and what it is, but not what it says: that may hold anything.
            _log.warning(
                "%s failed with %s and goes on; further ones of this kind are only counted\n%s",
                self.name,
                kind,
                "".join(traceback.format_tb(error.__traceback__)).rstrip(),
            )

    def counts(self) -> dict[str, int]:
        """Return how many errors were caught so far, by type name."""
        with self._lock:
            return dict(self._caught)

    def after_fork(self) -> None:
        """Start from zero in a child process, with a lock of its own."""
        self._lock = threading.Lock()
        self._caught.clear()


_guards: weakref.WeakSet[Guard] = weakref.WeakSet()
_guards_lock = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_guards_lock.acquire, after_in_parent=_guards_lock.release)
    os.register_at_fork(after_in_child=_guards_lock.release)


def all_guards() -> list[Guard]:
    """Return every guard of this process that is in use."""
    with _guards_lock:
        return list(_guards)
