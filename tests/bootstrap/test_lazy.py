"""The analysis waits for the first collection, unless the user has said something that may be wrong."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring import setup_telemetry
from otel_monitoring.bootstrap import parts
from otel_monitoring.bootstrap.lazy import LazyAnalysis
from otel_monitoring.bootstrap.setup import running
from otel_monitoring.errors import MonitoringError
from otel_monitoring.settings import load_settings

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


def test_a_child_that_was_forked_amid_the_import_goes_without_the_analysis(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What its parent began to import there nobody ends: waiting for it would be for ever."""
    loaded = load_settings(settings=None, environ={}, service_name="shop", storage={"url": "memory"})
    lazy = LazyAnalysis(parts.begin(loaded, {}))

    def forked(_lazy: LazyAnalysis, *_args: object, **_words: object) -> None:
        lazy.after_fork()

    monkeypatch.setattr("otel_monitoring.bootstrap.analysis.Analysis", forked)
    lazy.get()
    child = lazy
    child._made = None
    child.hear(object())
    child.hear_last(object())
    child.stop(1)

    with pytest.raises(MonitoringError, match="forked while its parent imported"):
        child.get()
    assert "forked in the middle of an import" in caplog.text
