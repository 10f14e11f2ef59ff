"""``/reports``: what happened in a day, a week or a month, as a page, as text and as plain values."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from otel_monitoring.api import values
from otel_monitoring.api.actor import API_ACTOR, By
from otel_monitoring.api.analytics.report_bodies import ReportBody
from otel_monitoring.api.moments import moment_ms
from otel_monitoring.api.refused import CONFLICT, UNPROCESSABLE, RefusedError, refusals
from otel_monitoring.errors import NotifyError
from otel_monitoring.model.action import Action
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.summary.period import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.notify.delivery.record import Delivery
    from otel_monitoring.reports.summary.desk import ReportsDesk
    from otel_monitoring.reports.summary.period import Kind
    from otel_monitoring.reports.summary.shelf import Kept

    Send = Callable[[Kept], Sequence[Delivery]]

_FORMATS = ("json", "html", "markdown")
_MEDIA_TYPES = ("application/json", "text/html", "text/markdown")
_CLOSED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"}

KindPart = Annotated[str, Path(description="daily, weekly or monthly.", examples=["daily"])]
End = Annotated[
    str | None,
    Query(
        description="Where the period ends: RFC 3339, Unix seconds, or how long ago; now if left out.",
        examples=["2026-03-02T00:00:00Z", "1d"],
    ),
]


class KeptBody(BaseModel):
    """A report that was sent."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    kind: str = Field(examples=["weekly"])
    title: str
    start: datetime = Field(description="Where its period begins, RFC 3339.")
    end: datetime = Field(description="Where it ends; asked for with this `end`, it is given as it was sent.")
    generated_at: datetime


class ReportsBody(BaseModel):
    """Reports that were sent, the newest in front."""

    reports: list[KeptBody]
    total: int


class ReportDeliveryBody(BaseModel):
    """What became of a report on one channel."""

    receiver: str
    channel: str
    outcome: str = Field(examples=["delivered"])
    error: str = Field(description="Why it failed, without secrets; empty where it did not.")


class SentBody(BaseModel):
    """What became of a report that was sent by hand, tried once on each channel."""

    kind: str
    deliveries: list[ReportDeliveryBody]


def reports_router(
    desk: ReportsDesk, *, send: Send | None = None, audit: Callable[[Action], object] | None = None
) -> APIRouter:
    """Return the routes of reports; they run in worker threads.

    Args:
        desk: Makes them.
        send: Sends a report once and returns what became of it; ``None`` where nobody is told.
        audit: Takes what was done by whom.
    """
    router, routes = APIRouter(tags=["reports"]), _Routes(desk, send, audit)
    router.get("/reports", summary="Reports that were sent", response_model=ReportsBody)(routes.all)
    router.get(
        "/reports/{kind}",
        summary="A report on demand",
        response_class=Response,
        responses={
            200: {"model": ReportBody, "content": {name: {} for name in _MEDIA_TYPES}},
            **refusals(UNPROCESSABLE),
        },
    )(routes.one)
    router.post(
        "/reports/{kind}/send",
        summary="Send a report now",
        response_model=SentBody,
        responses=refusals(CONFLICT, UNPROCESSABLE),
    )(routes.send)
    return router


class _Routes:
    def __init__(
        self, desk: ReportsDesk, send: Send | None, audit: Callable[[Action], object] | None
    ) -> None:
        self._audit = audit
        self._desk = desk
        self._send = send

    def all(self) -> ReportsBody:
        """Return those that were sent on schedule or by hand and are kept."""
        found = [_body(one) for one in self._desk.shelf.all()]
        return ReportsBody(reports=found, total=len(found))

    def one(
        self,
        kind: KindPart,
        end: End = None,
        *,
        format: Annotated[str, Query(description="json, html or markdown.")] = "json",  # noqa: A002 - the parameter
    ) -> Response:
        """Make the report of the day, the seven days or the month up to a time."""
        if format not in _FORMATS:
            msg = f"query.format is {format!r}: expected {', '.join(_FORMATS)}"
            raise RefusedError(msg, field="query.format")
        found = self._found(kind, end)
        if format == "html":
            return HTMLResponse(found.html, headers=_CLOSED)
        if format == "markdown":
            return PlainTextResponse(found.markdown, media_type="text/markdown")
        return JSONResponse(dict(found.document))

    def send(self, kind: KindPart, end: End = None, by: By = API_ACTOR) -> SentBody:
        """Make a report and send it to its receivers."""
        if self._send is None:
            msg = "reports are sent to nobody here"
            raise RefusedError(msg, status=CONFLICT)
        found = self._found(kind, end)
        try:
            deliveries = self._send(found)
        except NotifyError as error:
            raise RefusedError(str(error), field="settings.analytics.reports_to") from None
        if any(one.outcome == "delivered" for one in deliveries):
            self._desk.shelf.put(found)
        if self._audit is not None:
            outcomes = {f"{one.receiver}/{one.channel}": one.outcome for one in deliveries}
            now_ms = self._desk.clock.now_ms()
            self._audit(Action("report.sent", found.title, by, now_ms, after=outcomes))
        told = [
            ReportDeliveryBody(
                receiver=one.receiver, channel=one.channel, outcome=one.outcome, error=one.error
            )
            for one in deliveries
        ]
        return SentBody(kind=found.kind, deliveries=told)

    def _found(self, kind: str, end: str | None) -> Kept:
        try:
            asked: Kind = kind_of(kind)
            end_ms = moment_ms(end, field="query.end", clock=self._desk.clock)
            return self._desk.kept(asked, end_ms=end_ms)
        except AnalysisError as error:
            field = f"path.{error.field}" if error.field == "kind" else f"query.{error.field}"
            raise RefusedError(str(error), field=field) from None


def _body(one: Kept) -> KeptBody:
    return KeptBody(
        kind=one.kind,
        title=one.title,
        start=values.time(one.start_ms),
        end=values.time(one.end_ms),
        generated_at=values.time(one.generated_at_ms),
    )
