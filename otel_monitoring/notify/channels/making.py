"""What channels are made with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otel_monitoring.notify.texts import Texts
from otel_monitoring.notify.transport.http import HttpOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.message import Message


@dataclass(frozen=True, slots=True)
class ChannelOptions:
    """What channels are made with besides their own options.

    Attributes:
        clock: The time.
        timeout_s: The longest time of one delivery.
        headers: Further headers of webhooks.
        allow_private: Whether HTTP channels may post to private addresses.
        texts: Fills in templates, those of the user's files included; ``None`` for the default ones in UTC.
        functions: What the channel ``callable`` calls, by name.
    """

    clock: Clock
    timeout_s: float = 10
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    allow_private: bool = True
    texts: Texts | None = None
    functions: Mapping[str, Callable[[Message], object]] = field(default_factory=dict)

    def wording(self) -> Texts:
        """Return what fills in templates."""
        return self.texts or Texts(clock=self.clock)

    def http(self, *, with_headers: bool = False) -> HttpOptions:
        """Return how requests are made where a channel says nothing else."""
        return HttpOptions(
            timeout_s=self.timeout_s,
            headers=self.headers if with_headers else {},
            follow_redirects=True,
            allow_private=self.allow_private,
        )
