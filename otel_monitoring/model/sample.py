"""Samples of series, one collection at a time."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels

STALE_BITS = 0x7FF0000000000002
"""The bit pattern of Prometheus's staleness marker, a NaN of its own; compare bits, never values."""

STALE: float = struct.unpack("<d", struct.pack("<Q", STALE_BITS))[0]

MetricType = Literal["counter", "gauge", "histogram", "unknown"]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a metric besides its samples.

    Attributes:
        name: The Prometheus name of the metric family, such as ``http_server_request_duration_seconds``.
        type: The Prometheus type.
        help: The description that the instrument was created with.
        unit: The unit as OpenTelemetry wrote it (UCUM), such as ``s``.
    """

    name: str
    type: MetricType
    help: str
    unit: str


@dataclass(frozen=True, slots=True)
class Batch:
    """All samples of one collection of one source; they share one time.

    Attributes:
        source: Who collected: ``self`` for this process, else the name of another instance.
        time_ms: Unix time of the collection in milliseconds.
        labels: The label sets, metric name included, shape (n,), without repetition.
        values: The samples in the order of ``labels``, shape (n,), in the unit of each metric.
        metadata: What is known of the metrics in this batch.
    """

    source: str
    time_ms: int
    labels: Sequence[Labels]
    values: Sequence[float] | NDArray[np.float64]
    metadata: Sequence[Metadata] = ()
