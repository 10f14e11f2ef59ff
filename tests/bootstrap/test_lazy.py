"""The analysis waits for the first collection, unless the user has said something that may be wrong."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring import setup_telemetry
from otel_monitoring.bootstrap.setup import running
from otel_monitoring.errors import MonitoringError

pytestmark = pytest.mark.usefixtures("fresh_process")

QUIET: dict[str, Any] = {
    "system": {"enabled": False},
    "instrumentation": {"libraries": False, "threads": False},
}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"notify": {"channels": ["http://"]}}, r"notify.channels\[0\]: http-0: webhook URL"),
        ({"notify": {"alertmanager_file": "none.yml"}}, "none.yml:0:0: cannot be read"),
        ({"notify": {"timezone": "Mars/Base"}}, "notify.timezone is 'Mars/Base': expected"),
        ({"notify": {"escalation": {"boss": "5 m"}}}, "notify.escalation: boss: '5 m'"),
        ({"alerts": {"disabled": ["Nope"]}}, "disabled rules 'Nope' do not exist"),
        ({"alerts": {"rule_files": ["none.yml"]}}, "none.yml:0:0: cannot be read"),
    ],
)
def test_what_is_wrong_with_rules_and_messages_raises_at_start_up(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(MonitoringError, match=message):
        setup_telemetry(**settings, **QUIET)

    assert running() is None


def test_without_alerts_nobody_is_told_and_channels_are_not_looked_at() -> None:
    setup_telemetry(alerts={"enabled": False}, notify={"channels": ["nope://host"]}, **QUIET)

    assert running() is not None
