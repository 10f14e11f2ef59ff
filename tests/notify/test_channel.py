"""Every built-in channel keeps the contract of a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.table import CHANNELS, ChannelOptions, channel_from_url
from otel_monitoring.notify.message import message_of
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice
    from otel_monitoring.notify.channel import Channel
    from tests.notify.receiver import Receiver


def make(scheme: str, receiver: Receiver, *, timeout_s: float = 5) -> Channel:
    """Return the channel of a scheme, pointed at the receiver, which speaks plain HTTP alone."""
    address = receiver.url.partition("://")[2]
    return channel_from_url(f"{scheme}://{address}", ChannelOptions(clock=FakeClock(), timeout_s=timeout_s))


@pytest.mark.parametrize("scheme", sorted(scheme for scheme in CHANNELS if not scheme.endswith("https")))
def test_takes_a_message(scheme: str, receiver: Receiver, notice: Notice) -> None:
    channel = make(scheme, receiver)

    channel.send(message_of(notice))

    assert len(receiver.bodies) == (0 if scheme == "log" else 1)
    if hasattr(channel, "close"):
        channel.close()


@pytest.mark.parametrize("scheme", sorted(scheme for scheme in CHANNELS if scheme.endswith("https")))
def test_what_cannot_be_delivered_raises_one_kind_of_error(
    scheme: str, receiver: Receiver, notice: Notice
) -> None:
    channel = make(scheme, receiver, timeout_s=0.05)

    with pytest.raises(NotifyError) as caught:
        channel.send(message_of(notice))

    assert caught.value.retry_after_s == 0
    assert "/hook" not in str(caught.value)
    if hasattr(channel, "close"):
        channel.close()


@pytest.mark.parametrize("scheme", sorted(CHANNELS))
def test_shows_no_path(scheme: str, receiver: Receiver) -> None:
    """P13."""
    assert "/hook" not in repr(make(scheme, receiver))
