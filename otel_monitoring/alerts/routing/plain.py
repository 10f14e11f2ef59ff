"""The plain settings: channels by URL, a reminder, a digest, and the labels that make a group.

For everybody who does not want to write a routing tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from otel_monitoring.alerts.routing.config import Route, RoutingConfig, Timing
from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.model.receiver import ChannelSpec, ReceiverSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

RECEIVER = "default"
"""The name of the one receiver of the plain settings."""


def plain_config(
    *,
    urls: Sequence[str] | None = None,
    repeat_interval_s: float = 14_400,
    digest_interval_s: float = 0,
    group_by: Sequence[str] | None = None,
    send_resolved: bool = True,
    receiver: str = RECEIVER,
) -> RoutingConfig:
    """Return the configuration that tells one receiver everything.

    Args:
        urls: The channels; ``None`` for one channel without a name, which stands for all of the receiver's.
        repeat_interval_s: Seconds after which people are reminded of what still fires.
        digest_interval_s: Seconds between two messages that hold everything; 0 to tell at once.
        group_by: The labels of the alerts that are told together; ``None`` tells each alert by itself, or all
            of them together where there is a digest.
        send_resolved: Whether people are told when an alert resolves.
        receiver: What the receiver is called.

    Raises:
        RoutingError: An interval is negative, or a reminder is not at least a second away.
    """
    _check(repeat_interval_s=repeat_interval_s, digest_interval_s=digest_interval_s)
    if group_by is None and digest_interval_s:
        group_by = ()
    route = Route(
        receiver=receiver,
        group_by=None if group_by is None else tuple(group_by),
        timing=Timing(
            group_wait_s=digest_interval_s,
            group_interval_s=digest_interval_s,
            repeat_interval_s=repeat_interval_s,
        ),
    )
    channels = (
        (ChannelSpec(name="", kind="all", send_resolved=send_resolved),)
        if urls is None
        else tuple(_channel(number, url, send_resolved=send_resolved) for number, url in enumerate(urls))
    )
    return RoutingConfig(route=route, receivers=(ReceiverSpec(name=receiver, channels=channels),))


def _check(*, repeat_interval_s: float, digest_interval_s: float) -> None:
    if not repeat_interval_s >= 1:
        msg = f"repeat_interval_s is {repeat_interval_s}: expected at least one second"
        raise RoutingError(msg)
    if not digest_interval_s >= 0:
        msg = f"digest_interval_s is {digest_interval_s}: expected 0 or more seconds"
        raise RoutingError(msg)


def _channel(number: int, url: str, *, send_resolved: bool) -> ChannelSpec:
    """Name a channel after the scheme of its URL; the URL itself may hold a secret."""
    return ChannelSpec(
        name=f"{urlsplit(url).scheme}-{number}",
        kind="url",
        options={"url": url},
        send_resolved=send_resolved,
        source=f"notify.channels[{number}]",
    )
