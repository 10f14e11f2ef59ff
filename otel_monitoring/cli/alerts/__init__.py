"""``otel-monitoring alerts``: see what fires, acknowledge, resolve and silence it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "ack": "otel_monitoring.cli.alerts.ack",
    "audit": "otel_monitoring.cli.alerts.audit",
    "history": "otel_monitoring.cli.alerts.history",
    "list": "otel_monitoring.cli.alerts.list",
    "resolve": "otel_monitoring.cli.alerts.resolve",
    "show": "otel_monitoring.cli.alerts.show",
    "silence": "otel_monitoring.cli.alerts.silence",
    "silences": "otel_monitoring.cli.alerts.silences",
    "unack": "otel_monitoring.cli.alerts.unack",
    "unsilence": "otel_monitoring.cli.alerts.unsilence",
}
"""Each command of the group and the module whose ``command`` function it is."""
