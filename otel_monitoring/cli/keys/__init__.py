"""``otel-monitoring keys``: make, list and revoke the API keys that open the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "create": "otel_monitoring.cli.keys.create",
    "list": "otel_monitoring.cli.keys.list",
    "revoke": "otel_monitoring.cli.keys.revoke",
}
"""Each command of the group and the module whose ``command`` function it is."""
