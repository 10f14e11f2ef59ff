"""``/health``: how the application does, whether it is ready, and whether it lives at all.

Probes are answered in front of the pages (:mod:`otel_monitoring.api.probes`); the routes here say the same
where the router is used alone, and describe them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.access.caller import caller_of
from otel_monitoring.api.analytics.insights import ScorePartBody
from otel_monitoring.api.probes import ALIVE, LIVE_PATH, READY_PATH, Probe, Probes
from otel_monitoring.api.refused import NOT_FOUND, UNAVAILABLE, UNPROCESSABLE, RefusedError, refusals

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.health.report import CheckResult, HealthReport, Readiness
    from otel_monitoring.reports.insights.score import HealthScore

Status = Literal["healthy", "degraded", "unhealthy"]

_ACCEPTED = 202


class HealthSource(Protocol):
    """What the API needs of the registry of checks."""

    def report(self) -> HealthReport:
        """Return what was found out before."""
        ...

    def readiness(self) -> Readiness:
        """Return whether the application should get requests, at once."""
        ...

    def run(self, name: str, *, wait_s: float = 0) -> bool | None:
        """Run a check now; return whether it has ended, ``None`` where nobody has that name."""
        ...


class CheckBody(BaseModel):
    """The newest result of one check."""

    name: str = Field(examples=["orders-db"])
    status: Status | None = Field(description="Empty before the first result.")
    message: str = Field(description="What its newest run said, without secrets.")
    advice: str = Field(description="What to do about it; empty where there is nothing to do.")
    critical: bool = Field(
        description="Whether the whole is unhealthy, and not ready, when this is unhealthy."
    )
    failures: int = Field(
        description="Runs in a row that have failed; they may be too few yet for the status to change."
    )
    checked_at: datetime | None = Field(serialization_alias="checkedAt")
    changed_at: datetime | None = Field(
        serialization_alias="changedAt", description="Since when the status has been what it is."
    )
    latency_seconds: float = Field(serialization_alias="latencySeconds")


class ShortHealthBody(BaseModel):
    """How the application does, in one word: what strangers are told."""

    status: Status = Field(description="What critical checks found decides; any other one makes it degraded.")
    at: datetime


class HealthBody(ShortHealthBody):
    """How the application does."""

    ready: bool = Field(description="Whether this process should get requests.")
    not_ready: list[str] = Field(serialization_alias="notReady", description="Why it should not.")
    score: float | None = Field(
        description="From 0 to 100, the same as at `/health/score`; null where no part of it has data."
    )
    parts: list[ScorePartBody] = Field(description="What the score is made of, the worst in front.")
    checks: list[CheckBody] = Field(description="The worst in front, then by name.")


class LiveBody(BaseModel):
    """That the process answers."""

    status: Literal["alive"] = "alive"


class ReadyBody(BaseModel):
    """Whether the process should get requests."""

    status: Literal["ready", "not ready"]


Verbose = Annotated[
    bool, Query(description="`false` for the status alone; whoever may not read gets no more in any case.")
]
Wait = Annotated[float, Query(ge=0, le=10, description="Longest to wait for the result, in seconds.")]

_ANSWERS: dict[int | str, dict[str, Any]] = {
    503: {"model": HealthBody | ShortHealthBody, "description": "The application is unhealthy."}
}
_NOT_READY: dict[int | str, dict[str, Any]] = {
    503: {"model": ReadyBody, "description": "It should get no requests."}
}
_GOES_ON: dict[int | str, dict[str, Any]] = {
    202: {"model": CheckBody, "description": "The check still runs; this is what was found before."}
}


def health_router(source: HealthSource, score: Callable[[], HealthScore] | None = None) -> APIRouter:
    """Return the routes about health.

    Args:
        source: The checks.
        score: Returns the score, in a worker thread; ``None`` leaves it empty.
    """
    router, routes = APIRouter(tags=["health"]), _Routes(source, score)
    router.get(
        "/health",
        summary="How the application does, check by check; strangers learn the status alone",
        response_model=HealthBody | ShortHealthBody,
        responses=_ANSWERS,
    )(routes.health)
    router.head("/health", include_in_schema=False)(routes.health)  # as monitors from outside ask
    router.get(
        LIVE_PATH,
        summary="Whether the process answers; touches nothing and is open to everybody",
        response_model=LiveBody,
    )(routes.live)
    router.get(
        READY_PATH,
        summary="Whether the process should get requests; touches nothing and is open to everybody",
        response_model=ReadyBody,
        responses=_NOT_READY,
    )(routes.ready)
    router.get("/health/checks/{name}", summary="What one check found", responses=refusals(NOT_FOUND))(
        routes.check
    )
    router.post(
        "/health/checks/{name}/run",
        summary="Run a check now, in the background",
        response_model=CheckBody,
        responses={**_GOES_ON, **refusals(NOT_FOUND, UNPROCESSABLE)},
    )(routes.run)
    return router


class _Routes:
    def __init__(self, source: HealthSource, score: Callable[[], HealthScore] | None) -> None:
        self._source = source
        self._score = score
        self._probes = Probes(lambda: source.readiness().is_ready)

    async def health(
        self, request: Request, response: Response, *, verbose: Verbose = True
    ) -> HealthBody | ShortHealthBody:
        """From what was found out before: nothing is checked while somebody waits. 503 when unhealthy."""
        from starlette.concurrency import run_in_threadpool

        report = self._source.report()
        response.headers["cache-control"] = "no-store"
        if report.status == "unhealthy":
            response.status_code = UNAVAILABLE
        if not verbose or caller_of(request.scope) is None:
            return ShortHealthBody(status=report.status, at=values.time(report.at_ms))
        return await run_in_threadpool(self._whole, report)

    async def live(self) -> Response:
        """For liveness probes: a restart is of use only where this gives no answer."""
        return _sent(ALIVE)

    async def ready(self) -> Response:
        """For readiness probes and load balancers: critical checks alone decide, by their newest results."""
        return _sent(self._probes.readiness())

    async def check(self, name: str) -> CheckBody:
        """What it found before is at `/health/history?check=` and its name."""
        return self._found(name)

    def run(self, name: str, response: Response, wait: Wait = 5.0) -> CheckBody:
        """One that runs already is not run a second time."""
        has_ended = self._source.run(name, wait_s=wait)
        found = self._found(name)
        if not has_ended:
            response.status_code = _ACCEPTED
        return found

    def _whole(self, report: HealthReport) -> HealthBody:
        readiness, score = self._source.readiness(), self._score() if self._score is not None else None
        return HealthBody(
            status=report.status,
            at=values.time(report.at_ms),
            ready=readiness.is_ready,
            not_ready=list(readiness.reasons),
            score=None if score is None else score.score,
            parts=[] if score is None else [ScorePartBody.of(one) for one in score.parts],
            checks=[_body(one) for one in sorted(report.checks, key=_order)],
        )

    def _found(self, name: str) -> CheckBody:
        for one in self._source.report().checks:
            if one.name == name:
                return _body(one)
        msg = f"path.name is {name[:80]!r}: expected the name of a check"
        raise RefusedError(msg, status=NOT_FOUND, field="path.name")


def _sent(probe: Probe) -> Response:
    headers = {name.decode(): value.decode() for name, value in probe.headers}
    return Response(probe.body, status_code=probe.status, headers=headers)


def _order(result: CheckResult) -> tuple[int, str]:
    ranks = {"unhealthy": 0, "degraded": 2, None: 4, "healthy": 6}
    return ranks[result.status] + (not result.is_critical), result.name


def _body(result: CheckResult) -> CheckBody:
    return CheckBody(
        name=result.name,
        status=result.status,
        message=result.message,
        advice=result.advice,
        critical=result.is_critical,
        failures=result.failures,
        checked_at=values.time_if_any(result.checked_at_ms),
        changed_at=values.time_if_any(result.changed_at_ms),
        latency_seconds=round(result.latency_s, 6),
    )
