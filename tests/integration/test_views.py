"""Endpoints asked of a real Prometheus are those that our own engine finds."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.promql.prometheus import serving
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.promql.remote.query import RemoteOptions, RemoteQuery
from otel_monitoring.views.counting import Counting
from otel_monitoring.views.endpoints import EndpointsView
from otel_monitoring.views.instances import figures
from otel_monitoring.views.performance import operations
from tests.views.shop import HOUR_MS, T_MS, Shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def shop() -> Shop:
    """Two processes; one begins later, and begins anew under its name."""
    shop = Shop()
    first = shop.process
    for step in range(80):
        first.serve("/cart/{id}", 0.02, times=7)
        if step == 20:
            shop.begin("b").serve("/cart/{id}", 0.2, times=40, status="500")
        if step == 50:
            shop.process.counts.clear()
            shop.process.serve("/cart/{id}", 0.2, times=3, status="500")
        first.query_database(0.02, times=2)
        shop.pass_time(15)
    return shop


@pytest.fixture(scope="module")
def remote(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteQuery]:
    folder = tmp_path_factory.mktemp("prometheus")
    with serving(folder, _openmetrics(shop, folder / "samples.txt")) as peer:
        query = RemoteQuery(peer.url, options=RemoteOptions(timeout_s=30), clock=SystemClock())
        yield query
        query.close()


@pytest.mark.parametrize("exact_ms", [0, HOUR_MS])
@pytest.mark.parametrize("window_ms", [HOUR_MS, 900_000])
def test_a_real_prometheus_finds_the_same(
    shop: Shop, remote: RemoteQuery, exact_ms: int, window_ms: int
) -> None:
    end_ms = shop.now_ms
    ours, theirs = (Counting(query, exact_ms=exact_ms) for query in (shop.engine, remote))

    one, other = (EndpointsView(each).course(end_ms - window_ms, end_ms) for each in (ours, theirs))

    assert other.now.whole.requests == pytest.approx(one.now.whole.requests)
    assert other.now.whole.requests > 100
    assert other.now.statuses == pytest.approx(one.now.statuses)
    assert other.now.whole.latency == one.now.whole.latency
    assert other.before.whole.requests == pytest.approx(one.before.whole.requests)
    assert other.points.per_minute == pytest.approx(one.points.per_minute, nan_ok=True)
    assert other.points.p95_s == pytest.approx(one.points.p95_s, nan_ok=True)
    spans = ours.span(end_ms - window_ms, end_ms), theirs.span(end_ms - window_ms, end_ms)
    assert spans[0] == spans[1]
    assert figures(theirs, end_ms - window_ms, end_ms) == figures(ours, end_ms - window_ms, end_ms)
    found = operations(theirs, spans[0])
    assert found is not None
    assert found.count == pytest.approx(getattr(operations(ours, spans[0]), "count", 0))


def _openmetrics(shop: Shop, path: Path) -> Path:
    """Write all samples, those of a family together."""
    lines = sorted(_lines(shop), key=lambda line: line[0])
    with path.open("w", encoding="utf-8") as file:
        for name, group in groupby(lines, key=lambda line: line[0]):
            print(f"# TYPE {name} unknown", file=file)
            for _, text in group:
                print(text, file=file)
        print("# EOF", file=file)
    return path


def _lines(shop: Shop) -> Iterator[tuple[str, str]]:
    for block in shop.store.select((), T_MS - 1, shop.now_ms):
        for column, labels in enumerate(block.labels):
            name, text = labels.get(NAME), _labels(labels)
            for at_ms, value in zip(block.times_ms.tolist(), block.values[:, column].tolist(), strict=True):
                if not np.isnan(value):
                    yield name, f"{name}{text} {value} {at_ms / 1000}"


def _labels(labels: Labels) -> str:
    return "{" + ",".join(f'{key}="{value}"' for key, value in labels if key != NAME) + "}"
