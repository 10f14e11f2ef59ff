"""What a dashboard is made of, as it is sent: panels on a grid of twelve columns, each with its queries."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from otel_monitoring.api import values

if TYPE_CHECKING:
    from pydantic.config import JsonDict

    from otel_monitoring.model.dashboard import Dashboard

COLUMNS: Final = 12
MOST_PANELS: Final = 100
_MOST_QUERIES: Final = 10
_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"

Kind = Literal["line", "stacked", "figure", "table"]
Kept = Literal["storage", "memory"]
Title = Annotated[str, Field(min_length=1, max_length=120, pattern=r"\S", examples=["Checkout"])]

_EXAMPLE: JsonDict = {
    "title": "Checkout",
    "description": "What to look at when orders fail.",
    "panels": [
        {
            "title": "Requests",
            "kind": "line",
            "queries": [
                {
                    "expr": "sum by (http_route) "
                    "(rate(http_server_request_duration_seconds_count[$__rate_interval]))",
                    "legend": "{{http_route}}",
                }
            ],
            "unit": "{request}/s",
            "place": {"x": 0, "y": 0, "w": 6, "h": 4},
        }
    ],
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class PanelQuery(_Strict):
    """What a panel asks."""

    expr: str = Field(
        min_length=1,
        max_length=4000,
        description="PromQL. `$__rate_interval`, `$__interval` and `$__range` stand for durations that fit "
        "the time that is shown, as in Grafana.",
        examples=["sum(rate(http_server_request_duration_seconds_count[$__rate_interval]))"],
    )
    legend: str = Field(
        "",
        max_length=200,
        description="Names its series; `{{label}}` stands for the value of a label. Empty for their labels.",
        examples=["{{http_route}}"],
    )


class PanelPlace(_Strict):
    """Where a panel is."""

    x: int = Field(ge=0, lt=COLUMNS, description="The column that it begins with, from 0.")
    y: int = Field(ge=0, le=2000, description="The row that it begins with, from 0.")
    w: int = Field(ge=1, le=COLUMNS, description="How many columns it takes.")
    h: int = Field(ge=1, le=24, description="How many rows it takes.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.x + self.w > COLUMNS:
            msg = f"x + w is {self.x + self.w}: expected at most {COLUMNS}"
            raise ValueError(msg)
        return self


class PanelBody(_Strict):
    """One panel."""

    id: str = Field(
        default_factory=lambda: secrets.token_hex(4),
        pattern=_ID,
        description="Names it on its dashboard; made where it is left out.",
    )
    title: Title
    kind: Kind = Field(
        "line",
        description="`line` and `stacked` show how values went, `figure` and `table` where they ended.",
    )
    queries: list[PanelQuery] = Field(min_length=1, max_length=_MOST_QUERIES)
    unit: str = Field("", max_length=32, description="In UCUM; empty for plain numbers.", examples=["s"])
    threshold: float | None = Field(None, description="From where on values are bad.")
    place: PanelPlace


class OwnDashboardIn(_Strict):
    """A dashboard to be made."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    title: Title
    description: str = Field("", max_length=1000)
    panels: list[PanelBody] = Field([], max_length=MOST_PANELS)

    @model_validator(mode="after")
    def _has_each_panel_once(self) -> Self:
        seen: set[str] = set()
        for panel in self.panels:
            if panel.id in seen:
                msg = f"panel id {panel.id!r} is there twice: expected one of its own for each"
                raise ValueError(msg)
            seen.add(panel.id)
        return self


class OwnDashboardChange(OwnDashboardIn):
    """A dashboard as it is to be; what ``GET`` answered can be changed and sent back."""

    version: int = Field(
        ge=0, description="The version that it was made from; 0 where there is none of this id yet."
    )
    panels: list[PanelBody] = Field(max_length=MOST_PANELS)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_is_told(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return {name: value for name, value in given.items() if name not in _TOLD}
        return given


class OwnDashboardBody(BaseModel):
    """One dashboard."""

    id: str = Field(examples=["5f0c2d9a1e"])
    title: str
    description: str
    panels: list[PanelBody]
    version: int = Field(description="Counts its changes; send it back with a change.")
    changed_at: datetime = Field(serialization_alias="changedAt")
    changed_by: str = Field(serialization_alias="changedBy", examples=["kim"])
    kept_in: Kept = Field(serialization_alias="keptIn")
    note: str = Field(description="Why it is in memory; empty where it is kept.")


_TOLD: Final = frozenset({"id", "changedAt", "changedBy", "keptIn", "note"})


class OwnDashboardSummary(BaseModel):
    """What a list says of a dashboard."""

    id: str
    title: str
    description: str
    panels: int = Field(description="How many it has.")
    version: int
    changed_at: datetime = Field(serialization_alias="changedAt")
    changed_by: str = Field(serialization_alias="changedBy")


class OwnDashboardsBody(BaseModel):
    """All dashboards, by title."""

    dashboards: list[OwnDashboardSummary]
    kept_in: Kept = Field(
        serialization_alias="keptIn",
        description="`memory`: there is no storage, or it cannot be used now; `note` says what that means.",
    )
    note: str = Field(description="Why they are in memory; empty where they are kept.")
    most: int = Field(description="How many there may be.")


class LeftOut(BaseModel):
    """What an import could not take over."""

    panel: str = Field(description="Its title.")
    reason: str


class OwnDashboardImported(BaseModel):
    """What came of an import."""

    dashboard: OwnDashboardBody
    left_out: list[LeftOut] = Field(serialization_alias="leftOut")


def summary_of(one: Dashboard) -> OwnDashboardSummary:
    """Return what a list says of a dashboard."""
    return OwnDashboardSummary(
        id=one.id,
        title=one.title,
        description=str(one.content.get("description", "")),
        panels=one.panels,
        version=one.version,
        changed_at=values.time(one.changed_ms),
        changed_by=one.changed_by,
    )


def body_of(one: Dashboard, *, note: str) -> OwnDashboardBody:
    """Return a dashboard as it is sent.

    Args:
        one: The dashboard.
        note: Why it is in memory; empty where it is kept.
    """
    return OwnDashboardBody(
        id=one.id,
        title=one.title,
        description=str(one.content.get("description", "")),
        panels=[PanelBody.model_validate(panel) for panel in one.content.get("panels", ())],
        version=one.version,
        changed_at=values.time(one.changed_ms),
        changed_by=one.changed_by,
        kept_in="memory" if note else "storage",
        note=note,
    )


def content_of(given: OwnDashboardIn) -> dict[str, Any]:
    """Return what is on a dashboard, as it is kept."""
    return {
        "description": given.description,
        "panels": [panel.model_dump() for panel in given.panels],
    }


def given_of(body: OwnDashboardBody) -> OwnDashboardIn:
    """Return what would have to be given to make a dashboard anew."""
    return OwnDashboardIn(title=body.title, description=body.description, panels=body.panels)
