"""``otel-monitoring notify``: try receivers, see what was delivered, check an alertmanager.yml."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "check": "otel_monitoring.cli.notify.check",
    "routes": "otel_monitoring.cli.notify.routes",
}
"""Each command of the group and the module whose ``command`` function it is."""
