"""Dashboards of Grafana taken over: the panels with PromQL that can be shown here, and why others cannot.

Source: Grafana, "Dashboard JSON model" (the classic model, ``schemaVersion`` 16 to 42).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from otel_monitoring.api.dashboards.bodies import (
    COLUMNS,
    MOST_PANELS,
    LeftOut,
    OwnDashboardIn,
    PanelBody,
)
from otel_monitoring.api.dashboards.units import from_grafana as unit_of
from otel_monitoring.api.dashboards.variables import USUAL, filled, names
from otel_monitoring.model.dashboard import DashboardError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from otel_monitoring.api.dashboards.bodies import Kind

_KINDS: Final[dict[str, Kind]] = {
    "timeseries": "line",
    "graph": "line",
    "stat": "figure",
    "singlestat": "figure",
    "gauge": "figure",
    "bargauge": "figure",
    "table": "table",
    "table-old": "table",
}
_SHOWN: Final = "time series, stat, gauge and table"
_PER_UNIT: Final = 2
"""Grafana has 24 columns and rows of 30 pixels, ours are twice as large."""
_LEGENDS_MADE: Final = ("__auto", "$__auto")
_PROMETHEUS: Final = re.compile(r"prometheus|mimir|cortex|thanos|victoriametrics", re.IGNORECASE)
_MOST_QUERIES: Final = 10


def is_grafana(given: Mapping[str, Any]) -> bool:
    """Tell whether something is a dashboard of Grafana in its classic model."""
    return isinstance(given.get("panels"), list) and "title" in given and "schema" not in given


def from_grafana(
    given: Mapping[str, Any], *, check: Callable[[str], str]
) -> tuple[OwnDashboardIn, list[LeftOut]]:
    """Return a dashboard of Grafana as one of ours, and which panels were left out and why.

    Args:
        given: The dashboard.
        check: Says why something is no expression; empty where it is one.

    Raises:
        DashboardError: Nothing of it can be shown.
    """
    values = {**_variables(given), **dict(zip(USUAL, _OWN, strict=True))}
    panels: list[PanelBody] = []
    left_out: list[LeftOut] = []
    for panel in _flat(given["panels"]):
        title = str(panel.get("title") or panel.get("type") or "panel")[:120]
        made = _panel(panel, title=title, values=values, check=check)
        if isinstance(made, str):
            left_out.append(LeftOut(panel=title, reason=made))
        elif len(panels) == MOST_PANELS:
            left_out.append(LeftOut(panel=title, reason=f"a dashboard has at most {MOST_PANELS} panels"))
        else:
            panels.append(made)
    if not panels:
        reasons = "; ".join(f"{one.panel}: {one.reason}" for one in left_out[:5]) or "it has no panels"
        msg = f"nothing of it can be shown: {reasons}"
        raise DashboardError(msg)
    title = str(given.get("title") or "").strip()[:120] or "Imported"
    description = str(given.get("description") or "")[:1000]
    return OwnDashboardIn(title=title, description=description, panels=_moved_up(panels)), left_out


_OWN: Final = tuple(f"${name}" for name in USUAL)
"""What these variables are called is the same here."""


def _flat(panels: list[Any]) -> Iterator[dict[str, Any]]:
    """Return panels without their rows; those of a collapsed row lie in it."""
    for panel in panels:
        if not isinstance(panel, dict):
            continue
        if panel.get("type") == "row":
            inner = panel.get("panels")
            yield from _flat(inner if isinstance(inner, list) else [])
        else:
            yield panel


def _panel(
    panel: dict[str, Any], *, title: str, values: Mapping[str, str], check: Callable[[str], str]
) -> PanelBody | str:
    """Return a panel as one of ours, or why it cannot be one."""
    kind = _KINDS.get(str(panel.get("type")))
    if kind is None:
        return f"panels of type {str(panel.get('type'))[:40]!r} cannot be shown here: only {_SHOWN} can"
    if "libraryPanel" in panel and not panel.get("targets"):
        return "what is in a library panel is not in the file"
    queries, reason = _queries(panel, values=values, check=check)
    if not queries:
        return reason or "it asks nothing"
    defaults = _at(panel, "fieldConfig", "defaults")
    is_stacked = bool(panel.get("stack")) or _at(defaults, "custom", "stacking").get("mode") in (
        "normal",
        "percent",
    )
    found = {
        "title": title.strip() or "panel",
        "kind": "stacked" if kind == "line" and is_stacked else kind,
        "queries": queries,
        "unit": unit_of(str(defaults.get("unit") or "")),
        "threshold": _threshold(defaults),
        "place": _place(_at(panel, "gridPos")),
    }
    try:
        return PanelBody.model_validate(found)
    except ValidationError as error:
        one = error.errors()[0]
        return f"{'.'.join(map(str, one['loc']))}: {one['msg']}"


def _queries(
    panel: dict[str, Any], *, values: Mapping[str, str], check: Callable[[str], str]
) -> tuple[list[dict[str, str]], str]:
    """Return what a panel asks that can be asked here, and why something of it cannot."""
    found: list[dict[str, str]] = []
    reason = ""
    targets = panel.get("targets")
    for target in targets if isinstance(targets, list) else []:
        if not isinstance(target, dict) or target.get("hide"):
            continue
        expr = filled(str(target.get("expr") or "").strip(), values)
        reason = _objection(expr, target.get("datasource") or panel.get("datasource"), check)
        if reason:
            continue
        legend = str(target.get("legendFormat") or "")
        found.append({"expr": expr, "legend": "" if legend in _LEGENDS_MADE else legend[:200]})
    return found[:_MOST_QUERIES], reason


def _objection(expr: str, source: Any, check: Callable[[str], str]) -> str:
    kind = source.get("type") if isinstance(source, dict) else None
    if isinstance(kind, str) and not _PROMETHEUS.search(kind):
        return f"it asks {kind[:40]!r}: only PromQL can be asked here"
    if not expr:
        return "it has no PromQL"
    unknown = [name for name in names(expr) if name not in USUAL]
    if unknown:
        return f"variable ${unknown[0]} stands for nothing here"
    return check(expr)


def _variables(given: Mapping[str, Any]) -> dict[str, str]:
    """Return what the variables of a dashboard stand for: what is chosen, or everything."""
    listed = _at(given, "templating").get("list")
    known = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return {str(one["name"]): _value(one) for one in known if one.get("name")}


def _value(variable: dict[str, Any]) -> str:
    value = _at(variable, "current").get("value")
    chosen = [str(one) for one in value] if isinstance(value, list) else [str(value or "")]
    if variable.get("type") in ("query", "adhoc", "datasource", None) or "$__all" in chosen:
        return str(variable.get("allValue") or ".*")
    return "|".join(chosen) or ".*"


def _threshold(defaults: Mapping[str, Any]) -> float | None:
    """Return the highest step, which is where values are worst in most dashboards."""
    steps = _at(defaults, "thresholds").get("steps")
    custom = _at(defaults, "custom", "thresholdsStyle").get("mode", "off")
    if custom == "off" or not isinstance(steps, list):
        return None
    values = [one.get("value") for one in steps if isinstance(one, dict)]
    numbers = [float(value) for value in values if isinstance(value, int | float)]
    return max(numbers, default=None)


def _place(given: Mapping[str, Any]) -> dict[str, int]:
    x, y, w, h = (_number(given, name, usual) for name, usual in (("x", 0), ("y", 0), ("w", 12), ("h", 8)))
    column = min(x // _PER_UNIT, COLUMNS - 1)
    width = max(1, min(round(w / _PER_UNIT), COLUMNS - column))
    return {
        "x": column,
        "y": min(y // _PER_UNIT, 2000),
        "w": width,
        "h": max(2, min(round(h / _PER_UNIT), 24)),
    }


def _number(given: Mapping[str, Any], name: str, usual: int) -> int:
    value = given.get(name)
    return max(0, int(value)) if isinstance(value, int | float) else usual


def _moved_up(panels: list[PanelBody]) -> list[PanelBody]:
    """Return panels in the order of their places, without the gaps that rows and left out panels leave."""
    ordered = sorted(panels, key=lambda panel: (panel.place.y, panel.place.x))
    heights = [0] * COLUMNS
    for panel in ordered:
        columns = range(panel.place.x, panel.place.x + panel.place.w)
        top = max(heights[column] for column in columns)
        panel.place.y = top
        for column in columns:
            heights[column] = top + panel.place.h
    return ordered


def _at(given: Mapping[str, Any], *path: str) -> dict[str, Any]:
    """Return an object within objects; an empty one where there is none."""
    found: Any = given
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
