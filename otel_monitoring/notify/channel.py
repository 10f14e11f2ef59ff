"""What a channel is: a place that messages go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from otel_monitoring.notify.message import Message


class Channel(Protocol):
    """A place that messages go to.

    A channel is called by one thread at a time, never from an event loop, and may block up to its timeout.
    """

    def send(self, message: Message, /) -> None:
        """Deliver ``message``.

        Raises:
            NotifyError: It could not be delivered; ``retry_after_s`` says whether another try makes sense.
        """
        ...
