"""Where a watch does what takes time, so that nothing else waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Beside(Protocol):
    """Do one thing at a time."""

    def run(self, work: Callable[[], object], /) -> bool:
        """Begin ``work``, unless what was begun before goes on; return whether it is done."""
        ...

    def wait(self, timeout_s: float, /) -> bool:
        """Wait for what goes on; return whether it is done."""
        ...

    def after_fork(self) -> None:
        """Do nothing in a child process yet."""
        ...


class Here:
    """Do it at once, in the thread that asks."""

    def run(self, work: Callable[[], object], /) -> bool:
        """Do ``work``."""
        work()
        return True

    def wait(self, _timeout_s: float, /) -> bool:
        """Return at once: nothing goes on."""
        return True

    def after_fork(self) -> None:
        """Do nothing."""
