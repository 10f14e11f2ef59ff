"""The desk that answers about trends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.reports.trends.desk import TrendsDesk

if TYPE_CHECKING:
    from datetime import tzinfo

    from otel_monitoring.bootstrap.analytics.desks import Desks


def trends_desk(desks: Desks, zone: tzinfo) -> TrendsDesk:
    """Return who answers about trends, and names times in ``zone``."""
    return TrendsDesk(query=desks.query, subjects=desks.subjects, clock=desks.clock, zone=zone)
