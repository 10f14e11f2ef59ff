"""How other processes do is known by what their checks told as metrics."""

from __future__ import annotations

import pytest

from otel_monitoring.bootstrap.api.instances import told_health
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore

NOW_MS = 1_772_442_847_000


@pytest.mark.parametrize(
    ("critical", "other", "expected"),
    [
        (1.0, 1.0, "healthy"),
        (1.0, 0.5, "degraded"),
        (1.0, 0.0, "degraded"),
        (0.5, 1.0, "degraded"),
        (0.0, 1.0, "unhealthy"),
        (0.0, 0.0, "unhealthy"),
    ],
)
def test_only_a_critical_check_makes_a_process_unhealthy(
    critical: float, other: float, expected: str
) -> None:
    store = SeriesStore()
    values = {("db", "true"): critical, ("cache", "false"): other, ("disk", "true"): 1.0}
    labels = [
        Labels.of(__name__="otel_monitoring_health_status", instance="a", check=check, critical=is_critical)
        for check, is_critical in values
    ]
    store.append(Batch("a", NOW_MS, labels, [*values.values()]))

    assert told_health(Engine(store), now_ms=NOW_MS) == {"a": expected}


def test_of_whom_nothing_was_told_nothing_is_known() -> None:
    assert told_health(Engine(SeriesStore()), now_ms=NOW_MS) == {}
