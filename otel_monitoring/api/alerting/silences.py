"""``/silences``: made, changed, tried out and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from otel_monitoring.alerts.routing.errors import RoutingError, SilenceError
from otel_monitoring.alerts.routing.matcher import checked, parse_matchers
from otel_monitoring.alerts.routing.silences import preview
from otel_monitoring.api.actor import API_ACTOR, By
from otel_monitoring.api.alerting.bodies import MatcherBody, SilenceBody
from otel_monitoring.api.desk import AlertDesk, fingerprint_of
from otel_monitoring.api.moments import duration_ms
from otel_monitoring.api.refused import CONFLICT, NOT_FOUND, UNPROCESSABLE, RefusedError, refusals
from otel_monitoring.model.matcher import Matcher, MatchOp

if TYPE_CHECKING:
    from datetime import datetime

    from otel_monitoring.alerts.routing.silences import Silence

_MOST_SHOWN = 1000
_FIELDS = {
    "matchers": "matchers",
    "starts_at_ms": "startsAt",
    "ends_at_ms": "endsAt",
    "author": "createdBy",
    "comment": "comment",
}

MatchersIn = Annotated[
    list[str | MatcherBody],
    Field(
        description='Conditions that all have to hold: texts such as `severity=~"info|warning"`, or objects.',
        examples=[['job="shop"', 'severity!="critical"']],
        max_length=50,
    ),
]
SilenceId = Annotated[str, Path(description="Names the silence.")]


class _Times(BaseModel):
    """From when until when."""

    model_config = ConfigDict(extra="forbid")

    starts_at: AwareDatetime | None = Field(None, alias="startsAt", description="Now unless stated.")
    ends_at: AwareDatetime | None = Field(None, alias="endsAt", description="This or `for` is needed.")
    for_: str | None = Field(
        None, alias="for", description="How long it holds from its start on.", examples=["2h"]
    )


class SilenceIn(_Times):
    """A silence to be made."""

    matchers: MatchersIn
    created_by: str = Field(alias="createdBy", description="Who makes it.", examples=["kim"])
    comment: str = Field(description="Why.", examples=["database upgrade"])


class SilenceChange(_Times):
    """What is to change about a silence; the rest stays."""

    matchers: MatchersIn | None = None
    created_by: str | None = Field(None, alias="createdBy")
    comment: str | None = None


class PreviewIn(BaseModel):
    """What a silence would match."""

    model_config = ConfigDict(extra="forbid")

    matchers: MatchersIn


class SilencesBody(BaseModel):
    """Silences: active ones in front, then pending ones, then those that are over."""

    silences: list[SilenceBody]


class PreviewAlert(BaseModel):
    """An alert that would be silenced."""

    fingerprint: str
    labels: dict[str, str]
    annotations: dict[str, str]


class PreviewBody(BaseModel):
    """The firing alerts that a silence would quieten."""

    alerts: list[PreviewAlert]
    total: int


def silences_router(desk: AlertDesk) -> APIRouter:
    """Return the routes about silences; every change is an audit event."""
    router, routes = APIRouter(tags=["silences"]), _Routes(desk)
    found, valid = refusals(NOT_FOUND), refusals(CONFLICT, UNPROCESSABLE)
    router.get("/silences", summary="All silences", response_model=SilencesBody)(routes.list)
    router.post(
        "/silences", summary="Make a silence", status_code=201, response_model=SilenceBody, responses=valid
    )(routes.create)
    router.post(
        "/silences/preview",
        summary="Which firing alerts a silence would quieten",
        response_model=PreviewBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.preview)
    router.get("/silences/{id}", summary="One silence", response_model=SilenceBody, responses=found)(
        routes.get
    )
    router.put(
        "/silences/{id}",
        summary="Change a silence; other matchers or a silence that is over make a new one",
        response_model=SilenceBody,
        responses={**found, **valid},
    )(routes.edit)
    router.delete(
        "/silences/{id}",
        summary="End a silence now",
        response_model=SilenceBody,
        responses={**found, **refusals(CONFLICT)},
    )(routes.expire)
    return router


class _Routes:
    def __init__(self, desk: AlertDesk) -> None:
        self._desk = desk
        self._silences = desk.silences

    def list(
        self,
        state: Annotated[
            Literal["pending", "active", "expired"] | None, Query(description="Only silences in this state.")
        ] = None,
    ) -> SilencesBody:
        """Those that are over are kept for 120 hours."""
        now_ms = self._desk.clock.now_ms()
        found = [SilenceBody.of(one, now_ms) for one in self._silences.all()]
        return SilencesBody(silences=[one for one in found if state in (None, one.state)])

    def create(self, given: SilenceIn) -> SilenceBody:
        """It needs an end, an author, a comment, and a matcher that does not match the empty value."""
        self._desk.refuse_elsewhere()
        now_ms = self._desk.clock.now_ms()
        starts_at_ms = _ms(given.starts_at)
        made = _checked(
            lambda: self._silences.create(
                matchers=_matchers(given.matchers),
                starts_at_ms=starts_at_ms,
                ends_at_ms=_end_ms(given, now_ms if starts_at_ms is None else max(starts_at_ms, now_ms)),
                author=given.created_by,
                comment=given.comment,
            )
        )
        return SilenceBody.of(made, made.updated_at_ms)  # a millisecond before it, it had not begun

    def preview(self, given: PreviewIn) -> PreviewBody:
        """Tries the matchers on what fires, without making anything."""
        alerts = [one for one in self._desk.dispatcher.alerts() if not one.is_resolved]
        found = preview(_matchers(given.matchers), alerts) if given.matchers else []
        shown = [
            PreviewAlert(
                fingerprint=fingerprint_of(one.labels),
                labels=one.labels.as_dict(),
                annotations=dict(one.annotations),
            )
            for one in sorted(found, key=lambda one: one.labels.pairs)[:_MOST_SHOWN]
        ]
        return PreviewBody(alerts=shown, total=len(found))

    def get(self, id: SilenceId) -> SilenceBody:  # noqa: A002 - the name in the path
        """One that is over is there for 120 hours."""
        return SilenceBody.of(self._known(id), self._desk.clock.now_ms())

    def edit(self, id: SilenceId, given: SilenceChange, by: By = API_ACTOR) -> SilenceBody:  # noqa: A002
        """`for` counts from now, or from the start of a silence that has not begun."""
        before, now_ms = self._known(id), self._desk.clock.now_ms()
        changes: dict[str, Any] = {
            "matchers": None if given.matchers is None else _matchers(given.matchers),
            "starts_at_ms": _ms(given.starts_at),
            "author": None if given.created_by is None else given.created_by.strip(),
            "comment": None if given.comment is None else given.comment.strip(),
        }
        changes = {name: value for name, value in changes.items() if value is not None}
        ends_at_ms = _end_ms(given, max(changes.get("starts_at_ms", before.starts_at_ms), now_ms))
        if ends_at_ms is not None:
            changes["ends_at_ms"] = ends_at_ms
        if not changes:
            msg = "body is empty: expected any of matchers, startsAt, endsAt, for, createdBy, comment"
            raise RefusedError(msg, field="body")
        made = _checked(lambda: self._silences.edit(before.id, actor=by, **changes))
        return SilenceBody.of(made, made.updated_at_ms)  # a millisecond before it, it had not begun

    def expire(self, id: SilenceId, by: By = API_ACTOR) -> SilenceBody:  # noqa: A002 - the name in the path
        """What it silenced and still fires is told again."""
        known = self._known(id)
        try:
            ended = self._silences.expire(known.id, actor=by)
        except RoutingError as error:
            raise RefusedError(str(error), status=CONFLICT, field="path.id") from None
        return SilenceBody.of(ended, self._desk.clock.now_ms())

    def _known(self, silence_id: str) -> Silence:
        try:
            return self._silences.get(silence_id)
        except RoutingError as error:
            raise RefusedError(str(error), status=NOT_FOUND, field="path.id") from None


def _checked(change: Any) -> Silence:
    """Return what a change makes; what is not valid is told with the field of the request."""
    try:
        made: Silence = change()
    except SilenceError as error:
        raise RefusedError(str(error), field=f"body.{_FIELDS[error.field]}") from None
    except RoutingError as error:
        raise RefusedError(str(error), field="body") from None
    return made


def _matchers(given: list[str | MatcherBody]) -> tuple[Matcher, ...]:
    found: list[Matcher] = []
    for number, one in enumerate(given):
        try:
            found += parse_matchers(one) if isinstance(one, str) else checked((_matcher(one),))
        except RoutingError as error:
            raise RefusedError(str(error), field=f"body.matchers.{number}") from None
    return tuple(found)


def _matcher(given: MatcherBody) -> Matcher:
    operators: dict[tuple[bool, bool], MatchOp] = {
        (False, True): "=",
        (False, False): "!=",
        (True, True): "=~",
        (True, False): "!~",
    }
    return Matcher(given.name, operators[given.is_regex, given.is_equal], given.value)


def _end_ms(given: _Times, from_ms: int) -> int | None:
    if given.for_ is None:
        return _ms(given.ends_at)
    if given.ends_at is not None:
        msg = f"both endsAt and for ({given.for_!r}) are stated: expected one of them"
        raise RefusedError(msg, field="body.endsAt")
    return from_ms + duration_ms(given.for_, field="body.for")


def _ms(time: datetime | None) -> int | None:
    return None if time is None else round(time.timestamp() * 1000)
