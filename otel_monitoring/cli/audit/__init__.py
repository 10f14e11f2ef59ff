"""``otel-monitoring audit``: check that nobody changed what the audit of a storage says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {"verify": "otel_monitoring.cli.audit.verify"}
"""Each command of the group and the module whose ``command`` function it is."""
