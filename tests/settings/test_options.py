"""The flat table of options."""

from __future__ import annotations

import pytest

from otel_monitoring.settings.groups import Settings
from otel_monitoring.settings.options import groups, options, shown, value_at

DURATIONS = ("_interval_s", "_timeout_s", "_delay_s")


def test_every_option_is_explained_in_one_line() -> None:
    for option in options().values():
        assert option.description.endswith("."), option.name
        assert "\n" not in option.description, option.name


def test_every_group_is_explained() -> None:
    for name, group in groups().items():
        assert (group.__doc__ or "").endswith("."), name


def test_an_option_names_its_environment_variable() -> None:
    assert options()["service_name"].variable == "OTEL_MONITORING_SERVICE_NAME"
    assert options()["alerts.interval_s"].variable == "OTEL_MONITORING_ALERTS__INTERVAL_S"


def test_no_two_options_share_a_variable() -> None:
    variables = [option.variable for option in options().values()]

    assert len(set(variables)) == len(variables)


def test_a_default_is_the_value_in_force_where_nothing_is_said() -> None:
    settings = Settings()

    assert {name: option.default for name, option in options().items()} == {
        name: value_at(settings, name) for name in options()
    }
    assert options()["telemetry.batch_size"].default == 256


def test_the_unit_is_read_from_the_name() -> None:
    assert options()["alerts.interval_s"].unit == "seconds"
    assert options()["store.max_bytes"].unit == "bytes"
    assert options()["telemetry.attribute_chars"].unit == "characters"
    assert options()["trace_sample_rate"].unit == "ratio"
    assert options()["alerts.enabled"].unit == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("telemetry.queue_size", "≥ 1"),
        ("alerts.interval_s", "> 0"),
        ("correlation.max_length", "≥ 1, ≤ 1024"),
        ("trace_sample_rate", "≥ 0, ≤ 1"),
        ("logs.format", "auto, json, console"),
        ("service_name", ""),
    ],
)
def test_bounds_and_choices_are_read_from_the_field(name: str, expected: str) -> None:
    assert options()[name].expected == expected


def test_secrets_are_marked() -> None:
    assert {name for name, option in options().items() if option.is_secret} == {
        "correlation.user_hash_key",
        "jwt.key",
        "query.bearer_token",
        "query.headers",
        "query.url",
        "storage.url",
        "notify.alertmanagers",
        "rate_limits.redis_url",
        "notify.channels",
        "notify.heartbeat_url",
        "notify.link_secret",
        "notify.webhook_headers",
        "access.jwt_key",
        "api.token",
        "health.checks",
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not set"),
        (True, "true"),
        (5.0, "5"),
        (0.25, "0.25"),
        (12, "12"),
        ("shop", "shop"),
        ((), "none"),
        (("a", "b"), "a, b"),
        ({}, "none"),
        ({"team": "web"}, "team=web"),
    ],
)
def test_a_value_is_shown_as_one_line(value: object, text: str) -> None:
    assert shown(value) == text
