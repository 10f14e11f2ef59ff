"""``otel-monitoring notify``: try receivers, see what was delivered, check an alertmanager.yml."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "check": "otel_monitoring.cli.notify.check",
    "deliveries": "otel_monitoring.cli.notify.deliveries",
    "receivers": "otel_monitoring.cli.notify.receivers",
    "routes": "otel_monitoring.cli.notify.routes",
    "test": "otel_monitoring.cli.notify.test",
}
"""Each command of the group and the module whose ``command`` function it is."""
