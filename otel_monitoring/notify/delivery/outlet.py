"""A channel as its lane uses it: shielded, guarded, and asked only for what it can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.log import LogChannel

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from otel_monitoring.guard import Guard
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.message import Message

_LONGEST_ERROR = 300


class Outlet:
    """Send through a channel.

    Besides ``send`` a channel may have ``close()``, ``after_fork()``, ``acknowledge(message)``,
    ``succeed(older)``, which is called when it takes the place of another one, and ``tells_evidence``:
    whether it tells what only takes time to find out. One that does not say does.

    Args:
        channel: The channel.
        guard: Catches and counts what a channel should not raise.
        shield: Entered around every send.
    """

    def __init__(
        self, channel: Channel, *, guard: Guard, shield: Callable[[], AbstractContextManager[object]]
    ) -> None:
        self.channel = channel
        self._guard = guard
        self._shield = shield

    @property
    def is_log(self) -> bool:
        """Whether the channel is the one in which everything ends that no other takes."""
        return isinstance(self.channel, LogChannel)

    def take(self, message: Message, *, does: str = "send") -> NotifyError | None:
        """Send once; return why it failed, ``None`` where it did not.

        Whatever a channel raises but a ``NotifyError`` is caught, counted, and may be retried.
        """
        error: NotifyError | None = NotifyError("the channel failed unexpectedly", retry_after_s=0)
        with self._guard, self._shield():
            try:
                self._call(message, does)
                error = None
            except NotifyError as expected:
                error = expected
        return error

    def replace(self, channel: Channel) -> Channel:
        """Send through ``channel`` from now on; return the one before, which is not closed."""
        older, self.channel = self.channel, channel
        self._ask(channel, "succeed", older)
        return older

    def close(self, channel: Channel | None = None) -> None:
        """Close the channel, or one that was replaced."""
        self._ask(channel or self.channel, "close")

    def after_fork(self) -> None:
        """Let the channel begin anew in a child process."""
        self._ask(self.channel, "after_fork")

    def _call(self, message: Message, does: str) -> None:
        method = getattr(self.channel, does, None)
        if method is None:
            msg = f"{self.channel!r} cannot {does}"
            raise NotifyError(msg)
        method(message.completed() if getattr(self.channel, "tells_evidence", True) else message)

    def _ask(self, channel: Channel, what: str, *arguments: object) -> None:
        method = getattr(channel, what, None)
        if method is not None:
            self._guard.call(method, *arguments)


def reason(error: NotifyError | None) -> str:
    """Return what the delivery log says about an error; empty for none."""
    return "" if error is None else str(error)[:_LONGEST_ERROR]
