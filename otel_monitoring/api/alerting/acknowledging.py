"""``/alerts/{fingerprint}/acknowledge`` and ``/resolve``: somebody takes care, or calls it over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.api.actor import API_ACTOR, By, Name
from otel_monitoring.api.alerting.bodies import WordBody
from otel_monitoring.api.alerting.history import Fingerprint  # noqa: TC001 - FastAPI reads it
from otel_monitoring.api.desk import AlertDesk, fingerprint_of
from otel_monitoring.api.moments import duration_ms
from otel_monitoring.api.refused import CONFLICT, NOT_FOUND, UNPROCESSABLE, RefusedError, refusals

if TYPE_CHECKING:
    from otel_monitoring.alerts.routing.acknowledge import Kind
    from otel_monitoring.model.labels import Labels

_MOST_TEXT = 4096


class WordIn(BaseModel):
    """Who takes care of an alert, or calls it over."""

    model_config = ConfigDict(extra="forbid")

    by: Name = Field(description="Who says so.", examples=["kim"])
    comment: str = Field("", description="Why.", examples=["database upgrade"], max_length=_MOST_TEXT)
    for_: str | None = Field(
        None, alias="for", description="How long it holds; a day, or an hour for `resolve`.", examples=["2h"]
    )


def acknowledging_router(desk: AlertDesk) -> APIRouter:
    """Return the routes that say something about a firing alert; every word is an audit event."""
    router, routes = APIRouter(tags=["alerts"]), _Routes(desk)
    responses = refusals(NOT_FOUND, CONFLICT, UNPROCESSABLE)
    router.post(
        "/alerts/{fingerprint}/acknowledge",
        summary="Take care of an alert: no reminders, nobody else is told",
        response_model=WordBody,
        responses=responses,
    )(routes.acknowledge)
    router.delete(
        "/alerts/{fingerprint}/acknowledge",
        summary="Take back what was said about an alert, a resolution by hand included",
        status_code=204,
        responses=refusals(NOT_FOUND),
    )(routes.withdraw)
    router.post(
        "/alerts/{fingerprint}/resolve",
        summary="Call an alert resolved: people are told so; if it still holds later, they hear of it again",
        response_model=WordBody,
        responses=responses,
    )(routes.resolve)
    return router


class _Routes:
    def __init__(self, desk: AlertDesk) -> None:
        self._desk = desk

    def acknowledge(self, fingerprint: Fingerprint, given: WordIn) -> WordBody:
        """Holds until the alert ends, or until its time is up."""
        return self._say("acknowledged", fingerprint, given)

    def resolve(self, fingerprint: Fingerprint, given: WordIn) -> WordBody:
        """Holds until the alert ends, or until its time is up."""
        return self._say("resolved", fingerprint, given)

    def withdraw(
        self,
        fingerprint: Fingerprint,
        by: By = API_ACTOR,
    ) -> None:
        """Reminders and escalation go on."""
        labels = self._said_about(fingerprint)
        try:
            self._desk.acknowledged.withdraw(labels, actor=by)
        except RoutingError as error:
            raise RefusedError(str(error), status=NOT_FOUND, field="path.fingerprint") from None

    def _say(self, kind: Kind, fingerprint: str, given: WordIn) -> WordBody:
        desk = self._desk
        hold_s = None if given.for_ is None else duration_ms(given.for_, field="body.for") / 1000
        alert = desk.firing(fingerprint)
        say = desk.acknowledged.acknowledge if kind == "acknowledged" else desk.acknowledged.resolve
        try:
            word = say(alert.labels, actor=given.by, comment=given.comment, for_s=hold_s)
        except RoutingError as error:
            raise RefusedError(str(error), field="body.by") from None
        return WordBody.of(word, desk.clock)

    def _said_about(self, fingerprint: str) -> Labels:
        for word in self._desk.acknowledged.all():
            if fingerprint_of(word.labels) == fingerprint:
                return word.labels
        msg = f"alert {fingerprint!r} is neither acknowledged nor resolved by hand: expected one that is"
        raise RefusedError(msg, status=NOT_FOUND, field="path.fingerprint")
