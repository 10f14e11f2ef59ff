"""How requests went, as JSON carries it: the same words in every answer that speaks of them."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from otel_monitoring.api import values

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from otel_monitoring.views.endpoints import Worst
    from otel_monitoring.views.latency import Latency
    from otel_monitoring.views.points import Points
    from otel_monitoring.views.requests import Endpoint, Requests, Served

NOTHING = (
    "No request was counted in this time. Requests are counted once the application is wrapped "
    "(setup_telemetry(app)) and has been asked for something, from the next collection on; `window` looks "
    "further back."
)
_DIGITS = 6


class Body(BaseModel):
    """What is called in snake case here and in camel case in JSON."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class LatencyBody(Body):
    """How long requests took, in seconds; null where that is not known."""

    min: float | None = Field(
        description="None was faster: the lower end of the first bucket of the histogram with any.",
        examples=[0.01],
    )
    mean: float | None = Field(examples=[0.048])
    p50: float | None = Field(description="Half were as fast.", examples=[0.041])
    p95: float | None = Field(description="95 of a hundred were as fast.", examples=[0.118])
    p99: float | None = Field(description="99 of a hundred were as fast.", examples=[0.232])
    max: float | None = Field(
        description="None was slower: the upper bound of the last bucket with any; null where some took "
        "longer than the highest bound.",
        examples=[0.25],
    )

    @classmethod
    def of(cls, served: Served) -> LatencyBody:
        """Return how long requests took."""
        found: Latency = served.latency
        return cls(
            min=rounded(found.low_s),
            mean=rounded(served.mean_s),
            p50=rounded(found.p50_s),
            p95=rounded(found.p95_s),
            p99=rounded(found.p99_s),
            max=rounded(found.high_s),
        )


class ServedBody(Body):
    """How some requests went."""

    requests: int = Field(examples=[1804])
    errors: int = Field(description="Requests that the server could not answer (5xx).", examples=[9])
    refused: int = Field(description="Requests that it would not answer (4xx).", examples=[31])
    error_rate: float | None = Field(
        description="The share of errors, 0 to 1; null without requests.", examples=[0.004989]
    )
    per_minute: float | None = Field(
        description="Requests a minute, of the time that is known.", examples=[30.066667]
    )
    total_seconds: float = Field(description="What all of them took together.", examples=[86.592])
    latency_seconds: LatencyBody
    request_bytes: float | None = Field(
        description="The mean size of their bodies; null where that is not known.", examples=[412.5]
    )
    response_bytes: float | None = Field(
        description="The mean size of what was sent back; null where that is not known.", examples=[8192.0]
    )


class EndpointBody(ServedBody):
    """How one endpoint does."""

    method: str = Field(examples=["GET"])
    route: str = Field(
        description="The template of the route; empty for requests that none was found for.",
        examples=["/cart/{id}"],
    )
    time_share: float | None = Field(
        description="Its share of the time that all requests took, 0 to 1.", examples=[0.42]
    )


class WorstOneBody(Body):
    """An endpoint that stands out."""

    method: str = Field(examples=["GET"])
    route: str = Field(examples=["/cart/{id}"])
    value: float | None = Field(description="The number that it stands out by.", examples=[0.118])
    requests: int = Field(examples=[1804])


class WorstBody(Body):
    """The endpoints that stand out, the worst in front; shares and percentiles need ten requests at least."""

    error_rate: list[WorstOneBody] = Field(description="By the share of errors, where there are any.")
    latency: list[WorstOneBody] = Field(description="By the 95th percentile, in seconds.")
    total_seconds: list[WorstOneBody] = Field(description="By what all their requests took together.")

    @classmethod
    def of(cls, worst: Worst) -> WorstBody:
        """Return the endpoints that stand out."""
        return cls(
            error_rate=[_stands_out(one, one.served.error_ratio) for one in worst.by_error_ratio],
            latency=[_stands_out(one, one.served.latency.p95_s) for one in worst.by_latency],
            total_seconds=[_stands_out(one, one.served.time_s) for one in worst.by_time],
        )


