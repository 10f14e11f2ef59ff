"""``otel-monitoring rules``: try rule files; list, switch and export the rules of an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "backtest": "otel_monitoring.cli.rules.backtest",
    "check": "otel_monitoring.cli.rules.check",
    "export": "otel_monitoring.cli.rules.export",
    "list": "otel_monitoring.cli.rules.list",
    "mode": "otel_monitoring.cli.rules.mode",
    "reload": "otel_monitoring.cli.rules.reload",
    "test": "otel_monitoring.cli.rules.test",
}
"""Each command of the group and the module whose ``command`` function it is."""
