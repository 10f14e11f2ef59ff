"""``/rules/backtest``: when a rule would have fired over recorded history (P9)."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.alerts.evaluation.backtest import backtest
from otel_monitoring.alerts.rules.rule import AlertingRule
from otel_monitoring.api import values
from otel_monitoring.api.alerting.evidence import WatchedBody
from otel_monitoring.api.analytics.refusing import refusing
from otel_monitoring.api.moments import duration_ms
from otel_monitoring.api.refused import CONFLICT, UNPROCESSABLE, RefusedError, refusals
from otel_monitoring.api.windows import WantsWindow  # noqa: TC001 - FastAPI reads the annotation
from otel_monitoring.errors import QueryError, RuleError
from otel_monitoring.model.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.alerts.evaluation.backtest import Episode
    from otel_monitoring.api.windows import Window
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.evidence import Watched
    from otel_monitoring.promql.query import Query
    from otel_monitoring.promql.result import Result

_LONGEST_TEXT = 10_000
_LONGEST_MS = 31 * 86_400_000
_USUAL_MS = 6 * 3_600_000
_MOST_STEPS = 10_000
_MOST_BREACHES = 50_000
_MOST_EPISODES = 200
_NAME = "Trial"


@dataclass(frozen=True, slots=True)
class BacktestSource:
    """What a trial of a rule needs.

    Attributes:
        query: Answers ranges over the history, within a deadline of its own.
        watched: Returns what an expression looks at; raises a ``QueryError`` for one that is not valid.
        clock: The time.
        interval_ms: Between two evaluations, where nobody says.
    """

    query: Query
    watched: Callable[[str], Watched | None]
    clock: Clock
    interval_ms: int


class BacktestIn(BaseModel):
    """A rule to be tried."""

    model_config = ConfigDict(extra="forbid")

    expr: str = Field(
        min_length=1,
        max_length=_LONGEST_TEXT,
        description="Its condition, in PromQL.",
        examples=["orders_waiting > 5"],
    )
    for_: str = Field("0s", alias="for", description="How long it must hold.", examples=["5m"])
    keep_firing_for: str = Field("0s", alias="keepFiringFor", description="How long it fires on.")
    interval: str | None = Field(
        None, description="Between two evaluations; that of the settings if left out.", examples=["15s"]
    )


class TrialEpisodeBody(BaseModel):
    """One time that an alert would have been there."""

    labels: dict[str, str]
    pending_at: datetime = Field(
        serialization_alias="pendingAt", description="Since when the condition held."
    )
    fired_at: datetime | None = Field(
        serialization_alias="firedAt", description="Null where it did not hold for long enough."
    )
    ended_at: datetime | None = Field(serialization_alias="endedAt", description="Null where it still holds.")
    peak: float | str = Field(description="The value that was farthest from zero.")


class BacktestBody(BaseModel):
    """When a rule would have fired."""

    since: datetime
    until: datetime
    interval_seconds: float = Field(
        serialization_alias="intervalSeconds",
        description=f"Between two evaluations; longer than asked for beyond {_MOST_STEPS:,} of them.",
    )
    watched: WatchedBody | None = Field(description="What it looks at; null where it compares nothing.")
    fired: int = Field(description="How many times it would have fired.")
    pending_only: int = Field(
        serialization_alias="pendingOnly", description="How many times it did not hold for long enough."
    )
    firing_seconds: float = Field(
        serialization_alias="firingSeconds", description="How long all of its alerts fire, added up."
    )
    episodes: list[TrialEpisodeBody] = Field(description=f"The newest {_MOST_EPISODES} of them, in front.")
    total: int = Field(description="How many there are, whatever the limit.")


def backtest_router(source: BacktestSource) -> APIRouter:
    """Return the route that tries a rule; it runs in worker threads, one trial at a time."""
    router, routes = APIRouter(tags=["rules"]), _Routes(source)
    router.post(
        "/rules/backtest",
        summary="When a rule would have fired, over recorded history",
        response_model=BacktestBody,
        responses=refusals(CONFLICT, UNPROCESSABLE),
    )(routes.backtest)
    return router


class _Routes:
    def __init__(self, source: BacktestSource) -> None:
        self._source = source
        self._running = threading.BoundedSemaphore(1)

    def backtest(self, given: BacktestIn, wants: WantsWindow) -> BacktestBody:
        """Nothing is kept and nobody is told."""
        source = self._source
        when = wants.read(source.clock, usual_ms=_USUAL_MS, longest_ms=_LONGEST_MS)
        rule = AlertingRule(
            name=_NAME,
            expr=given.expr,
            for_ms=_length_ms(given.for_, field="body.for"),
            keep_firing_for_ms=_length_ms(given.keep_firing_for, field="body.keepFiringFor"),
        )
        asked_ms = given.interval and duration_ms(given.interval, field="body.interval")
        interval_ms = _interval_ms(when, asked_ms or source.interval_ms)
        if not self._running.acquire(blocking=False):
            msg = "another rule is being tried: expected one at a time, try again"
            raise RefusedError(msg, status=CONFLICT)
        try:
            with refusing(where="body", metric="body.expr"):
                watched = source.watched(rule.expr)
                found = backtest(
                    rule,
                    _Bounded(source.query),
                    start_ms=when.start_ms,
                    end_ms=when.end_ms,
                    interval_ms=interval_ms,
                )
        finally:
            self._running.release()
        return _body(found, when, watched=watched, interval_ms=interval_ms)


class _Bounded:
    """A query whose answers together hold no more than a trial may go through."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._left = _MOST_BREACHES

    def __call__(
        self, expr: str, start_ms: int, end_ms: int | None = None, step_ms: int | None = None, /
    ) -> Result:
        result = self._query(expr, start_ms, end_ms, step_ms)
        self._left -= sum(len(series.values) for series in result.series)
        if self._left < 0:
            msg = (
                f"the condition holds for more than {_MOST_BREACHES:,} series times evaluations: "
                "expected fewer, by a shorter time, a longer interval, or an expression that is seldom true"
            )
            raise QueryError(msg)
        return result


