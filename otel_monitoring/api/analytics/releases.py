"""``/releases``: which versions ran, how one or a week compares with the one before, what got worse."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.analytics.refusing import refusing
from otel_monitoring.api.refused import UNPROCESSABLE, refusals

if TYPE_CHECKING:
    from otel_monitoring.analytics.comparison.durations import Side
    from otel_monitoring.reports.releases.comparing import Change
    from otel_monitoring.reports.releases.desk import Comparison, ReleasesDesk
    from otel_monitoring.reports.releases.findings import Regression
    from otel_monitoring.reports.releases.versions import Release


class ReleaseBody(BaseModel):
    """A version of a service while it ran."""

    job: str
    version: str
    first_seen: datetime = Field(serialization_alias="firstSeen")
    last_seen: datetime = Field(serialization_alias="lastSeen")
    may_be_older: bool = Field(
        serialization_alias="mayBeOlder", description="Whether it ran before anything is known."
    )


class RegressionBody(BaseModel):
    """Something that got worse with a release; told of once."""

    job: str
    version: str
    before: str = Field(description="The version that it was compared with.")
    method: str
    route: str
    what: str = Field(examples=["latency", "errors"])
    size: float = Field(description="The growth of the mean, or of the share of failures.")
    found_at: datetime = Field(serialization_alias="foundAt")
    text: str


class ReleasesBody(BaseModel):
    """What ran in the last thirty days, the newest in front."""

    releases: list[ReleaseBody]
    regressions: list[RegressionBody]


class SideBody(BaseModel):
    """How an endpoint did at one time."""

    requests: float
    rate: float | None = Field(description="Requests a second.")
    mean_seconds: float | None = Field(serialization_alias="meanSeconds")
    p50_seconds: float | None = Field(serialization_alias="p50Seconds")
    p95_seconds: float | None = Field(serialization_alias="p95Seconds")
    p99_seconds: float | None = Field(serialization_alias="p99Seconds")
    error_ratio: float | None = Field(serialization_alias="errorRatio")


class DifferenceBody(BaseModel):
    """By how much a figure grew, and whether that is more than chance."""

    value: float | None = Field(description="Of the mean as a ratio, of failures as a share.")
    low: float | None = Field(description="At least this, in 95 of 100 cases.")
    high: float | None
    p_value: float | None = Field(serialization_alias="pValue")
    false_discovery_rate: float | None = Field(serialization_alias="falseDiscoveryRate")
    reason: str = Field(description="Why nothing can be said; empty where something can.")


class ReleaseChangeBody(BaseModel):
    """How one endpoint changed."""

    job: str
    method: str
    route: str
    verdicts: list[str] = Field(examples=[["slower", "failing more"]])
    before: SideBody
    after: SideBody
    latency: DifferenceBody
    errors: DifferenceBody
    text: str


class SpanBody(BaseModel):
    """One of two times."""

    version: str | None
    start: datetime
    end: datetime


class ComparisonBody(BaseModel):
    """Two times side by side, what got worst in front."""

    before: SpanBody
    after: SpanBody
    slot_seconds: float = Field(serialization_alias="slotSeconds")
    changes: list[ReleaseChangeBody]
    reason: str = Field(description="Why nothing can be said; empty where something can.")


def releases_router(desk: ReleasesDesk) -> APIRouter:
    """Return the routes about releases; they run in worker threads."""
    router, routes = APIRouter(tags=["analytics"]), _Routes(desk)
    router.get(
        "/releases",
        summary="Which versions ran, and what got worse with them",
        response_model=ReleasesBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.known)
    router.get(
        "/releases/compare",
        summary="A release, or some days, against the one before",
        response_model=ComparisonBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.compare)
    return router


class _Routes:
    def __init__(self, desk: ReleasesDesk) -> None:
        self._desk = desk

    def known(self) -> ReleasesBody:
        """By ``service.version``, as processes say of themselves."""
        with refusing(where="query", metric="query"):
            found = self._desk.releases()
        return ReleasesBody(
            releases=[_release_body(one) for one in found],
            regressions=[_regression_body(one) for one in self._desk.regressions()],
        )

    def compare(
        self,
        version: Annotated[str | None, Query(description="The later one; the newest if left out.")] = None,
        against: Annotated[
            str | None, Query(description="The earlier one; the one before if left out.")
        ] = None,
        job: Annotated[str | None, Query(description="The service, where there are several.")] = None,
        days: Annotated[
            int | None, Query(ge=1, le=31, description="Compare so many days with as many before instead.")
        ] = None,
    ) -> ComparisonBody:
        """A release is compared in its first seven days with as long a time before it, an hour at least."""
        with refusing(where="query", metric="query"):
            if days is not None:
                return _comparison_body(self._desk.compare_weeks(days=days))
            return _comparison_body(self._desk.compare(version, against=against, job=job))


def _release_body(one: Release) -> ReleaseBody:
    return ReleaseBody(
        job=one.job,
        version=one.version,
        first_seen=values.time(one.first_ms),
        last_seen=values.time(one.last_ms),
        may_be_older=one.is_first,
    )


def _regression_body(one: Regression) -> RegressionBody:
    return RegressionBody(
        job=one.job,
        version=one.version,
        before=one.before,
        method=one.method,
        route=one.route,
        what=one.what,
        size=one.size,
        found_at=values.time(one.found_ms),
        text=one.text,
    )


def _comparison_body(found: Comparison) -> ComparisonBody:
    sides = [
        SpanBody(
            version=None if release is None else release.version,
            start=values.time(window.start_ms),
            end=values.time(window.end_ms),
        )
        for release, window in ((found.before, found.window_before), (found.after, found.window_after))
    ]
    return ComparisonBody(
        before=sides[0],
        after=sides[1],
        slot_seconds=found.window_after.step_ms / 1000,
        changes=[_change_body(one) for one in found.changes],
        reason=found.reason,
    )


def _change_body(one: Change) -> ReleaseChangeBody:
    latency, errors = one.latency, one.errors
    return ReleaseChangeBody(
        job=one.endpoint.job,
        method=one.endpoint.method,
        route=one.endpoint.route,
        verdicts=[*one.verdicts],
        before=_side_body(latency.before, one.rate_before, errors.before),
        after=_side_body(latency.after, one.rate_after, errors.after),
        latency=DifferenceBody(
            value=_known(latency.ratio),
            low=_known(latency.low),
            high=_known(latency.high),
            p_value=_known(latency.p_value),
            false_discovery_rate=_known(one.latency_rate),
            reason=latency.reason,
        ),
        errors=DifferenceBody(
            value=_known(errors.change),
            low=_known(errors.low),
            high=_known(errors.high),
            p_value=_known(errors.p_value),
            false_discovery_rate=_known(one.errors_rate),
            reason=errors.reason,
        ),
        text=one.sentence(),
    )


def _side_body(side: Side, rate: float, error_ratio: float) -> SideBody:
    return SideBody(
        requests=side.requests,
        rate=_known(rate),
        mean_seconds=_known(side.mean_s),
        p50_seconds=_known(side.p50_s),
        p95_seconds=_known(side.p95_s),
        p99_seconds=_known(side.p99_s),
        error_ratio=_known(error_ratio),
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
