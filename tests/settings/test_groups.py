"""The options themselves."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from otel_monitoring.settings.api import ApiSettings
from otel_monitoring.settings.groups import (
    AlertSettings,
    JwtSettings,
    LogSettings,
    NotifySettings,
    Settings,
    StoreSettings,
    TelemetrySettings,
)
from otel_monitoring.settings.options import options, value_at


def test_settings_are_frozen() -> None:
    settings = Settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.enabled = False
    with pytest.raises(ValidationError, match="frozen"):
        settings.alerts.interval_s = 1.0


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValidationError, match="servic_name"):
        Settings.model_validate({"servic_name": "shop"})


def test_a_batch_fits_into_the_queue_by_default() -> None:
    assert TelemetrySettings().batch_size == 256
    assert TelemetrySettings(queue_size=100).batch_size == 100


def test_the_level_may_be_written_small() -> None:
    assert LogSettings.model_validate({"level": "warning"}).level == "WARNING"


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (TelemetrySettings, {"queue_size": 10, "batch_size": 11}),
        (TelemetrySettings, {"flush_timeout_s": 0}),
        (TelemetrySettings, {"export_interval_s": float("inf")}),
        (TelemetrySettings, {"cardinality_limit": 0}),
        (StoreSettings, {"max_bytes": 1}),
        (LogSettings, {"level": "LOUD"}),
        (JwtSettings, {"algorithms": ["RS256", "none"]}),
        (JwtSettings, {"algorithms": ()}),
        (ApiSettings, {"prefix": "monitoring"}),
        (ApiSettings, {"prefix": "/"}),
        (ApiSettings, {"prefix": "/monitoring/"}),
        (Settings, {"trace_sample_rate": 1.01}),
        (Settings, {"trace_sample_rate": -0.01}),
        (Settings, {"http_instrumentation": "both"}),
        (NotifySettings, {"trace_url": "https://jaeger.example/"}),
        (AlertSettings, {"external_url": "shop.example"}),
    ],
)
def test_a_value_out_of_bounds_is_refused(model: type[BaseModel], values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(values)


@pytest.mark.parametrize("rate", [0, 0.1, 1])
def test_a_sample_rate_lies_between_nothing_and_everything(rate: float) -> None:
    assert Settings(trace_sample_rate=rate).trace_sample_rate == rate


def test_a_default_is_of_the_type_that_validation_gives() -> None:
    """Defaults are not validated, so that they could be of another type than what a person gives."""
    for name, option in options().items():
        group, _, field = name.rpartition(".")
        given: dict[str, Any] = {field: option.default}
        validated = Settings.model_validate({group: given} if group else given)

        assert value_at(validated, name) == option.default, name
        assert type(value_at(validated, name)) is type(option.default), name
        if isinstance(option.default, tuple):
            assert [type(item) for item in value_at(validated, name)] == [
                type(item) for item in option.default
            ]
