"""Sources of settings."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.errors import SettingsError
from otel_monitoring.settings.groups import AlertSettings, HttpSettings, Settings
from otel_monitoring.settings.sources import (
    CODE,
    Origin,
    did_you_mean,
    from_environment,
    from_overrides,
    from_settings,
)


@pytest.mark.parametrize(
    "overrides",
    [
        {"alerts": {"interval_s": 5}},
        {"alerts": AlertSettings(interval_s=5)},
        {"alerts__interval_s": 5},
    ],
)
def test_an_option_of_a_group_can_be_given_in_three_ways(overrides: dict[str, Any]) -> None:
    source = from_overrides(overrides)

    assert {name: entry.value for name, entry in source.entries.items()} == {"alerts.interval_s": 5}


def test_an_option_outside_the_groups_is_given_by_its_name() -> None:
    assert from_overrides({"service_name": "shop"}).entries["service_name"].origin == CODE


def test_an_unknown_keyword_is_told_apart() -> None:
    source = from_overrides({"servic_name": "shop", "alerts": {"interval": 5}})

    assert source.entries == {}
    assert set(source.unknown) == {"servic_name", "alerts.interval"}


def test_a_model_of_another_group_stays_under_the_group_it_was_given_for() -> None:
    assert set(from_overrides({"alerts": HttpSettings(server_timing=False)}).entries) == {"alerts"}


def test_only_what_was_given_explicitly_is_taken_from_settings() -> None:
    settings = Settings(enabled=True, alerts=AlertSettings(interval_s=5))

    assert set(from_settings(settings).entries) == {"enabled", "alerts.interval_s"}


def test_something_else_than_settings_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"has the type dict, expected otel_monitoring\.Settings"):
        from_settings({"service_name": "shop"})


def test_a_variable_is_read_with_its_name() -> None:
    source = from_environment({"OTEL_MONITORING_ALERTS__INTERVAL_S": "5", "PATH": "/bin"})

    entry = source.entries["alerts.interval_s"]
    assert (entry.value, entry.origin) == ("5", Origin("environment", "OTEL_MONITORING_ALERTS__INTERVAL_S"))
    assert source.unknown == {}


def test_an_empty_variable_is_not_set() -> None:
    assert from_environment({"OTEL_MONITORING_SERVICE_NAME": " "}).entries == {}


@pytest.mark.parametrize("variable", ["OTEL_MONITORING_ALERTS__INTERVAL", "otel_monitoring_enabled"])
def test_an_unknown_variable_is_told_apart(variable: str) -> None:
    assert set(from_environment({variable: "5"}).unknown) == {variable}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("servic_name", "service_name"),
        ("alerts.interval", "alerts.interval_s"),
        ("alert", "alerts"),
        ("queue_size", "telemetry.queue_size"),
        ("OTEL_MONITORING_ALERTS_INTERVAL_S", "OTEL_MONITORING_ALERTS__INTERVAL_S"),
        ("OTEL_MONITORING_TELEMETRY__QUEUESIZE", "OTEL_MONITORING_TELEMETRY__QUEUE_SIZE"),
        ("OTEL_MONITORING_TOKEN", "OTEL_MONITORING_API__TOKEN"),
    ],
)
def test_a_near_miss_is_answered_with_the_name_that_was_meant(name: str, meant: str) -> None:
    assert did_you_mean(name) == f"; did you mean {meant!r}?"


def test_a_far_miss_is_answered_with_nothing() -> None:
    assert did_you_mean("colour_of_the_moon") == ""


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin("environment", "A"), "environment variable A"),
        (Origin("file", "a.toml line 3"), "file a.toml line 3"),
        (Origin("code"), "code"),
        (Origin("default"), "default"),
    ],
)
def test_an_origin_reads_as_in_a_message(origin: Origin, text: str) -> None:
    assert str(origin) == text
