"""Expressions narrowed to one series give what they gave before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.bootstrap.messages.narrow import narrowed
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.promql.language.format import pretty
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from otel_monitoring.promql.result import Series

NOW_MS = 1_700_000_000_000
HOUR_MS = 3_600_000
EXPRESSIONS = [
    "load",
    "-load",
    "load * 2",
    "100 - load",
    "avg_over_time(load[5m])",
    "max_over_time(rate(hits_total[5m])[10m:1m])",
    "sum by (host) (load)",
    "sum without (route) (rate(hits_total[5m]))",
    "sum by (host) (rate(hits_total[5m])) / sum by (host) (load)",
    "load / on (host, route) cap",
    "load / on (host) group_left () sum by (host) (cap)",
    "load and cap > 1",
    "load unless on (host) (cap > 1e9)",
    "topk(2, load)",
    "quantile by (route) (0.5, load)",
    'label_replace(load, "host", "x$1", "host", "(.*)")',
    "histogram_quantile(0.9, sum by (le, host) (rate(time_bucket[5m])))",
    "load - ignoring (route) group_left () sum without (route) (load)",
    "sum without (route) (load) - ignoring (zone) sum without (route) (cap)",
    "sum(load)",
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    store = SeriesStore(retention_s=7200, interval_s=60, max_series=1000, max_bytes=1 << 24)
    labels = [
        Labels.of({"__name__": name, "host": host, "route": route, **more})
        for name, more in (
            ("load", {}),
            ("cap", {}),
            ("hits_total", {}),
            ("time_bucket", {"le": "1.0"}),
            ("time_bucket", {"le": "+Inf"}),
        )
        for host in ("a", "b", "c")
        for route in ("/x", "/y")
    ]
    for minute in range(60, -1, -1):
        values = [float((at + 1) * (61 - minute) + at * at + at // 24 * 60) for at in range(len(labels))]
        store.append(Batch("s", NOW_MS - minute * 60_000, labels, values))
    return Engine(store, clock=FakeClock(NOW_MS))


def course(series: Series) -> list[tuple[int, float]]:
    return list(zip(series.times_ms.tolist(), series.values.tolist(), strict=True))


@pytest.mark.parametrize("expr", EXPRESSIONS)
def test_every_series_of_a_result_is_the_same_when_asked_for_alone(engine: Engine, expr: str) -> None:
    every = engine.range_(expr, NOW_MS - HOUR_MS // 2, NOW_MS, 60_000).series

    assert every
    for one in every:
        wanted = {name: value for name, value in one.labels if name != NAME}
        alone = engine.range_(
            pretty(narrowed(parse(expr), wanted)), NOW_MS - HOUR_MS // 2, NOW_MS, 60_000
        ).series
        found = [other for other in alone if other.labels == one.labels]
        assert [course(other) for other in found] == [course(one)]


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("load", 'load{host="a",route="/x"}'),
        ('load{host="a"}', 'load{host="a",route="/x"}'),
        ("sum by (host) (rate(hits_total[5m]))", 'sum by (host) (rate(hits_total{host="a"}[5m]))'),
        ("load / on (host) cap", 'load{host="a"} / on (host) cap{host="a"}'),
        ("topk(2, load)", "topk(2, load)"),
        ("sum(load)", "sum(load)"),
    ],
)
def test_labels_are_asked_for_as_deep_as_is_certain(expr: str, expected: str) -> None:
    assert pretty(narrowed(parse(expr), {"host": "a", "route": "/x"})) == expected
