"""Channels by URL."""

from __future__ import annotations

import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify import CHANNELS
from otel_monitoring.notify.channels.log import LogChannel
from otel_monitoring.notify.channels.table import ENTRY_POINTS, ChannelOptions, channel_from_url
from otel_monitoring.notify.channels.webhook import WebhookChannel
from otel_monitoring.testing import FakeClock

OPTIONS = ChannelOptions(clock=FakeClock())


def test_log_is_the_log() -> None:
    assert isinstance(channel_from_url("log://", OPTIONS), LogChannel)


@pytest.mark.parametrize("url", ["https://h/x", "webhook+https://h/x"])
def test_a_web_address_is_a_webhook(url: str) -> None:
    channel = channel_from_url(url, OPTIONS)

    assert isinstance(channel, WebhookChannel)
    assert repr(channel) == "https://h/…"


def test_an_unknown_scheme_is_refused_without_showing_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(NotifyError) as caught:
        channel_from_url("slak://token@secret", OPTIONS)

    expected = f"no channel for slak://: expected one of {', '.join(sorted(CHANNELS))}, or with the extra"
    assert str(caught.value).startswith(expected)


def test_an_incident_service_without_a_key_is_refused() -> None:
    with pytest.raises(NotifyError, match="pagerduty://: expected pagerduty://routing-key"):
        channel_from_url("pagerduty://", OPTIONS)


def test_what_is_no_url_is_refused() -> None:
    with pytest.raises(NotifyError, match="a channel needs a URL such as"):
        channel_from_url("ops@example", OPTIONS)


def test_other_packages_offer_channels_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    class PointFake:
        """An entry point that loads a maker of log channels."""

        def load(self) -> object:
            return lambda _url, _options: LogChannel()

    def entry_points_fake(*, group: str, name: str) -> list[PointFake]:
        return [PointFake()] if (group, name) == (ENTRY_POINTS, "pager") else []

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points_fake)

    assert isinstance(channel_from_url("pager://x", OPTIONS), LogChannel)
