"""Whom ``/system`` asks: what the process runs on, and why there may be nothing to say of it."""

from __future__ import annotations

import importlib.util
import platform
import socket
from typing import TYPE_CHECKING

from otel_monitoring.api.system import SystemSource
from otel_monitoring.reports.system.desk import SystemDesk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.parts import Builder


def system_source(builder: Builder, made: Analysis) -> SystemSource:
    """Return whom the route asks."""
    own = str(builder.resource.attributes.get("service.instance.id", ""))
    return SystemSource(
        desk=SystemDesk(query=made.ask, interval_s=builder.settings.telemetry.collect_interval_s),
        own=own,
        machine=lambda: _machine(builder),
        note=lambda instance: _note(builder, is_own=instance == own),
        clock=builder.clock,
    )


def _machine(builder: Builder) -> Mapping[str, str]:
    host = str(builder.resource.attributes.get("host.name") or socket.gethostname())
    return {
        "host": host,
        "system": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "python": platform.python_version(),
    }


def _note(builder: Builder, *, is_own: bool) -> str:
    """Return why nothing is known of a process, and what to do."""
    if not is_own:
        return "no process of this id was measured within the window: `instances` lists those that are known"
    settings = builder.settings
    if not settings.system.enabled:
        return "nothing is measured since system.enabled is false: set it to true"
    if importlib.util.find_spec("psutil") is None:
        return "nothing is measured since psutil is not installed: pip install psutil"
    return (
        f"nothing was measured yet: values are collected every {settings.telemetry.collect_interval_s:g} s, "
        "the first time an interval after the start"
    )
