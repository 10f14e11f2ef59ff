"""The plain settings."""

from __future__ import annotations

import pytest

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.alerts.routing.plain import plain_config
from tests.alerts.routing.desk import Desk, alert


def test_names_channels_after_their_scheme_and_never_after_what_may_be_secret() -> None:
    config = plain_config(urls=["slack://token@host/x", "https://host/secret"])

    channels = config.receivers[0].channels
    assert [(one.name, one.kind, one.source) for one in channels] == [
        ("slack-0", "url", "notify.channels[0]"),
        ("https-1", "url", "notify.channels[1]"),
    ]
    assert channels[1].options == {"url": "https://host/secret"}


def test_tells_at_once_unless_there_is_a_digest() -> None:
    desk = Desk(config=plain_config(digest_interval_s=600))
    now_ms = desk.clock.now_ms()
    told = desk.see(alert(job="a", starts_at_ms=now_ms))
    told += desk.wait(300)
    told += desk.see(alert("B", job="b", starts_at_ms=now_ms))

    assert told == []
    assert desk.wait(300) == [("firing", ["a", "b"])]
    assert desk.see(alert(job="a", starts_at_ms=now_ms, resolved=True)) == []
    assert desk.wait(600) == [("firing", ["b", "a"])]


def test_a_digest_may_be_grouped() -> None:
    desk = Desk(config=plain_config(digest_interval_s=600, group_by=["alertname"]))
    desk.see(alert(job="a", starts_at_ms=desk.clock.now_ms()), alert("B", starts_at_ms=desk.clock.now_ms()))

    assert len(desk.wait(600)) == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"repeat_interval_s": 0}, "repeat_interval_s is 0: expected at least one second"),
        ({"digest_interval_s": -5}, "digest_interval_s is -5: expected 0 or more seconds"),
        ({"repeat_interval_s": float("nan")}, "repeat_interval_s is nan"),
    ],
)
def test_refuses_times_that_cannot_be(settings: dict[str, float], message: str) -> None:
    with pytest.raises(RoutingError, match=message):
        plain_config(**settings)  # type: ignore[arg-type]
