"""The two parsers of ``prometheus_client``, with types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import parser as text
from prometheus_client.openmetrics import parser as openmetrics

if TYPE_CHECKING:
    from prometheus_client import Metric


def parse_text(page: str) -> list[Metric]:
    """Return the families of a page in Prometheus text."""
    return list(text.text_string_to_metric_families(page))


def parse_openmetrics(page: str) -> list[Metric]:
    """Return the families of a page in OpenMetrics; raise ``ValueError`` where it is not as specified."""
    return list(openmetrics.text_string_to_metric_families(page))  # type: ignore[no-untyped-call]
