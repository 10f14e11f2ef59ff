"""Which channel a URL stands for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.log import LogChannel
from otel_monitoring.notify.channels.webhook import WebhookChannel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.channel import Channel

ENTRY_POINTS = "otel_monitoring.channels"
"""The group of entry points under which other packages offer channels, each named by its scheme."""


@dataclass(frozen=True, slots=True)
class ChannelOptions:
    """What channels are made with besides their URL.

    Attributes:
        clock: The time.
        timeout_s: The longest time of one delivery.
        headers: Further headers of HTTP channels.
        allow_private: Whether HTTP channels may post to private addresses.
    """

    clock: Clock
    timeout_s: float = 10
    headers: Mapping[str, str] = field(default_factory=dict)
    allow_private: bool = True


Maker: TypeAlias = "Callable[[str, ChannelOptions], Channel]"


def _log(_url: str, _options: ChannelOptions) -> Channel:
    return LogChannel()


def _webhook(url: str, options: ChannelOptions) -> Channel:
    return WebhookChannel(
        url.removeprefix("webhook+"),
        clock=options.clock,
        headers=options.headers,
        timeout_s=options.timeout_s,
        allow_private=options.allow_private,
    )


CHANNELS: dict[str, Maker] = {
    "log": _log,
    "http": _webhook,
    "https": _webhook,
    "webhook+http": _webhook,
    "webhook+https": _webhook,
}
"""What makes a channel, by the scheme of its URL."""


def channel_from_url(url: str, options: ChannelOptions) -> Channel:
    """Return the channel that ``url`` stands for.

    Raises:
        NotifyError: No channel has that scheme, or the URL does not suit it; only the scheme is shown.
    """
    scheme, separator, _ = url.partition("://")
    if not separator:
        msg = "a channel needs a URL such as log:// or https://host/path"
        raise NotifyError(msg)
    maker = CHANNELS.get(scheme) or _from_entry_point(scheme)
    if maker is None:
        msg = f"no channel for {scheme}://: expected one of {', '.join(sorted(CHANNELS))}"
        raise NotifyError(msg)
    return maker(url, options)


def _from_entry_point(scheme: str) -> Maker | None:
    from importlib import metadata

    for point in metadata.entry_points(group=ENTRY_POINTS, name=scheme):
        maker: Maker = point.load()
        return maker
    return None
