"""Limits from the settings to what looks after them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from otel_monitoring import SettingsError, setup_telemetry
from otel_monitoring.reports.forecasts.limits import limit_of
from otel_monitoring.settings.analytics import AnalyticsSettings

pytestmark = pytest.mark.usefixtures("fresh_process")

QUIET: dict[str, Any] = {
    "system": {"enabled": False},
    "instrumentation": {"libraries": False, "threads": False},
}
GOOD = ("queue_depth => 1000", "free_bytes=>0 falling", "sum(a) / sum(b) >= 0.5 => -1.5e3", "x => .5")


@pytest.mark.parametrize("text", GOOD)
def test_what_the_settings_take_is_a_limit(text: str) -> None:
    (taken,) = AnalyticsSettings(capacity=(text,)).capacity

    assert limit_of(taken).expr


@pytest.mark.parametrize("text", ["queue_depth", "queue_depth => many", "=> 5", "x => 1 rising", "x => inf"])
def test_what_is_no_limit_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValidationError, match="expected `expr => limit`"):
        AnalyticsSettings(capacity=(text,))


def test_the_error_names_the_setting() -> None:
    with pytest.raises(SettingsError, match="capacity"):
        setup_telemetry(analytics={"capacity": ["queue_depth"]}, **QUIET)
