"""Which metric a name means, that of Prometheus or that of OpenTelemetry."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from otel_monitoring.errors import StoreError
from otel_monitoring.ingest.names import DEFAULT_STRATEGY, metric_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.ingest.names import Strategy
    from otel_monitoring.model.sample import Metadata


def called(
    name: str, metadata: Mapping[str, Metadata], *, strategy: Strategy = DEFAULT_STRATEGY
) -> Metadata | None:
    """Return the metric of a name, Prometheus's or OpenTelemetry's; ``None`` where none is known by it.

    Args:
        name: The name.
        metadata: What is known, by Prometheus name.
        strategy: How names are translated.
    """
    exact = metadata.get(name)
    if exact is not None:
        return exact
    return next(
        (metadata[key] for key in sorted(metadata) if _is_called(metadata[key], name, strategy)), None
    )


def near(name: str, metadata: Mapping[str, Metadata]) -> list[str]:
    """Return names that look alike, the nearest first."""
    return difflib.get_close_matches(re.sub(r"\W", "_", name), list(metadata), n=5)


def _is_called(known: Metadata, name: str, strategy: Strategy) -> bool:
    try:
        if known.type in ("counter", "histogram"):
            return metric_name(name, unit=known.unit, kind=known.type, strategy=strategy) == known.name
        names = (
            metric_name(name, unit=known.unit, kind="gauge", strategy=strategy),
            metric_name(name, unit=known.unit, kind="updown", strategy=strategy),
        )
    except StoreError:
        return False
    return known.name in names
