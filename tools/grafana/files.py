"""The dashboards as files that Grafana is provisioned with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.api.dashboards.grafana_out import grafana
from tools.grafana.machines import INSTANCES, SLOS, SYSTEM
from tools.grafana.traffic import ALERTS, ENDPOINTS, OVERVIEW

if TYPE_CHECKING:
    from tools.grafana.laying import Board

FOLDER: Final = Path(__file__).parents[2] / "collector-config" / "grafana" / "dashboards"
BOARDS: Final[tuple[Board, ...]] = (OVERVIEW, ENDPOINTS, ALERTS, SYSTEM, INSTANCES, SLOS)

_TAG: Final = "otel-monitoring"
_LINKS: Final[tuple[dict[str, Any], ...]] = (
    {
        "type": "dashboards",
        "title": "otel_monitoring",
        "tags": [_TAG],
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
        "icon": "external link",
        "targetBlank": False,
        "tooltip": "",
        "url": "",
    },
)


def files() -> dict[str, str]:
    """Return what the files hold, by their names."""
    return {f"{board.name}.json": _text(board) for board in BOARDS}


def written() -> int:
    """Write all files and take away those that are none of them; return how many there are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = files()
    for path in FOLDER.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return len(wanted)


def stale() -> list[str]:
    """Return the names of files that are missing, not as they would be written, or too many."""
    wanted = files()
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    return sorted(name for name in wanted | there if wanted.get(name) != there.get(name))


def _text(board: Board) -> str:
    made = grafana(
        board.laid_out(),
        uid=f"otel-monitoring-{board.name}",
        variables=_VARIABLES,
        tags=(_TAG,),
        links=_LINKS,
    )
    return json.dumps(made, indent=2) + "\n"


def _variable(label: str, name: str, query: str) -> dict[str, Any]:
    """Return a variable of the values of a label; everything unless somebody chooses."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "query": {"query": query, "refId": name},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
        "hide": 0,
    }


_VARIABLES: Final = (
    _variable("Service", "job", "label_values(process_uptime_seconds, job)"),
    _variable("Instance", "instance", 'label_values(process_uptime_seconds{job=~"$job"}, instance)'),
)
