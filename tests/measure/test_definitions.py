"""The histograms of the timers, held to the conventions."""

from __future__ import annotations

import pytest
from opentelemetry.semconv._incubating.attributes import db_attributes, http_attributes
from opentelemetry.semconv.metrics.db_metrics import DB_CLIENT_OPERATION_DURATION
from opentelemetry.semconv.metrics.http_metrics import HTTP_CLIENT_REQUEST_DURATION

from otel_monitoring.measure import definitions
from otel_monitoring.measure.definitions import METRICS
from otel_monitoring.measure.providers import HistogramDefinition

DEFINED = [value for value in vars(definitions).values() if isinstance(value, HistogramDefinition)]


def test_every_histogram_is_described() -> None:
    assert {definition.metric for definition in DEFINED} == set(METRICS)


@pytest.mark.parametrize("definition", DEFINED, ids=lambda definition: definition.metric.name)
def test_the_buckets_rise(definition: HistogramDefinition) -> None:
    assert list(definition.boundaries) == sorted(set(definition.boundaries))


def test_the_names_are_those_of_the_convention() -> None:
    assert definitions.HTTP_CLIENT_DURATION.metric.name == HTTP_CLIENT_REQUEST_DURATION
    assert definitions.DB_CLIENT_DURATION.metric.name == DB_CLIENT_OPERATION_DURATION
    assert definitions.HTTP_METHOD == http_attributes.HTTP_REQUEST_METHOD
    assert definitions.HTTP_STATUS_CODE == http_attributes.HTTP_RESPONSE_STATUS_CODE
    assert definitions.DB_SYSTEM == db_attributes.DB_SYSTEM_NAME
    assert definitions.DB_OPERATION == db_attributes.DB_OPERATION_NAME
    assert definitions.DB_COLLECTION == db_attributes.DB_COLLECTION_NAME
    assert definitions.DB_NAMESPACE == db_attributes.DB_NAMESPACE
