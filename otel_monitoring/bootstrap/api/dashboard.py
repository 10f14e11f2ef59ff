"""The dashboard, where it was built."""

from __future__ import annotations

import logging
from importlib.resources import files
from typing import TYPE_CHECKING

from otel_monitoring.dashboard.files import DashboardError, read_files
from otel_monitoring.dashboard.router import dashboard_router

if TYPE_CHECKING:
    from fastapi import APIRouter

_log = logging.getLogger(__name__)


def dashboard() -> APIRouter | None:
    """Return the routes of the dashboard; ``None`` in a checkout where it was not built."""
    try:
        found = read_files(files("otel_monitoring.dashboard") / "static")
    except DashboardError as error:
        _log.info("%s", error)
        return None
    return dashboard_router(found)