def _length_ms(text: str, *, field: str) -> int:
    try:
        return parse_duration(text)
    except RuleError as error:
        msg = f"{field}: {error}"
        raise RefusedError(msg, field=field) from None


def _interval_ms(when: Window, wanted_ms: int) -> int:
    """Return the interval, as many times as long as brings the number of evaluations within its limit."""
    return wanted_ms * max(-(-when.span_ms // (_MOST_STEPS * wanted_ms)), 1)


def _body(
    found: Sequence[Episode], when: Window, *, watched: Watched | None, interval_ms: int
) -> BacktestBody:
    fired = [one for one in found if one.fired_ms is not None]
    return BacktestBody(
        since=values.time(when.start_ms),
        until=values.time(when.end_ms),
        interval_seconds=interval_ms / 1000,
        watched=WatchedBody.of(watched),
        fired=len(fired),
        pending_only=len(found) - len(fired),
        firing_seconds=sum(_firing_ms(one, when.end_ms) for one in fired) / 1000,
        episodes=[_episode(one) for one in list(found)[: -_MOST_EPISODES - 1 : -1]],
        total=len(found),
    )


def _firing_ms(episode: Episode, end_ms: int) -> int:
    if episode.fired_ms is None:
        return 0
    return (end_ms if episode.ended_ms is None else episode.ended_ms) - episode.fired_ms


def _episode(one: Episode) -> TrialEpisodeBody:
    return TrialEpisodeBody(
        labels=one.labels.without("alertname").as_dict(),
        pending_at=values.time(one.pending_ms),
        fired_at=values.time_if_any(one.fired_ms),
        ended_at=values.time_if_any(one.ended_ms),
        peak=values.number(one.peak),
    )
