"""Channels made from the settings: times in the zone of each receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.alerts.routing.alertmanager.load import load_routing
from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.bootstrap import parts
from otel_monitoring.bootstrap.messages.channels import Channels
from otel_monitoring.notify.message import message_of
from otel_monitoring.settings import load_settings
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
route: {receiver: berlin}
receivers:
- name: berlin
  slack_configs: [{api_url: "https://hooks.example/a"}]
- name: tokyo
  slack_configs: [{api_url: "https://hooks.example/b"}]
"""


def channels(path: Path, **notify: Any) -> dict[str, Any]:
    path.write_text(CONFIG)
    builder = parts.begin(load_settings(settings=None, environ={}, notify=notify), {})
    return Channels(builder).of(load_routing(str(path)))


@pytest.mark.usefixtures("fresh_process")
def test_each_receiver_is_told_times_in_its_own_zone(tmp_path: Path) -> None:
    """P20."""
    made = channels(tmp_path / "am.yml", timezone="Europe/Berlin", timezones={"tokyo": "Asia/Tokyo"})

    told = {
        name: str(channel.body(message_of(make_notice())))
        for name, ours in made.items()
        for channel in ours.values()
    }

    assert "23:13:20 CET" in told["berlin"]
    assert "07:13:20 JST" in told["tokyo"]


@pytest.mark.usefixtures("fresh_process")
@pytest.mark.parametrize(
    ("zones", "message"),
    [
        ({"tokyo": "Mars/Base"}, "notify.timezones.tokyo is 'Mars/Base': expected the name of a zone"),
        (
            {"osaka": "Asia/Tokyo"},
            "notify.timezones: there is no receiver 'osaka': expected one of berlin, tokyo",
        ),
    ],
)
def test_a_zone_that_cannot_be_used_is_named(tmp_path: Path, zones: dict[str, str], message: str) -> None:
    with pytest.raises(RoutingError, match=message):
        channels(tmp_path / "am.yml", timezones=zones)
