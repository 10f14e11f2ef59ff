"""Dashboards as files: our own form, with its version, and whatever Grafana exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from otel_monitoring.api.dashboards.bodies import OwnDashboardIn
from otel_monitoring.api.dashboards.grafana_in import from_grafana, is_grafana
from otel_monitoring.model.dashboard import DashboardError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.api.dashboards.bodies import LeftOut

SCHEMA: Final = "otel-monitoring/dashboard"
VERSION: Final = 1


def exported(dashboard: OwnDashboardIn) -> dict[str, Any]:
    """Return a dashboard as a file of ours."""
    return {"schema": SCHEMA, "schemaVersion": VERSION, **dashboard.model_dump()}


def imported(
    given: Mapping[str, Any], *, check: Callable[[str], str]
) -> tuple[OwnDashboardIn, list[LeftOut]]:
    """Return the dashboard of a file, and what of it had to be left out.

    Args:
        given: What is in the file.
        check: Says why something is no expression; empty where it is one.

    Raises:
        DashboardError: It is no dashboard, or of a later version than this one.
    """
    if given.get("schema") == SCHEMA:
        return _own(given), []
    inner = given.get("dashboard")
    found = inner if isinstance(inner, dict) else given
    if is_grafana(found):
        return from_grafana(found, check=check)
    msg = f"the file is no dashboard: expected schema {SCHEMA!r}, or the JSON of a dashboard of Grafana"
    raise DashboardError(msg)


def _own(given: Mapping[str, Any]) -> OwnDashboardIn:
    version = given.get("schemaVersion")
    if version != VERSION:
        msg = f"schemaVersion is {version!r}: expected {VERSION}"
        raise DashboardError(msg)
    content = {name: value for name, value in given.items() if name not in ("schema", "schemaVersion")}
    try:
        return OwnDashboardIn.model_validate(content)
    except ValidationError as error:
        said = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]]
        raise DashboardError("; ".join(said)) from None
