"""``/insights``, ``/recommendations``, ``/health/score``: what to know, what to do, how well it goes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from otel_monitoring.api import values

if TYPE_CHECKING:
    from otel_monitoring.reports.insights.desk import InsightsDesk
    from otel_monitoring.reports.insights.insight import Evidence, Insight, Recommendation
    from otel_monitoring.reports.insights.score import HealthScore, ScoreDesk, ScorePart

_MOST = 200

Kind = Annotated[str, Query(description="Only of this kind.", examples=["errors"])]
Limit = Annotated[int, Query(ge=1, le=_MOST)]


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class EvidenceBody(_Body):
    """What a sentence stands on."""

    expr: str = Field(description="PromQL that shows it.")
    value: float | str
    values: dict[str, float | str] = Field(description="Further numbers, by name.")
    window_seconds: float = Field(description="How far back it looks; 0 where it does not.")
    at: datetime

    @classmethod
    def of(cls, evidence: Evidence) -> EvidenceBody:
        """Return evidence as it is sent."""
        return cls(
            expr=evidence.expr,
            value=values.number(evidence.value),
            values={name: values.number(one) for name, one in evidence.values.items()},
            window_seconds=evidence.window_s,
            at=values.time(evidence.at_ms),
        )


class InsightBody(_Body):
    """One thing that is worth knowing."""

    id: str = Field(description="The same as long as it is about the same thing.")
    rule: str = Field(examples=["ErrorHotSpot"])
    kind: str = Field(examples=["errors"])
    labels: dict[str, str]
    sentence: str
    effect: float = Field(description="How much it matters, from 0 to 1.")
    advice: str = Field(description="What to do about it; empty for nothing.")
    why: str = Field(description="What good that does.")
    since: datetime
    is_new: bool = Field(description="Whether nobody was told yet, or it has changed much since.")
    evidence: EvidenceBody

    @classmethod
    def of(cls, one: Insight) -> InsightBody:
        """Return an insight as it is sent."""
        return cls(
            id=one.id,
            rule=one.rule,
            kind=one.kind,
            labels=one.labels.as_dict(),
            sentence=one.sentence,
            effect=one.effect,
            advice=one.advice,
            why=one.why,
            since=values.time(one.since_ms),
            is_new=one.is_new,
            evidence=EvidenceBody.of(one.evidence),
        )


class InsightsBody(_Body):
    """What is worth knowing now, the largest effect in front."""

    insights: list[InsightBody]
    total: int
    problems: dict[str, str] = Field(description="Rules that could not be asked, and why.")


class RecommendationBody(_Body):
    """Something to do, and all insights that ask for it."""

    advice: str
    why: str
    kind: str
    effect: float = Field(description="How much it matters, from 0 to 1.")
    because: list[InsightBody]

    @classmethod
    def of(cls, one: Recommendation) -> RecommendationBody:
        """Return a recommendation as it is sent."""
        because = [InsightBody.of(insight) for insight in one.because]
        return cls(advice=one.advice, why=one.why, kind=one.kind, effect=one.effect, because=because)


class RecommendationsBody(_Body):
    """What to do, the largest effect in front."""

    recommendations: list[RecommendationBody]
    total: int


class ScorePartBody(_Body):
    """A part of the score."""

    name: str = Field(examples=["availability"])
    score: float = Field(description="From 0 to 100.")
    weight: float = Field(description="How much it counts beside the others.")
    value: float = Field(description="The number that it was read off.")
    unit: str
    why: str

    @classmethod
    def of(cls, one: ScorePart) -> ScorePartBody:
        """Return a part as it is sent."""
        return cls(
            name=one.name,
            score=round(one.score, 1),
            weight=one.weight,
            value=one.value,
            unit=one.unit,
            why=one.why,
        )


class ScoreBody(_Body):
    """How healthy everything is."""

    score: float | None = Field(description="From 0 to 100; null where no part has data.")
    status: Literal["healthy", "degraded", "unhealthy", "unknown"]
    parts: list[ScorePartBody] = Field(description="The worst in front; what has no data is left out.")
    recommendations: list[RecommendationBody] = Field(description="What would help most.")
    at: datetime


def insights_router(desk: InsightsDesk, score: ScoreDesk) -> APIRouter:
    """Return the routes of insights, recommendations and the score; they run in worker threads."""
    router, routes = APIRouter(tags=["insights"]), _Routes(desk, score)
    router.get("/insights", summary="What is worth knowing", response_model=InsightsBody)(routes.insights)
    router.get("/recommendations", summary="What to do about it", response_model=RecommendationsBody)(
        routes.recommendations
    )
    router.get("/health/score", summary="How well it goes, from 0 to 100", response_model=ScoreBody)(
        routes.score
    )
    return router


class _Routes:
    _helpful = 3

    def __init__(self, desk: InsightsDesk, score: ScoreDesk) -> None:
        self._desk = desk
        self._score = score

    def insights(
        self,
        kind: Kind = "",
        *,
        new: Annotated[bool, Query(description="Only what nobody was told yet.")] = False,
        limit: Limit = 50,
    ) -> InsightsBody:
        """Sentences with their numbers, ranked by effect."""
        found = [
            one for one in self._desk.insights() if (not kind or one.kind == kind) and (one.is_new or not new)
        ]
        shown = [InsightBody.of(one) for one in found[:limit]]
        return InsightsBody(insights=shown, total=len(found), problems=self._desk.problems())

    def recommendations(self, kind: Kind = "", limit: Limit = 50) -> RecommendationsBody:
        """Advice, with all that asks for it; none without data."""
        found = [one for one in self._desk.recommendations() if not kind or one.kind == kind]
        shown = [RecommendationBody.of(one) for one in found[:limit]]
        return RecommendationsBody(recommendations=shown, total=len(found))

    def score(self) -> ScoreBody:
        """One number, the parts that it is made of, and what would help most."""
        found: HealthScore = self._score.score()
        helpful = self._desk.recommendations()[: self._helpful]
        return ScoreBody(
            score=found.score,
            status=found.status,
            parts=[ScorePartBody.of(one) for one in found.parts],
            recommendations=[RecommendationBody.of(one) for one in helpful],
            at=values.time(found.at_ms),
        )
