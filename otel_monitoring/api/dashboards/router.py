"""``/dashboards``: made, arranged, shared, exported and imported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Body, Path, Query
from fastapi.responses import JSONResponse

from otel_monitoring.api import values
from otel_monitoring.api.actor import API_ACTOR, By
from otel_monitoring.api.dashboards.bodies import (
    OwnDashboardBody,
    OwnDashboardChange,
    OwnDashboardImported,
    OwnDashboardIn,
    OwnDashboardsBody,
    body_of,
    content_of,
    given_of,
    summary_of,
)
from otel_monitoring.api.dashboards.exchange import exported, imported
from otel_monitoring.api.dashboards.grafana_out import grafana
from otel_monitoring.api.dashboards.variables import filled
from otel_monitoring.api.refused import CONFLICT, NOT_FOUND, UNPROCESSABLE, RefusedError, refusals
from otel_monitoring.errors import MonitoringError, QueryError
from otel_monitoring.model.dashboard import (
    DashboardChangedError,
    DashboardError,
    DashboardUnknownError,
    TooManyDashboardsError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.api.dashboards.bodies import PanelBody
    from otel_monitoring.model.dashboard import Dashboard

_MOST_CHARS = 100_000
"""Of a dashboard as JSON: a hundred usual panels take a third of it."""

DashboardId = Annotated[
    str, Path(description="Names the dashboard.", pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")
]


class DashboardsKept(Protocol):
    """What the API needs of the dashboards of a service; called from worker threads."""

    @property
    def note(self) -> str:
        """Why they are in memory alone; empty where they are kept."""
        ...

    def all(self) -> list[Dashboard]:
        """Return all of them, by title."""
        ...

    def get(self, dashboard_id: str) -> Dashboard:
        """Return one."""
        ...

    def add(self, *, title: str, content: Mapping[str, Any], actor: str) -> Dashboard:
        """Make one with an id of its own."""
        ...

    def put(
        self, dashboard_id: str, *, title: str, content: Mapping[str, Any], over: int, actor: str
    ) -> Dashboard:
        """Keep one in place of that at version ``over``; 0 where there is to be none."""
        ...

    def remove(self, dashboard_id: str, *, over: int | None, actor: str) -> Dashboard:
        """Forget one."""
        ...


@dataclass(frozen=True, slots=True)
class DashboardsSource:
    """Whom the routes about dashboards ask.

    Attributes:
        kept: The dashboards.
        check: Raises :class:`QueryError` for what is no expression; called from worker threads.
        most: How many dashboards there may be.
    """

    kept: DashboardsKept
    check: Callable[[str], object]
    most: int


def dashboards_router(source: DashboardsSource) -> APIRouter:
    """Return the routes about dashboards; every change is an audit event."""
    router, routes = APIRouter(tags=["dashboards"]), _Routes(source)
    found, valid = refusals(NOT_FOUND), refusals(CONFLICT, UNPROCESSABLE)
    router.get("/dashboards", summary="All dashboards", response_model=OwnDashboardsBody)(routes.all)
    router.post(
        "/dashboards",
        summary="Make a dashboard",
        status_code=201,
        response_model=OwnDashboardBody,
        responses=valid,
    )(routes.create)
    router.post(
        "/dashboards/import",
        summary="Make a dashboard of what was exported, here or by Grafana",
        status_code=201,
        response_model=OwnDashboardImported,
        responses=valid,
    )(routes.take)
    router.get("/dashboards/{id}", summary="One dashboard", response_model=OwnDashboardBody, responses=found)(
        routes.get
    )
    router.put(
        "/dashboards/{id}",
        summary="Change a dashboard",
        response_model=OwnDashboardBody,
        responses={**found, **valid},
    )(routes.change)
    router.delete(
        "/dashboards/{id}",
        summary="Remove a dashboard; the answer is what it was",
        response_model=OwnDashboardBody,
        responses={**found, **refusals(CONFLICT)},
    )(routes.remove)
    router.get("/dashboards/{id}/export", summary="A dashboard as a file", responses=found)(routes.export)
    return router


class _Routes:
    def __init__(self, source: DashboardsSource) -> None:
        self._kept = source.kept
        self._check = source.check
        self._most = source.most

    def all(self) -> OwnDashboardsBody:
        """Everybody who may read sees the dashboards of everybody."""
        found, note = self._kept.all(), self._kept.note
        return OwnDashboardsBody(
            dashboards=[summary_of(one) for one in found],
            kept_in="memory" if note else "storage",
            note=note,
            most=self._most,
        )

    def create(self, given: OwnDashboardIn, by: By = API_ACTOR) -> OwnDashboardBody:
        """Its id is made here."""
        self._refuse_what_is_wrong(given)
        return self._done(lambda: self._kept.add(title=given.title, content=content_of(given), actor=by))

    def get(self, id: DashboardId) -> OwnDashboardBody:  # noqa: A002 - the name in the path
        """With the version that a change has to name."""
        return self._done(lambda: self._kept.get(id))

    def change(
        self,
        id: DashboardId,  # noqa: A002 - the name in the path
        given: OwnDashboardChange,
        by: By = API_ACTOR,
    ) -> OwnDashboardBody:
        """Where somebody else changed it meanwhile, the answer says who and when, and nothing is changed."""
        self._refuse_what_is_wrong(given)
        return self._done(
            lambda: self._kept.put(
                id, title=given.title, content=content_of(given), over=given.version, actor=by
            )
        )

    def remove(
        self,
        id: DashboardId,  # noqa: A002 - the name in the path
        version: Annotated[int | None, Query(ge=1, description="Only where it is still at this one.")] = None,
        by: By = API_ACTOR,
    ) -> OwnDashboardBody:
        """Sent back with version 0, it is there again under the same id."""
        return self._done(lambda: self._kept.remove(id, over=version, actor=by))

    def export(
        self,
        id: DashboardId,  # noqa: A002 - the name in the path
        format: Annotated[  # noqa: A002 - the name in the query
            Literal["own", "grafana"], Query(description="`grafana`: a dashboard that Grafana imports.")
        ] = "own",
    ) -> JSONResponse:
        """Without what belongs to this place: id, version, and who changed it."""
        found = given_of(self._done(lambda: self._kept.get(id)))
        content = exported(found) if format == "own" else grafana(found, uid=id)
        name = f"{id}.{'dashboard' if format == 'own' else 'grafana'}.json"
        return JSONResponse(content, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def take(
        self,
        given: Annotated[
            dict[str, Any], Body(description="What an export gave, or the JSON of a dashboard of Grafana.")
        ],
        by: By = API_ACTOR,
    ) -> OwnDashboardImported:
        """Of Grafana come the panels with PromQL that can be shown; each other is named with its reason."""
        try:
            taken, left_out = imported(given, check=self._checked)
        except MonitoringError as error:
            raise RefusedError(str(error), field="body") from None
        made = self.create(taken, by)
        return OwnDashboardImported(dashboard=made, left_out=left_out)

    def _checked(self, expr: str) -> str:
        """Return why something is no expression; empty where it is one."""
        try:
            self._check(filled(expr))
        except QueryError as error:
            return str(error)
        return ""

    def _refuse_what_is_wrong(self, given: OwnDashboardIn) -> None:
        errors = [
            {"field": f"body.panels.{number}.queries.{place}.expr", "message": said}
            for number, panel in enumerate(given.panels)
            for place, said in self._mistakes(panel)
        ]
        if errors:
            raise RefusedError("; ".join(one["message"] for one in errors[:3]), errors=errors)
        size = len(json.dumps(content_of(given)))
        if size > _MOST_CHARS:
            msg = f"the dashboard takes {size} characters: expected at most {_MOST_CHARS}"
            raise RefusedError(msg, field="body.panels")

    def _mistakes(self, panel: PanelBody) -> list[tuple[int, str]]:
        said = [(place, self._checked(query.expr)) for place, query in enumerate(panel.queries)]
        return [(place, f"panel {panel.title!r}: {one}") for place, one in said if one]

    def _done(self, work: Callable[[], Dashboard]) -> OwnDashboardBody:
        try:
            found = work()
        except DashboardError as error:
            raise _refusal(error) from None
        return body_of(found, note=self._kept.note)


def _refusal(error: DashboardError) -> RefusedError:
    """Return a refusal; where somebody was faster, with who and when."""
    if isinstance(error, DashboardUnknownError):
        return RefusedError(str(error), status=NOT_FOUND, field="path.id")
    if isinstance(error, DashboardChangedError):
        current = error.current
        members = {
            "version": current.version,
            "changedBy": current.changed_by,
            "changedAt": values.time(current.changed_ms).isoformat().replace("+00:00", "Z"),
        }
        return RefusedError(str(error), status=CONFLICT, field="body.version", members=members)
    field = "" if isinstance(error, TooManyDashboardsError) else "body"
    return RefusedError(str(error), status=CONFLICT, field=field)
