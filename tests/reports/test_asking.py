"""Expressions laid on a grid of times."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.asking import Window, tracks
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from otel_monitoring.promql.result import Result

DAY_MS = 86_400_000

START_MS = 1_700_000_000_000


@pytest.fixture
def engine() -> Engine:
    store = SeriesStore(retention_s=7200, interval_s=60)
    for minute in range(60):
        series = [Labels.of(__name__="load", cpu="0")]
        values = [float(minute)]
        if minute >= 30:
            series.append(Labels.of(__name__="load", cpu="1"))
            values.append(1.0)
        store.append(Batch("self", START_MS + minute * 60_000, series, values))
    return Engine(store)


def test_a_track_has_a_hole_where_there_is_no_value(engine: Engine) -> None:
    first, second = tracks(engine, "load", Window(START_MS, START_MS + 59 * 60_000, 60_000))

    assert first.values.tolist() == [float(minute) for minute in range(60)]
    assert np.isnan(second.values[:30]).all()
    assert (second.values[30:] == 1.0).all()
    assert second.labels.get("cpu") == "1"


def test_an_expression_without_series_has_no_tracks(engine: Engine) -> None:
    assert tracks(engine, "nothing", Window(START_MS, START_MS + 60_000, 60_000)) == []


def test_a_scalar_is_one_track(engine: Engine) -> None:
    (only,) = tracks(engine, "1 + 1", Window(START_MS, START_MS + 120_000, 60_000))

    assert only.values.tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("span_s", "points", "step_s"),
    [(3600, 500, 10), (86_400, 500, 300), (7 * 86_400, 500, 1800), (60, 500, 1), (400 * 86_400, 100, 86_400)],
)
def test_a_window_has_round_steps_and_few_points(span_s: int, points: int, step_s: int) -> None:
    window = Window.last(span_s * 1000, end_ms=START_MS + 12_345, points=points)

    assert window.step_ms == step_s * 1000
    assert window.end_ms % window.step_ms == 0
    assert START_MS + 12_345 - window.end_ms < window.step_ms
    assert math.isclose(window.end_ms - window.start_ms, span_s * 1000, rel_tol=0.01)


def test_points_are_no_nearer_than_the_collections() -> None:
    assert Window.last(60_000, end_ms=START_MS, least_step_ms=15_000).step_ms == 15_000


def test_weeks_are_asked_for_in_parts_that_make_one_track(engine: Engine) -> None:
    """What a query needs of memory grows with its range; each point is still asked for once."""
    asked: list[tuple[int, int]] = []

    def query(expr: str, start_ms: int, end_ms: int | None = None, step_ms: int | None = None) -> Result:
        asked.append((start_ms, end_ms or start_ms))
        return engine(expr, start_ms, end_ms, step_ms)

    window = Window(START_MS - 9 * DAY_MS, START_MS + DAY_MS, 7_200_000)
    (only,) = tracks(query, "time()", window)

    assert only.values.tolist() == (window.times_ms / 1000).tolist()
    assert sum((end_ms - start_ms) // window.step_ms + 1 for start_ms, end_ms in asked) == len(only.values)
    assert max(end_ms - start_ms for start_ms, end_ms in asked) < 2 * DAY_MS
