"""``/receivers``, ``/deliveries``: who is told, whether that works, and what became of messages."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.alerts.routing.errors import RoutingFileError
from otel_monitoring.alerts.routing.tree import all_routes
from otel_monitoring.api import values
from otel_monitoring.api.actor import API_ACTOR, By, Name
from otel_monitoring.api.listed import ListBody, listed
from otel_monitoring.api.paging import Cursor, Limit  # noqa: TC001 - FastAPI reads the annotations
from otel_monitoring.api.refused import CONFLICT, NOT_FOUND, UNPROCESSABLE, RefusedError, refusals
from otel_monitoring.api.windows import WantsWindow  # noqa: TC001 - FastAPI reads the annotation
from otel_monitoring.errors import MonitoringError, NotifyError
from otel_monitoring.model.action import Action

if TYPE_CHECKING:
    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.api.listed import Key
    from otel_monitoring.notify.delivery.record import Delivery

Outcome = Literal["waiting", "delivered", "failed", "refused", "superseded"]

_TRY_S = 30.0
_TESTS_AT_ONCE = 3


class ChannelBody(BaseModel):
    """One channel of a receiver."""

    name: str = Field(examples=["slack[0]"])
    kind: str = Field(examples=["slack"])
    target: str = Field(description="Where its messages go, without secrets.")
    counts: dict[str, int] = Field(description="How many messages were delivered, failed and so on.")


class ReceiverBody(BaseModel):
    """Somebody who can be told."""

    name: str
    channels: list[ChannelBody]


class ReceiversBody(BaseModel):
    """Everybody who can be told."""

    receivers: list[ReceiverBody]


class DeliveryBody(BaseModel):
    """What became of one message on one channel."""

    receiver: str
    channel: str
    status: str = Field(description="What the message said: firing, resolved, or report.")
    outcome: Outcome
    attempts: int
    error: str = Field(description="Why the last try failed, without secrets.")
    at: datetime = Field(description="When it was decided.")
    first_try_at: datetime | None = Field(serialization_alias="firstTryAt")
    last_try_at: datetime | None = Field(serialization_alias="lastTryAt")
    group_key: str = Field(serialization_alias="groupKey")
    alerts: list[str] = Field(description="The names of its alerts, each once.")

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryBody:
        """Return a delivery as it is sent."""
        return cls(
            receiver=delivery.receiver,
            channel=delivery.channel,
            status=delivery.status,
            outcome=delivery.outcome,
            attempts=delivery.attempts,
            error=delivery.error,
            at=values.time(delivery.at_ms),
            first_try_at=values.time_if_any(delivery.first_try_ms),
            last_try_at=values.time_if_any(delivery.last_try_ms),
            group_key=delivery.group_key,
            alerts=list(delivery.alert_names),
        )


class DeliveriesBody(ListBody):
    """What became of the newest messages, the newest in front."""

    deliveries: list[DeliveryBody]
    total: int = Field(description="How many there are, whatever the limit.")


class TrialBody(BaseModel):
    """How a receiver is tested."""

    __test__ = False
    model_config = ConfigDict(extra="forbid")

    by: Name = Field(default=API_ACTOR, description="Who does it.", examples=["kim"])
    channel: str = Field(default="", description="Only this channel.", examples=["slack[0]"])


class TestBody(BaseModel):
    """What became of a test message, tried once on each channel."""

    __test__ = False

    delivered: bool = Field(description="Whether all channels took it.")
    deliveries: list[DeliveryBody]


class RoutesReloadedBody(BaseModel):
    """The configuration in force now."""

    receivers: list[str]
    routes: int
    warnings: list[str]


def receivers_router(desk: AlertDesk) -> APIRouter:
    """Return the routes about receivers and what they were told; they run in worker threads."""
    router, routes = APIRouter(tags=["receivers"]), _Routes(desk)
    router.get("/receivers", summary="Who can be told, and how", response_model=ReceiversBody)(
        routes.receivers
    )
    router.post(
        "/receivers/{name:path}/test",
        summary="Send a test message to a receiver and say what became of it",
        response_model=TestBody,
        responses=refusals(NOT_FOUND, CONFLICT),
    )(routes.test)
    router.get(
        "/deliveries",
        summary="What became of the newest messages",
        response_model=DeliveriesBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.deliveries)
    router.post(
        "/notifications/reload",
        summary="Read the routing configuration anew; one that is not valid changes nothing",
        response_model=RoutesReloadedBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.reload)
    return router


class _Routes:
    def __init__(self, desk: AlertDesk) -> None:
        self._desk = desk
        self._tests = threading.BoundedSemaphore(_TESTS_AT_ONCE)

    def receivers(self) -> ReceiversBody:
        """Targets are shown without secrets."""
        return ReceiversBody(
            receivers=[
                ReceiverBody(
                    name=one.name,
                    channels=[
                        ChannelBody(name=ch.name, kind=ch.kind, target=ch.target, counts=dict(ch.counts))
                        for ch in one.channels
                    ],
                )
                for one in self._desk.deliver.receivers()
            ]
        )

    def test(
        self, name: Annotated[str, Path(description="The receiver.")], given: TrialBody | None = None
    ) -> TestBody:
        """Waits up to half a minute; what fails is told in the answer."""
        given = given or TrialBody()
        found = self._tried(name, given.channel)
        if not found:
            msg = f"receiver {name!r} has no channels: expected one that is told something"
            raise RefusedError(msg, status=CONFLICT, field="path.name")
        outcomes = {channel: delivery.outcome for channel, delivery in found.items()}
        now_ms = self._desk.clock.now_ms()
        self._desk.audit(Action("receiver.tested", name, given.by, now_ms, after=outcomes))
        return TestBody(
            delivered=set(outcomes.values()) == {"delivered"},
            deliveries=[DeliveryBody.of(one) for one in found.values()],
        )

    def _tried(self, name: str, channel: str) -> dict[str, Delivery]:
        """Send a test message; it waits in a thread of the application, of which a few are enough."""
        if not self._tests.acquire(blocking=False):
            msg = f"{_TESTS_AT_ONCE} receivers are being tested: expected fewer at a time, try again"
            raise RefusedError(msg, status=CONFLICT)
        try:
            return self._desk.deliver.test(name, channel=channel, timeout_s=_TRY_S)
        except NotifyError as error:
            raise RefusedError(str(error), status=NOT_FOUND, field="path.name") from None
        finally:
            self._tests.release()

    def deliveries(
        self,
        wants: WantsWindow,
        receiver: Annotated[str, Query(description="Only this receiver.")] = "",
        outcome: Annotated[Outcome | None, Query(description="Only what ended like this.")] = None,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> DeliveriesBody:
        """Those that wait come first."""
        when = wants.bounds(self._desk.clock)
        log = self._desk.deliver.log()
        known = {one.name for one in self._desk.deliver.receivers()} | {one.receiver for one in log}
        if receiver and receiver not in known:
            msg = f"query.receiver is {receiver!r}: expected one of {', '.join(sorted(known))}"
            raise RefusedError(msg, field="query.receiver")
        found = [
            one
            for one in log
            if (not receiver or one.receiver == receiver)
            and outcome in (None, one.outcome)
            and (when.start_ms or 0) <= one.at_ms
            and (when.end_ms is None or one.at_ms < when.end_ms)
        ]
        page, following = listed(found, key=_order, limit=limit, cursor=cursor)
        return DeliveriesBody(
            deliveries=[DeliveryBody.of(one) for one in page], total=len(found), next=following
        )

    def reload(self, by: By = API_ACTOR) -> RoutesReloadedBody:
        """Without a file of routes the settings are in force, which do not change."""
        try:
            config = self._desk.reload(by)
        except RoutingFileError as error:
            errors = [_problem(str(one)) for one in error.problems]
            raise RefusedError(str(error), errors=errors) from None
        except MonitoringError as error:
            errors = [_problem(one) for one in str(error).splitlines()]
            raise RefusedError(str(error), errors=errors) from None
        return RoutesReloadedBody(
            receivers=[one.name for one in config.receivers],
            routes=sum(1 for _ in all_routes(config.route)),
            warnings=[str(one) for one in config.warnings],
        )


def _order(delivery: Delivery) -> Key:
    """Return what puts those in front that wait, then the newest."""
    name = f"{delivery.receiver}\n{delivery.channel}\n{delivery.key}".encode()
    digest = hashlib.blake2b(name, digest_size=8).hexdigest()
    return int(delivery.outcome != "waiting"), -delivery.at_ms, digest


def _problem(message: str) -> dict[str, str]:
    return {"field": "configuration", "message": message}
