"""``/alerts/history`` and ``/alerts/{fingerprint}``: what fired, and all about one alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from otel_monitoring.api.alerting.bodies import EpisodeBody, SilenceBody, WordBody
from otel_monitoring.api.alerts import AlertBody, alert_body
from otel_monitoring.api.desk import fingerprint_of
from otel_monitoring.api.listed import ListBody, listed
from otel_monitoring.api.paging import Cursor, Limit  # noqa: TC001 - FastAPI reads the annotations
from otel_monitoring.api.refused import NOT_FOUND, UNPROCESSABLE, refusals
from otel_monitoring.api.windows import WantsWindow  # noqa: TC001 - FastAPI reads the annotation

if TYPE_CHECKING:
    from otel_monitoring.alerts.history import Episode
    from otel_monitoring.alerts.routing.acknowledge import Kind
    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.api.listed import Key
    from otel_monitoring.model.labels import Labels

_LAST_TIMES = 20

Fingerprint = Annotated[
    str, Path(description="As in messages and in the list.", examples=["85bb05e1e7f5a9ba"])
]


class HistoryBody(ListBody):
    """What fired, the newest in front."""

    episodes: list[EpisodeBody]
    total: int = Field(description="How many there are, whatever the limit.")


class AlertDetail(AlertBody):
    """One alert, what was done about it, and how often it fired lately."""

    receivers: list[str] = Field(description="Who is told, by the routes in force.")
    acknowledged: WordBody | None = Field(description="Who takes care of it.")
    resolved: WordBody | None = Field(description="Who called it resolved by hand.")
    silences: list[SilenceBody] = Field(description="The active silences that match it.")
    history: list[EpisodeBody] = Field(description="The last times that it fired, the newest in front.")


def history_router(desk: AlertDesk) -> APIRouter:
    """Return the routes that look back and at one alert; they run in worker threads."""
    router, routes = APIRouter(tags=["alerts"]), _Routes(desk)
    router.get(
        "/alerts/history",
        summary="What fired, and for how long",
        response_model=HistoryBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.past)
    router.get(
        "/alerts/{fingerprint}",
        summary="All about one alert",
        response_model=AlertDetail,
        responses=refusals(NOT_FOUND),
    )(routes.one)
    return router


class _Routes:
    def __init__(self, desk: AlertDesk) -> None:
        self._desk = desk

    def past(
        self,
        wants: WantsWindow,
        rule: Annotated[str, Query(description="Only this rule.")] = "",
        fingerprint: Annotated[str, Query(description="Only this alert.")] = "",
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> HistoryBody:
        """Episodes that overlap a time, the newest in front; those that go on count as well."""
        desk = self._desk
        when = wants.bounds(desk.clock)
        found = desk.history.find(since_ms=when.start_ms, until_ms=when.end_ms, rule=rule)
        if fingerprint:
            found = [one for one in found if fingerprint_of(one.labels) == fingerprint]
        page, following = listed(found, key=_order, limit=limit, cursor=cursor)
        return HistoryBody(
            episodes=[EpisodeBody.of(one, desk.clock.now_ms()) for one in page],
            total=len(found),
            next=following,
        )

    def one(self, fingerprint: Fingerprint) -> AlertDetail:
        """An alert that is pending, firing or lately resolved."""
        desk = self._desk
        group, rule, alert = desk.evaluated(fingerprint)
        sent, now_ms = desk.sent_labels(alert.labels), desk.clock.now_ms()
        past = desk.history.find(labels=sent)[:_LAST_TIMES]
        return AlertDetail(
            **alert_body(group, rule, alert, desk).model_dump(),
            receivers=desk.receivers_of(alert.labels),
            acknowledged=self._word("acknowledged", sent),
            resolved=self._word("resolved", sent),
            silences=[SilenceBody.of(one, now_ms) for one in desk.silences.silencing(sent)],
            history=[EpisodeBody.of(one, desk.clock.now_ms()) for one in past],
        )

    def _word(self, kind: Kind, labels: Labels) -> WordBody | None:
        word = self._desk.acknowledged.find(kind, labels)
        return None if word is None else WordBody.of(word, self._desk.clock)


def _order(episode: Episode) -> Key:
    """Return what puts those in front that began last."""
    return -episode.started_at_ms, fingerprint_of(episode.labels), episode.ended_at_ms or 0
