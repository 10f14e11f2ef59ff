"""The instruments of HTTP servers, and recorders that are bound to one attribute set.

Source of names: OpenTelemetry semantic conventions 1.44, HTTP metrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from opentelemetry.metrics import CallbackOptions, Observation

from otel_monitoring.instrument.asgi.attributes import METHODS
from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from opentelemetry.context import Context
    from opentelemetry.metrics import Histogram, Meter

DURATION_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Bounds of duration histograms in seconds, as the convention names them."""

SIZE_BUCKETS_BYTES = (0, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216)
"""Bounds of body size histograms in bytes."""

_MEASURED = (
    "http.request.method",
    "url.scheme",
    "http.route",
    "http.response.status_code",
    "network.protocol.version",
    "error.type",
)

METRICS = (
    MetricDescription(
        "http.server.request.duration",
        "s",
        "histogram",
        "Duration of HTTP server requests.",
        _MEASURED,
        "stable",
    ),
    MetricDescription(
        "http.server.request.body.size", "By", "histogram", "Size of HTTP server request bodies.", _MEASURED
    ),
    MetricDescription(
        "http.server.response.body.size", "By", "histogram", "Size of HTTP server response bodies.", _MEASURED
    ),
    MetricDescription(
        "http.server.active_requests",
        "{request}",
        "updowncounter",
        "Number of active HTTP server requests.",
        ("http.request.method", "url.scheme"),
    ),
)
"""Every metric of HTTP requests."""


class Recorder(Protocol):
    """One histogram under one attribute set."""

    def record(self, value: float, context: Context, *, sampled: bool) -> None:
        """Record ``value`` in ``context``; ``sampled`` tells whether an exemplar makes sense."""
        ...


class Noted(Recorder, Protocol):
    """A recorder that notes what outlives this process, where it can, ahead of recording it."""

    def note(self, value: float) -> bool:
        """Note ``value``; return whether that was possible."""
        ...

    def take_back(self, value: float) -> None:
        """Undo a note."""
        ...

    def record_noted(self, value: float, context: Context, *, sampled: bool) -> None:
        """Record ``value``, which was noted."""
        ...


class Unbound:
    """A recorder by the public API alone."""

    def __init__(self, histogram: Histogram, attributes: Mapping[str, Any]) -> None:
        self._histogram = histogram
        self._attributes = attributes

    def record(self, value: float, context: Context, *, sampled: bool) -> None:  # noqa: ARG002 - the SDK looks itself
        """Record ``value`` in ``context``."""
        self._histogram.record(value, self._attributes, context)


@dataclass(frozen=True, slots=True)
class Ending:
    """What requests that ended alike have in common.

    Attributes:
        late: The attributes that the span still lacks.
        name: The name of the span.
        duration: Records durations.
        request_size: Records the sizes of request bodies.
        response_size: Records the sizes of response bodies.
        noted: ``duration``, where it notes ahead of recording; else ``None``.
    """

    late: Mapping[str, Any]
    name: str
    duration: Recorder
    request_size: Recorder
    response_size: Recorder
    noted: Noted | None = None


class HttpInstruments:
    """The instruments of HTTP servers, and the requests under way.

    Args:
        meter: Creates the instruments.
        bind: Makes a recorder of a histogram and an attribute set.
    """

    def __init__(self, meter: Meter, *, bind: Callable[[Any, Mapping[str, Any]], Recorder] = Unbound) -> None:
        self._bind = bind
        duration, request_size, response_size, active = METRICS
        self.duration = _histogram(meter, duration, DURATION_BUCKETS_S)
        self.request_size = _histogram(meter, request_size, SIZE_BUCKETS_BYTES)
        self.response_size = _histogram(meter, response_size, SIZE_BUCKETS_BYTES)
        meter.create_observable_up_down_counter(
            active.name, [self._observe], unit=active.unit, description=active.description
        )
        # Keyed by request, so that adding and removing is one step each under the interpreter lock.
        self.running: dict[object, tuple[str, str]] = {}
        self._seen: set[tuple[str, str]] = set()

    def ending(self, measured: Mapping[str, Any], late: Mapping[str, Any], name: str) -> Ending:
        """Return what is needed to end requests whose metrics have the attributes ``measured``."""
        duration: Any = self._bind(self.duration, measured)
        return Ending(
            late=late,
            name=name,
            duration=duration,
            noted=duration if hasattr(duration, "note") else None,
            request_size=self._bind(self.request_size, measured),
            response_size=self._bind(self.response_size, measured),
        )

    def after_fork(self) -> None:
        """Forget the parent's requests."""
        self.running.clear()
        self._seen.clear()

    def _observe(self, _options: CallbackOptions) -> Iterable[Observation]:
        counts = dict.fromkeys(self._seen, 0)
        for key in list(self.running.values()):
            counts[key] = counts.get(key, 0) + 1
            if len(self._seen) < len(METHODS) * 4:
                self._seen.add(key)
        for (method, scheme), count in counts.items():
            yield Observation(count, {"http.request.method": method, "url.scheme": scheme})


def _histogram(meter: Meter, metric: MetricDescription, bounds: Sequence[float]) -> Histogram:
    return meter.create_histogram(
        metric.name,
        unit=metric.unit,
        description=metric.description,
        explicit_bucket_boundaries_advisory=bounds,
    )
