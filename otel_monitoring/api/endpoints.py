"""``/endpoints``: how each route of the application does, the worst of them, and one through time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from otel_monitoring.api import values
from otel_monitoring.api.analytics.refusing import refusing
from otel_monitoring.api.moments import LAST_MS
from otel_monitoring.api.refused import NOT_FOUND, UNPROCESSABLE, RefusedError, refusals
from otel_monitoring.api.served import (
    NOTHING,
    Body,
    BucketBody,
    ChangeBody,
    EndpointBody,
    PointsBody,
    ServedBody,
    StatusCountBody,
    WorstBody,
    distribution,
    endpoint_body,
    served_body,
    statuses,
)
from otel_monitoring.api.windows import WantsWindow, Window
from otel_monitoring.views.endpoints import Order, ranked, worst
from otel_monitoring.views.requests import Where

if TYPE_CHECKING:
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.views.endpoints import EndpointsView
    from otel_monitoring.views.requests import Endpoint, Requests

USUAL_MS: Final = 3_600_000
LONGEST_MS: Final = 31 * 86_400_000
NO_ROUTE: Final = "(none)"
"""What stands in a path for requests that no route was found for."""

_MOST = 500
_CURSOR: Final = re.compile(r"(\d{1,15})\.(\d{1,15})\.(\d{1,6})", re.ASCII)

Sort = Annotated[
    Order, Query(description="What decides which comes first; `time` is what all requests took.")
]
Direction = Annotated[
    Literal["asc", "desc"] | None,
    Query(description="The largest first (`desc`), as without it; names begin with the first one (`asc`)."),
]
Text = Annotated[
    str,
    Query(max_length=256, description="Only routes with this in them, whatever the case.", examples=["cart"]),
]
Method = Annotated[str, Query(max_length=32, description="Only this method.", examples=["GET"])]
Instance = Annotated[
    str, Query(max_length=256, description="Only what this process answered, by its id in `instances`.")
]
Least = Annotated[
    int,
    Query(
        alias="minRequests",
        ge=1,
        le=10**9,
        description="Only endpoints with so many requests.",
        examples=[10],
    ),
]
Limit = Annotated[int, Query(ge=1, le=_MOST, description="How much a page holds at most.", examples=[20])]
Cursor = Annotated[
    str | None,
    Query(
        description="`next` of the page before, of the same time, order and filters.",
        examples=["1772439247000.1772442847000.20"],
    ),
]
Route = Annotated[
    str,
    Path(
        max_length=1024,
        description="The template of the route, with or without the slash in front; `(none)` for requests "
        "that none was found for.",
        examples=["/cart/{id}"],
    ),
]


class SpanBody(Body):
    """What time an answer is about."""

    since: datetime
    until: datetime
    known_seconds: float = Field(
        description="Of how much of that time something is known: the application, or the process that was "
        "asked for, may have begun within it.",
        examples=[3600.0],
    )


class EndpointsBody(SpanBody):
    """Endpoints in an order."""

    endpoints: list[EndpointBody]
    total: int = Field(description="How many there are, whatever the limit.", examples=[1])
    whole: ServedBody = Field(description="All requests of the application, whatever the filters.")
    worst: WorstBody
    next: str | None = Field(description="The `cursor` of the next page; empty on the last one.")
    note: str = Field(description="Why there is nothing, and what to do; empty where there is something.")


class OneEndpointBody(SpanBody):
    """One endpoint through time."""

    route: str = Field(examples=["/cart/{id}"])
    methods: list[EndpointBody] = Field(description="Each of its methods, the busiest in front.")
    now: ServedBody = Field(description="All of these together.")
    before: ServedBody = Field(description="The same in the time before, of the same length.")
    change: ChangeBody
    statuses: list[StatusCountBody]
    distribution: list[BucketBody] = Field(description="How many requests took about how long.")
    points: PointsBody


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is asked for: of which time, and after how many."""

    window: Window
    offset: int = 0

    @classmethod
    def read(cls, cursor: str) -> Page:
        """Return the page that a cursor stands for.

        Raises:
            RefusedError: It is none.
        """
        found = _CURSOR.fullmatch(cursor)
        start_ms, end_ms, offset = map(int, found.groups()) if found else (0, 0, 0)
        if not 0 < end_ms - start_ms <= LONGEST_MS or end_ms > LAST_MS:
            msg = f"query.cursor is {cursor[:60]!r}: expected `next` of another page"
            raise RefusedError(msg, field="query.cursor")
        return cls(Window(start_ms, end_ms), offset)

    def next(self, shown: int, total: int) -> str | None:
        """Return the cursor of the page behind it."""
        behind = self.offset + shown
        return f"{self.window.start_ms}.{self.window.end_ms}.{behind}" if shown and behind < total else None


