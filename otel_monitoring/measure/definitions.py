"""What the timers record: the histograms, and the attributes that they and their spans bear."""

from __future__ import annotations

from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.server_attributes import SERVER_ADDRESS, SERVER_PORT

from otel_monitoring.measure.providers import HistogramDefinition
from otel_monitoring.model.metric import MetricDescription

OPERATION_NAME = "otel_monitoring.operation.name"
INPUT_SIZE = "otel_monitoring.operation.input_size"
HTTP_METHOD = "http.request.method"
HTTP_STATUS_CODE = "http.response.status_code"
DB_SYSTEM = "db.system.name"
DB_OPERATION = "db.operation.name"
DB_COLLECTION = "db.collection.name"
DB_NAMESPACE = "db.namespace"

OPERATION_DURATION = HistogramDefinition(
    metric=MetricDescription(
        name="otel_monitoring.operation.duration",
        unit="s",
        kind="histogram",
        description="How long functions and computations take that are timed by hand.",
        attributes=(OPERATION_NAME, ERROR_TYPE),
    ),
    boundaries=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
OPERATION_INPUT_SIZE = HistogramDefinition(
    metric=MetricDescription(
        name=INPUT_SIZE,
        unit="{item}",
        kind="histogram",
        description="How large the input is of computations that are timed by hand.",
        attributes=(OPERATION_NAME,),
    ),
    boundaries=(1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000),
)
HTTP_CLIENT_DURATION = HistogramDefinition(
    metric=MetricDescription(
        name="http.client.request.duration",
        unit="s",
        kind="histogram",
        description="Duration of HTTP client requests.",
        attributes=(HTTP_METHOD, SERVER_ADDRESS, SERVER_PORT, HTTP_STATUS_CODE, ERROR_TYPE),
        stability="stable",
    ),
    boundaries=(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
)
DB_CLIENT_DURATION = HistogramDefinition(
    metric=MetricDescription(
        name="db.client.operation.duration",
        unit="s",
        kind="histogram",
        description="Duration of database client operations.",
        attributes=(DB_SYSTEM, DB_OPERATION, DB_COLLECTION, DB_NAMESPACE, ERROR_TYPE),
        stability="stable",
    ),
    boundaries=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10),
)
METRICS = tuple(
    definition.metric
    for definition in (OPERATION_DURATION, OPERATION_INPUT_SIZE, HTTP_CLIENT_DURATION, DB_CLIENT_DURATION)
)
