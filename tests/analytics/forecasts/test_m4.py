"""Reading the hourly set of the M4 competition, on a few made-up rows in its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.analytics.bench_forecasts import m4_scores
from benchmarks.analytics.m4 import TEST, TRAIN, m4
from tests.analytics.forecasts.families import load, made

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, series: dict[str, np.ndarray], *, ahead: int = 48) -> Path:
    """Write series as the two files of the competition: quoted, ragged, filled up with empty cells."""
    longest = max(map(len, series.values())) - ahead
    past = {name: [f'"{one}"' for one in values[:-ahead]] for name, values in series.items()}
    future = {name: [f'"{one}"' for one in values[-ahead:]] for name, values in series.items()}
    for file, rows, width in ((TRAIN, past, longest), (TEST, future, ahead)):
        lines = [",".join(f'"V{column}"' for column in range(1, width + 2))]
        lines += [
            ",".join([f'"{name}"', *cells, *[""] * (width - len(cells))]) for name, cells in rows.items()
        ]
        (folder / file).write_text("\n".join(lines) + "\n")
    return folder


def test_series_are_read_without_the_cells_that_fill_a_row_up(tmp_path: Path) -> None:
    short, long = np.arange(100.0), np.arange(120.0)

    (first, second) = m4(written(tmp_path, {"H1": short, "H2": long}))

    assert (first[0], first[1].tolist(), first[2].tolist()) == (
        "H1",
        short[:52].tolist(),
        short[52:].tolist(),
    )
    assert len(second[1]) == 72


def test_every_series_is_scored(tmp_path: Path) -> None:
    found = m4_scores(written(tmp_path, {"H1": made(load, 0), "H2": made(load, 1)}))

    assert len(found) == 2
    assert all(
        0 < one.mase < 5 and one.smape > 0 and one.msis > 0 and 0 <= one.coverage <= 1 for one in found
    )


def test_files_of_different_series_are_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, {"H1": np.arange(100.0)})
    (folder / TEST).write_text('"V1","V2"\n"H2","3"\n')

    with pytest.raises(ValueError, match="1 series and"):
        list(m4(folder))
