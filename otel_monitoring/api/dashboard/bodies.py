"""What ``/dashboard`` answers: parts of their own, of which each says why it is empty or failed (P22)."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Generic, Literal, TypeVar

from pydantic import Field

from otel_monitoring.api.alerts import AlertBody  # noqa: TC001 - as above
from otel_monitoring.api.analytics.anomalies import AnomalyBody  # noqa: TC001 - as above
from otel_monitoring.api.analytics.insights import InsightBody  # noqa: TC001 - as above
from otel_monitoring.api.served import Body, ChangeBody, PointsBody, ServedBody, WorstBody

T = TypeVar("T", bound=Body)

Status = Literal["healthy", "degraded", "unhealthy", "unknown"]


class Part(Body, Generic[T]):
    """One part of the overview."""

    state: Literal["ok", "empty", "failed"]
    note: str = Field(description="Why there is nothing to see, and what to do; empty where there is.")
    since: datetime | None = Field(description="From when on it speaks; null where it is about now alone.")
    data: T | None = Field(description="Null where it failed.")


class ReasonBody(Body):
    """A part of the score."""

    name: str = Field(examples=["availability"])
    score: float = Field(description="From 0 to 100.", examples=[70.0])
    why: str = Field(examples=["1 % of the requests of the last 15 minutes failed."])


class FailingBody(Body):
    """A check that is not healthy."""

    name: str = Field(examples=["orders-db"])
    status: Status
    message: str
    advice: str = Field(description="What to do about it; empty where there is nothing to do.")
    critical: bool


class HealthData(Body):
    """How healthy everything is."""

    status: Status = Field(description="What the checks say.")
    score: float | None = Field(description="From 0 to 100; null without data.", examples=[87.5])
    score_status: Status
    reasons: list[ReasonBody] = Field(description="What the score is made of, the worst in front.")
    checks: int = Field(description="How many checks there are.", examples=[6])
    failing: list[FailingBody] = Field(description="Those that are not healthy.")


class RequestsData(Body):
    """How requests go, beside the time before of the same length."""

    now: ServedBody
    before: ServedBody
    change: ChangeBody
    points: PointsBody


class EndpointsData(Body):
    """Which endpoints stand out."""

    total: int = Field(description="How many endpoints were asked for.", examples=[23])
    worst: WorstBody


class AlertsData(Body):
    """What fires."""

    firing: int = Field(examples=[1])
    pending: int = Field(examples=[0])
    by_severity: dict[str, int] = Field(description="How many fire of each severity.")
    alerts: list[AlertBody] = Field(
        description="What fires, the worst severity in front and within it what began first; then what is"
        " pending. At most 20."
    )


class AnomaliesData(Body):
    """What is unusual."""

    now: list[AnomalyBody] = Field(description="What lasts, the newest in front.")
    total: int = Field(description="How many there were in the window, those that last included.")


class InsightsData(Body):
    """What is worth knowing."""

    insights: list[InsightBody] = Field(description="The largest effect in front.")
    total: int = Field(examples=[4])


class LevelBody(Body):
    """How a service level stands."""

    name: str = Field(examples=["checkout"])
    state: str = Field(description="met, burning, exhausted or no data.", examples=["met"])
    sentence: str
    target: float = Field(examples=[0.999])
    ratio: float | None = Field(description="The share that was good.", examples=[0.9994])
    budget_remaining: float | None = Field(
        description="1 for all of it; below 0 where more was spent.", examples=[0.4]
    )


class SlosData(Body):
    """How service levels stand."""

    slos: list[LevelBody]


class SystemData(Body):
    """How machine and process are; null where that is not measured."""

    cpu: float | None = Field(description="The used share of the processors, 0 to 1.", examples=[0.31])
    memory: float | None = Field(description="The used share of the memory, 0 to 1.", examples=[0.52])
    disk: float | None = Field(description="How full the fullest filesystem is, 0 to 1.", examples=[0.63])
    process_bytes: float | None = Field(description="The memory of all processes.", examples=[262144000.0])
    loop_lag_seconds: float | None = Field(description="How late the event loop is.", examples=[0.002])
    active_requests: int | None = Field(description="Requests that are under way.", examples=[3])


class CountsData(Body):
    """How much there is."""

    processes: int | None = Field(description="Of the application.", examples=[4])
    series: int = Field(description="In memory.", examples=[10000])
    rules: int = Field(examples=[42])
    rules_failing: int = Field(description="Rules that could not be asked.", examples=[0])


class DashboardBody(Body):
    """Everything in one answer."""

    at: datetime
    since: datetime = Field(description="Where the window begins.")
    until: datetime
    health: Part[HealthData]
    requests: Part[RequestsData]
    endpoints: Part[EndpointsData]
    alerts: Part[AlertsData]
    anomalies: Part[AnomaliesData]
    insights: Part[InsightsData]
    slos: Part[SlosData]
    system: Part[SystemData]
    counts: Part[CountsData]
