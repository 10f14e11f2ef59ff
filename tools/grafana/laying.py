"""Panels laid out in rows, as the dashboards of Grafana are written down here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from otel_monitoring.api.dashboards.bodies import (
    COLUMNS,
    OwnDashboardIn,
    PanelBody,
    PanelPlace,
    PanelQuery,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.api.dashboards.bodies import Kind

CHOSEN: Final = 'job=~"$job", instance=~"$instance"'
"""The matchers of what is chosen on a dashboard."""

RATE: Final = "[$__rate_interval]"

_HIGH: Final = 4
_LOW: Final = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """One panel, without its place.

    Attributes:
        title: Its title.
        queries: PromQL and legend of each query.
        unit: In UCUM.
        kind: How it shows them.
        threshold: From where on values are bad.
        why_empty: Why it is empty in the demo, where it may be.
    """

    title: str
    queries: Sequence[tuple[str, str]]
    unit: str = ""
    kind: Kind = "line"
    threshold: float | None = None
    why_empty: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard.

    Attributes:
        name: Names its file, and it within Grafana.
        title: Its title.
        about: What it is for.
        rows: Its panels, row by row; those of a row are equally wide.
    """

    name: str
    title: str
    about: str
    rows: Sequence[Sequence[Shown]]

    @property
    def shown(self) -> list[Shown]:
        """All panels, in order."""
        return [shown for row in self.rows for shown in row]

    def laid_out(self) -> OwnDashboardIn:
        """Return the dashboard with every panel at its place."""
        panels: list[PanelBody] = []
        top = 0
        for row in self.rows:
            height = _LOW if all(shown.kind == "figure" for shown in row) else _HIGH
            width = COLUMNS // len(row)
            for at, shown in enumerate(row):
                place = PanelPlace(x=at * width, y=top, w=width, h=height)
                panels.append(_panel(shown, place, f"{self.name}-{len(panels) + 1}"))
            top += height
        return OwnDashboardIn(title=self.title, description=self.about, panels=panels)


def selected(metric: str, *matchers: str) -> str:
    """Return the series of a metric of what is chosen."""
    return f"{metric}{{{', '.join((CHOSEN, *matchers))}}}"


def rate(metric: str, *matchers: str) -> str:
    """Return the increase a second of a counter of what is chosen."""
    return f"rate({selected(metric, *matchers)}{RATE})"


def by(how: str, expr: str, *labels: str) -> str:
    """Return an expression summed up, by ``sum``, ``max`` or the like, for each value of some labels."""
    return f"{how} by ({', '.join(labels)}) ({expr})"


def grouped(how: str, expr: str, *labels: str) -> tuple[str, str]:
    """Return the same as the query of a panel, whose legend names those values."""
    return by(how, expr, *labels), " ".join(f"{{{{{label}}}}}" for label in labels)


def quantile(share: float, metric: str, *by: str) -> str:
    """Return a quantile of a histogram of what is chosen."""
    return f"histogram_quantile({share:g}, sum by ({', '.join(('le', *by))}) ({rate(f'{metric}_bucket')}))"


def _panel(shown: Shown, place: PanelPlace, panel_id: str) -> PanelBody:
    return PanelBody(
        id=panel_id,
        title=shown.title,
        kind=shown.kind,
        queries=[PanelQuery(expr=expr, legend=legend) for expr, legend in shown.queries],
        unit=shown.unit,
        threshold=shown.threshold,
        place=place,
    )