@dataclass(frozen=True, slots=True)
class _Filter:
    text: str
    method: str
    least: int

    def keeps(self, one: Endpoint) -> bool:
        return (
            self.text.casefold() in one.route.casefold()
            and self.method.upper() in ("", one.method)
            and one.served.requests >= self.least - 0.5
        )


def endpoints_router(view: EndpointsView, *, clock: Clock) -> APIRouter:
    """Return the routes of endpoints; they run in worker threads."""
    router, routes = APIRouter(tags=["endpoints"]), _Routes(view, clock)
    router.get(
        "/endpoints",
        summary="How each route of the application does",
        response_model=EndpointsBody,
        responses=refusals(UNPROCESSABLE),
    )(routes.list)
    router.get(
        "/endpoints/{route:path}",
        summary="How one route does, through time",
        response_model=OneEndpointBody,
        responses=refusals(NOT_FOUND, UNPROCESSABLE),
    )(routes.one)
    return router


class _Routes:
    def __init__(self, view: EndpointsView, clock: Clock) -> None:
        self._view = view
        self._clock = clock

    def list(  # noqa: PLR0913 - the parameters of the route
        self,
        wants: WantsWindow,
        *,
        sort: Sort = "time",
        order: Direction = None,
        route: Text = "",
        method: Method = "",
        instance: Instance = "",
        least: Least = 1,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> EndpointsBody:
        """Requests, errors, durations and sizes by method and route, and the worst of them."""
        page = Page.read(cursor) if cursor else Page(window_of(wants, self._clock))
        where = Where(instance=instance or None)
        with refusing(where="query", metric="query.window"):
            found = self._view.requests(page.window.start_ms, page.window.end_ms, where=where)
        keep = _Filter(route, method, least)
        rows = ranked(filter(keep.keeps, found.endpoints), sort, descending=(order or _usual(sort)) == "desc")
        shown = rows[page.offset : page.offset + limit]
        return EndpointsBody(
            **span_fields(found),
            endpoints=[endpoint_body(found, one, time_s=found.whole.time_s) for one in shown],
            total=len(rows),
            whole=served_body(found),
            worst=WorstBody.of(worst(found.endpoints)),
            next=page.next(len(shown), len(rows)),
            note=_note(found, rows),
        )

    def one(
        self, route: Route, wants: WantsWindow, *, method: Method = "", instance: Instance = ""
    ) -> OneEndpointBody:
        """Its numbers beside those of the time before, its statuses, and lines for charts."""
        window = window_of(wants, self._clock)
        bare = "" if route == NO_ROUTE else "/" + route.lstrip("/")
        where = Where(bare, method.upper() or None, instance or None)
        with refusing(where="query", metric="query.window"):
            found = self._view.course(window.start_ms, window.end_ms, where=where)
        now = found.now
        if not now.endpoints and not found.before.endpoints:
            named = f"{method.upper()} {bare or NO_ROUTE}".strip()
            msg = f"no request to {named!r} was counted: expected one of /endpoints, or a longer window"
            raise RefusedError(msg, status=NOT_FOUND, field="path.route")
        known = now.endpoints or found.before.endpoints
        busiest = ranked(now.endpoints, "requests", descending=True)
        return OneEndpointBody(
            **span_fields(now),
            route=known[0].route,
            methods=[endpoint_body(now, one, time_s=now.whole.time_s) for one in busiest],
            now=served_body(now),
            before=served_body(found.before),
            change=ChangeBody.of(now, found.before),
            statuses=statuses(now),
            distribution=distribution(now),
            points=PointsBody.of(found.points),
        )


def window_of(wants: WantsWindow, clock: Clock) -> Window:
    """Return which time is asked for: an hour where nobody says, a month at most.

    Raises:
        RefusedError: It is not valid.
    """
    return wants.read(clock, usual_ms=USUAL_MS, longest_ms=LONGEST_MS)


def span_fields(requests: Requests) -> dict[str, Any]:
    """Return the fields of a :class:`SpanBody`."""
    span = requests.span
    return {
        "since": values.time(span.start_ms),
        "until": values.time(span.end_ms),
        "known_seconds": span.known_ms / 1000,
    }


def _usual(sort: Order) -> str:
    return "asc" if sort == "name" else "desc"


def _note(found: Requests, rows: list[Endpoint]) -> str:
    if rows:
        return ""
    return "No endpoint fits the filters." if found.endpoints else NOTHING
