"""``otel-monitoring slo``: how service levels stand, what months were like, and their rules as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "check": "otel_monitoring.cli.analytics.slo.check",
    "export": "otel_monitoring.cli.analytics.slo.export",
    "list": "otel_monitoring.cli.analytics.slo.list",
    "report": "otel_monitoring.cli.analytics.slo.report",
    "show": "otel_monitoring.cli.analytics.slo.show",
}
"""Each command of the group and the module whose ``command`` function it is."""
