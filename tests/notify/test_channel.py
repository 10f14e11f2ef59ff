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


@pytest.mark.parametrize("scheme", ["log", "http", "webhook+http"])
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


SECRETS = {
    "log": "log://s3cret",
    "http": "http://h/s3cret?token=s3cret",
    "https": "https://me:s3cret@h/s3cret",
    "webhook+http": "webhook+http://h/s3cret",
    "webhook+https": "webhook+https://h/s3cret",
    "mailto": "mailto://me:s3cret@h/?to=a@b&from=c@d",
    "mailtos": "mailtos://me%40h:s3cret@h/",
    "slack": "slack://T0/B0/s3cret",
    "pagerduty": "pagerduty://s3cret",
    "callable": "callable://json:dumps",
    "sentry": "sentry://s3cret@h/1",
}


def test_every_scheme_is_looked_at_here() -> None:
    assert SECRETS.keys() == CHANNELS.keys()


@pytest.mark.parametrize("url", SECRETS.values())
def test_shows_no_secret(url: str) -> None:
    """P13."""
    channel = channel_from_url(url, ChannelOptions(clock=FakeClock()))

    assert "s3cret" not in repr(channel)
    assert channel.kind  # type: ignore[attr-defined]
