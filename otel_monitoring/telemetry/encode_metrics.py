"""Metrics as OTLP export requests, with the bytes of a point's attributes kept from one export to the next.

The SDK hands over the same attributes object for the same attribute set at every collection, so its
encoded (and redacted) bytes are found again by identity.

Source: opentelemetry-proto 1.x, ``metrics/v1/metrics.proto``.
"""

from __future__ import annotations

import dataclasses
import struct
import time
from typing import TYPE_CHECKING, Any

from otel_monitoring.telemetry.encode import _Grouped
from otel_monitoring.telemetry.wire import double, field, fixed64, sfixed64, varint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry.sdk.metrics.export import Metric, MetricsData

    from otel_monitoring.telemetry.wire import AttributeEncoder

_YIELD_EVERY = 64
_KEPT = 65_536


class MetricEncoder:
    """Metrics to ``ExportMetricsServiceRequest`` bytes.

    Args:
        attributes: Encodes and redacts attributes.
    """

    def __init__(self, *, attributes: AttributeEncoder) -> None:
        self._attributes = attributes
        self._headers: dict[int, tuple[Any, bytes]] = {}
        self._kept: dict[tuple[int, bytes], tuple[Any, bytes]] = {}

    def request(self, data: MetricsData) -> tuple[bytes, int]:
        """Return (request, number of data points in it)."""
        grouped, points = _Grouped(self._attributes, self._headers), 0
        for resource_metrics in data.resource_metrics:
            for scope_metrics in resource_metrics.scope_metrics:
                for metric in scope_metrics.metrics:
                    points += len(metric.data.data_points)
                    grouped.add(resource_metrics.resource, scope_metrics.scope, self._metric(metric))
        return grouped.request(), points

    def _metric(self, metric: Metric) -> bytes:
        parts = [field(b"\x0a", metric.name.encode())]
        if metric.description:
            parts.append(field(b"\x12", metric.description.encode("utf-8", "replace")))
        if metric.unit:
            parts.append(field(b"\x1a", metric.unit.encode("utf-8", "replace")))
        kind = type(metric.data).__name__
        if kind == "Gauge":
            parts.append(field(b"\x2a", self._points(metric, self._number)))
        elif kind == "Sum":
            parts.append(field(b"\x3a", self._points(metric, self._number) + _sum_tail(metric.data)))
        elif kind == "Histogram":
            parts.append(field(b"\x4a", self._points(metric, self._histogram) + _temporality(metric.data)))
        else:
            return _stock(metric, self._attributes.value)
        return b"".join(parts)

    def _points(self, metric: Metric, encode: Any) -> bytes:
        rows = []
        for index, point in enumerate(metric.data.data_points):
            if index % _YIELD_EVERY == _YIELD_EVERY - 1:
                time.sleep(0)  # hand the interpreter lock to whoever serves a request
            rows.append(field(b"\x0a", encode(point)))
        return b"".join(rows)

    def _number(self, point: Any) -> bytes:
        value = point.value
        encoded = b"\x31" + sfixed64(value) if isinstance(value, int) else b"\x21" + double(value)
        exemplars = b"".join(field(b"\x2a", self._exemplar(one)) for one in point.exemplars or ())
        return self._pairs(b"\x3a", point.attributes) + _times(point) + encoded + exemplars

    def _histogram(self, point: Any) -> bytes:
        counts, bounds = point.bucket_counts, point.explicit_bounds
        parts = [self._pairs(b"\x4a", point.attributes), _times(point), b"\x21", fixed64(point.count)]
        parts += (b"\x29", double(point.sum))
        parts.append(field(b"\x32", struct.pack(f"<{len(counts)}Q", *counts)))
        if bounds:
            parts.append(field(b"\x3a", struct.pack(f"<{len(bounds)}d", *bounds)))
        parts += [field(b"\x42", self._exemplar(one)) for one in point.exemplars or ()]
        parts += (b"\x59", double(point.min), b"\x61", double(point.max))
        return b"".join(parts)

    def _exemplar(self, exemplar: Any) -> bytes:
        value = exemplar.value
        body = b"\x11" + fixed64(exemplar.time_unix_nano)
        body += b"\x31" + sfixed64(value) if isinstance(value, int) else b"\x19" + double(value)
        if exemplar.span_id:
            body += b"\x22\x08" + exemplar.span_id.to_bytes(8, "big")
        if exemplar.trace_id:
            body += b"\x2a\x10" + exemplar.trace_id.to_bytes(16, "big")
        return body + b"".join(self._attributes.fields(b"\x3a", exemplar.filtered_attributes))

    def _pairs(self, tag: bytes, attributes: Mapping[str, Any] | None) -> bytes:
        key = (id(attributes), tag)
        found = self._kept.get(key)
        if found is not None and found[0] is attributes:
            return found[1]
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        encoded = b"".join(self._attributes.fields(tag, attributes))
        self._kept[key] = (attributes, encoded)
        return encoded


def _times(point: Any) -> bytes:
    started = b"\x11" + fixed64(point.start_time_unix_nano) if point.start_time_unix_nano else b""
    return started + b"\x19" + fixed64(point.time_unix_nano)


def _temporality(data: Any) -> bytes:
    return b"\x10" + varint(data.aggregation_temporality.value)


def _sum_tail(data: Any) -> bytes:
    return _temporality(data) + (b"\x18\x01" if data.is_monotonic else b"")


def _stock(metric: Metric, redact: Callable[[str, Any], Any]) -> bytes:
    """Encode what is rare (exponential histograms) with the stock encoder, attributes redacted."""
    from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
    from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    points: list[Any] = [
        dataclasses.replace(
            point, attributes={key: redact(key, value) for key, value in (point.attributes or {}).items()}
        )
        for point in metric.data.data_points
    ]
    histogram: Any = metric.data
    data = dataclasses.replace(histogram, data_points=points)
    metric = dataclasses.replace(metric, data=data)
    scope = ScopeMetrics(scope=InstrumentationScope(""), metrics=[metric], schema_url="")
    resource = ResourceMetrics(resource=Resource.get_empty(), scope_metrics=[scope], schema_url="")
    request = encode_metrics(MetricsData(resource_metrics=[resource]))
    return bytes(request.resource_metrics[0].scope_metrics[0].metrics[0].SerializeToString())
