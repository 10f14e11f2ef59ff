"""What rules rely on in the data, asked of the real engine and the real store (S7)."""

from __future__ import annotations

import math

import pytest

from otel_monitoring.alerts.evaluation.asking import Asking
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE, Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore

MINUTE_MS = 60_000
X = Labels.of(__name__="x", a="one\ntwo")
Y = Labels.of(__name__="y")


class Data:
    """A store that is filled a minute at a time, and what a rule finds in it."""

    def __init__(self) -> None:
        self.store = SeriesStore()
        self._asking = Asking(Engine(self.store))

    def fill(self, minutes: range, value: float = 1.0, labels: Labels = X) -> None:
        for minute in minutes:
            self.store.append(Batch(f"app {labels!r}", minute * MINUTE_MS, [labels], [value]))

    def found(self, expr: str, at_ms: int) -> list[float]:
        return [breach.value for breach in self._asking(expr, at_ms)]


@pytest.fixture
def data() -> Data:
    return Data()


@pytest.mark.parametrize(("after_ms", "found"), [(0, [1.0]), (299_999, [1.0]), (300_000, [])])
def test_a_sample_is_found_for_less_than_five_minutes(data: Data, after_ms: int, found: list[float]) -> None:
    """S7.1."""
    data.fill(range(1, 2))

    assert data.found("x", MINUTE_MS + after_ms) == found


def test_a_range_leaves_its_beginning_out(data: Data) -> None:
    """S7.1: five samples on a grid of a minute, not six."""
    data.fill(range(1, 11))

    assert data.found("count_over_time(x[5m])", 10 * MINUTE_MS) == [5.0]


def test_a_marker_ends_a_series_at_once_and_is_not_seen_in_ranges(data: Data) -> None:
    """S7.1, S7.2."""
    data.fill(range(1, 4))
    data.fill(range(4, 5), STALE)

    assert data.found("x", 4 * MINUTE_MS) == []
    assert data.found("count_over_time(x[5m])", 4 * MINUTE_MS) == [3.0]


def test_a_series_that_is_missing_from_a_collection_ends_there(data: Data) -> None:
    """S7.3."""
    data.store.append(Batch("app", MINUTE_MS, [X, Y], [1.0, 1.0]))

    data.store.append(Batch("app", 2 * MINUTE_MS, [Y], [1.0]))

    assert data.found("x", 2 * MINUTE_MS) == []
    assert data.found("y", 2 * MINUTE_MS) == [1.0]
    assert data.found("absent(x)", 2 * MINUTE_MS) == [1.0]


@pytest.mark.parametrize(
    ("pattern", "found"), [("one.two", [1.0]), ("one", []), (".*two", [1.0]), ("(?i)ONE.TWO", [1.0])]
)
def test_a_pattern_holds_from_end_to_end_and_a_dot_is_any_character(
    data: Data, pattern: str, found: list[float]
) -> None:
    """S7.5."""
    data.fill(range(1, 2))

    assert data.found(f'x{{a=~"{pattern}"}}', MINUTE_MS) == found


def test_sums_lose_nothing_to_large_numbers(data: Data) -> None:
    """S7.6."""
    for at, value in enumerate((1e100, 1.0, -1e100)):
        data.fill(range(1, 2), value, Labels.of(__name__="x", at=str(at)))

    assert data.found("sum(x)", MINUTE_MS) == [1.0]
    assert math.isclose(data.found("avg(x)", MINUTE_MS)[0], 1 / 3)
