"""The samples of a result as JSON, beside the module that writes any JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.api.prometheus import numbers, rows
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.result import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

LABELS = st.dictionaries(
    st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])),
    st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])),
    max_size=3,
).map(Labels.of)


def series_of(labels: Labels, points: list[tuple[int, float]]) -> Series:
    times_ms, values = [time_ms for time_ms, _ in points], [value for _, value in points]
    return Series(labels, np.array(times_ms, dtype=np.int64), np.array(values, dtype=float))


def read(text: str) -> Any:
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@given(st.lists(st.tuples(LABELS, st.lists(st.tuples(st.integers(0, 2**44), st.floats()), max_size=5))))
def test_a_matrix_reads_back(several: list[tuple[Labels, list[tuple[int, float]]]]) -> None:
    found = read(rows.matrix([series_of(labels, points) for labels, points in several]))

    assert found == [
        {
            "metric": labels.as_dict(),
            "values": [[rows.seconds(time_ms), numbers.number(value)] for time_ms, value in points],
        }
        for labels, points in several
        if points
    ]


@given(st.lists(st.tuples(LABELS, st.floats())))
def test_a_vector_reads_back(samples: list[tuple[Labels, float]]) -> None:
    found = read(rows.vector(samples, at_s=1.25))

    assert found == [
        {"metric": labels.as_dict(), "value": [1.25, numbers.number(value)]} for labels, value in samples
    ]


@pytest.mark.parametrize(("many", "points"), [(3, 5000), (9000, 1), (100, 100)])
def test_more_samples_than_are_written_at_once_read_back(many: int, points: int) -> None:
    values = [at / 7 for at in range(points)]
    several = [series_of(Labels.of(n=str(n)), list(enumerate(values))) for n in range(many)]

    found = read(rows.matrix(several))

    assert [one["metric"]["n"] for one in found] == [str(n) for n in range(many)]
    assert all([float(value) for _, value in one["values"]] == values for one in found)


def test_a_matrix_is_written_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """No operation holds the other threads up for long, however much is asked for."""
    sizes: list[int] = []
    whole = numbers.texts

    def texts(values: NDArray[np.float64]) -> list[str]:
        sizes.append(values.size)
        return whole(values)

    monkeypatch.setattr(numbers, "texts", texts)
    rows.matrix([series_of(Labels.of(n=str(n)), [(at, 0.5) for at in range(30)]) for n in range(1000)])

    assert sum(sizes) == 30_000
    assert max(sizes) < 5000


def test_a_vector_of_more_than_are_written_at_once_reads_back() -> None:
    found = read(rows.vector([(Labels.of(n=str(n)), float(n)) for n in range(9000)], at_s=7))

    assert [(one["metric"]["n"], one["value"]) for one in found] == [
        (str(n), [7, str(n)]) for n in range(9000)
    ]


def test_times_are_seconds_and_whole_ones_are_integers() -> None:
    assert (rows.seconds(1_500), rows.seconds(2_000)) == (1.5, 2)
    assert isinstance(rows.seconds(2_000), int)