class ChangeBody(Body):
    """What is different from the time before of the same length; null where one of the two is not known."""

    per_minute_percent: float | None = Field(description="Of requests a minute.", examples=[12.5])
    error_rate: float | None = Field(
        description="By how much the share of errors is higher, 0.01 being one in a hundred.",
        examples=[-0.002],
    )
    mean_percent: float | None = Field(description="Of the mean duration.", examples=[-3.1])
    p95_percent: float | None = Field(description="Of the 95th percentile.", examples=[40.2])

    @classmethod
    def of(cls, now: Requests, before: Requests) -> ChangeBody:
        """Return what is different."""
        one, other = now.whole, before.whole
        ratios = (one.error_ratio, other.error_ratio)
        return cls(
            per_minute_percent=percent(now.per_minute(one), before.per_minute(other)),
            error_rate=None if ratios[0] is None or ratios[1] is None else rounded(ratios[0] - ratios[1]),
            mean_percent=percent(one.mean_s, other.mean_s),
            p95_percent=percent(one.latency.p95_s, other.latency.p95_s),
        )


class StatusCountBody(Body):
    """How many requests ended with a status."""

    status: str = Field(description="Empty where there was no answer.", examples=["200"])
    requests: int = Field(examples=[1764])
    share: float = Field(description="Of all requests, 0 to 1.", examples=[0.977827])


class BucketBody(Body):
    """How many requests took about so long."""

    up_to: float | None = Field(
        description="In seconds, the bound of the bucket before being the other end; null for no end.",
        examples=[0.05],
    )
    requests: int = Field(examples=[640])


class PointsBody(Body):
    """How requests went step by step: lists of the same length, null where nothing is known."""

    step_seconds: float = Field(examples=[60])
    times: list[datetime] = Field(description="Where the steps end.")
    per_minute: list[float | None] = Field(description="Requests a minute.")
    error_rate: list[float | None] = Field(description="The share of errors, 0 to 1.")
    p50: list[float | None] = Field(description="In seconds.")
    p95: list[float | None] = Field(description="In seconds.")

    @classmethod
    def of(cls, points: Points) -> PointsBody:
        """Return points as JSON carries them."""
        return cls(
            step_seconds=points.step_ms / 1000,
            times=[values.time(at_ms) for at_ms in points.times_ms.tolist()],
            per_minute=_numbers(points.per_minute),
            error_rate=_numbers(points.error_ratio),
            p50=_numbers(points.p50_s),
            p95=_numbers(points.p95_s),
        )


def served_body(requests: Requests) -> ServedBody:
    """Return how all requests went."""
    return ServedBody(**_fields(requests, requests.whole))


def endpoint_body(requests: Requests, one: Endpoint, *, time_s: float) -> EndpointBody:
    """Return how one endpoint does.

    Args:
        requests: What it is among.
        one: The endpoint.
        time_s: What all requests that it is compared with took together.
    """
    return EndpointBody(
        **_fields(requests, one.served),
        method=one.method,
        route=one.route,
        time_share=rounded(one.served.time_s / time_s) if time_s > 0 else None,
    )


def statuses(requests: Requests) -> list[StatusCountBody]:
    """Return how many requests ended with which status, the most frequent in front."""
    whole = sum(requests.statuses.values())
    return [
        StatusCountBody(status=status, requests=round(count), share=round(count / whole, _DIGITS))
        for status, count in sorted(requests.statuses.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def distribution(requests: Requests) -> list[BucketBody]:
    """Return how many requests took about how long, the fastest in front."""
    return [
        BucketBody(up_to=bound if math.isfinite(bound) else None, requests=max(round(count), 0))
        for bound, count in zip(requests.bounds, requests.buckets, strict=True)
    ]


def percent(now: float | None, before: float | None) -> float | None:
    """Return by how many percent a number is higher than another."""
    if now is None or not before:
        return None
    return rounded(100 * (now - before) / before)


def rounded(value: float | None) -> float | None:
    """Return a number without the digits that nobody reads; ``None`` for what is no number."""
    return None if value is None or not math.isfinite(value) else round(value, _DIGITS)


def _fields(requests: Requests, served: Served) -> dict[str, Any]:
    return {
        "requests": round(served.requests),
        "errors": round(served.failed),
        "refused": round(served.refused),
        "error_rate": rounded(served.error_ratio),
        "per_minute": rounded(requests.per_minute(served)),
        "total_seconds": round(served.time_s, _DIGITS),
        "latency_seconds": LatencyBody.of(served),
        "request_bytes": rounded(served.received_bytes),
        "response_bytes": rounded(served.sent_bytes),
    }


def _stands_out(one: Endpoint, value: float | None) -> WorstOneBody:
    return WorstOneBody(
        method=one.method, route=one.route, value=rounded(value), requests=round(one.served.requests)
    )


def _numbers(row: NDArray[np.float64]) -> list[float | None]:
    return [rounded(value) for value in row.tolist()]
