"""The record that describes a metric."""

from __future__ import annotations

import dataclasses

import pytest

from otel_monitoring.model.metric import MetricDescription


def test_a_description_cannot_be_changed() -> None:
    row = MetricDescription("system.uptime", "s", "gauge", "Time since the machine started.")

    with pytest.raises(dataclasses.FrozenInstanceError):
        row.unit = "ms"  # type: ignore[misc]


def test_a_metric_has_no_attributes_and_is_in_development_unless_it_says_otherwise() -> None:
    row = MetricDescription("system.uptime", "s", "gauge", "Time since the machine started.")

    assert (row.attributes, row.stability) == ((), "development")
