"""Dashboards as Grafana imports and provisions them.

Source: Grafana, "Dashboard JSON model" (the classic model, ``schemaVersion`` 39, which later versions bring
up to their own).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.api.dashboards.units import to_grafana

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.api.dashboards.bodies import OwnDashboardIn, PanelBody

SCHEMA_VERSION: Final = 39
_PER_UNIT: Final = 2
"""Grafana has 24 columns and rows of half the height."""
_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_TYPES: Final = {"line": "timeseries", "stacked": "timeseries", "figure": "stat", "table": "table"}
_DATASOURCE: Final[dict[str, Any]] = {
    "name": "datasource",
    "label": "Data source",
    "type": "datasource",
    "query": "prometheus",
    "current": {},
    "hide": 0,
    "refresh": 1,
}


def grafana(
    dashboard: OwnDashboardIn,
    *,
    uid: str,
    variables: Sequence[dict[str, Any]] = (),
    tags: Sequence[str] = ("otel-monitoring",),
    links: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return a dashboard as Grafana reads it.

    Args:
        dashboard: The dashboard.
        uid: Names it there; at most 40 characters.
        variables: Variables besides the data source, as Grafana writes them.
        tags: What it is listed under.
        links: Links to other dashboards, as Grafana writes them.
    """
    return {
        "uid": uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": list(tags),
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "15s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "annotations": {"list": []},
        "links": list(links),
        "templating": {"list": [_DATASOURCE, *variables]},
        "panels": [_panel(panel, number) for number, panel in enumerate(dashboard.panels, 1)],
    }


def _panel(panel: PanelBody, number: int) -> dict[str, Any]:
    place = panel.place
    return {
        "id": number,
        "type": _TYPES[panel.kind],
        "title": panel.title,
        "datasource": _SOURCE,
        "gridPos": {
            "x": place.x * _PER_UNIT,
            "y": place.y * _PER_UNIT,
            "w": place.w * _PER_UNIT,
            "h": place.h * _PER_UNIT,
        },
        "targets": [_target(panel, at) for at in range(len(panel.queries))],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _OPTIONS[_TYPES[panel.kind]],
    }


def _target(panel: PanelBody, at: int) -> dict[str, Any]:
    query = panel.queries[at]
    is_now = panel.kind == "table"
    return {
        "refId": chr(ord("A") + at),
        "datasource": _SOURCE,
        "expr": query.expr,
        "legendFormat": query.legend or "__auto",
        "range": not is_now,
        "instant": is_now,
        "format": "table" if is_now else "time_series",
    }


def _defaults(panel: PanelBody) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.threshold is not None:
        steps.append({"color": "red", "value": panel.threshold})
    found: dict[str, Any] = {
        "unit": to_grafana(panel.unit),
        "thresholds": {"mode": "absolute", "steps": steps},
    }
    if _TYPES[panel.kind] == "timeseries":
        found["custom"] = {
            "drawStyle": "line",
            "lineWidth": 1,
            "fillOpacity": 30 if panel.kind == "stacked" else 8,
            "showPoints": "never",
            "stacking": {"mode": "normal" if panel.kind == "stacked" else "none", "group": "A"},
            "thresholdsStyle": {"mode": "off" if panel.threshold is None else "line"},
        }
    return found


_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "value",
        "graphMode": "area",
    },
    "table": {"showHeader": True},
}
