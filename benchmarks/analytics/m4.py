"""The hourly series of the M4 competition, where somebody has put them into a folder.

They are not part of this repository: ``M4_HOURLY`` names the folder with ``Hourly-train.csv`` and
``Hourly-test.csv`` of https://github.com/Mcompetitions/M4-methods.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

TRAIN, TEST = "Hourly-train.csv", "Hourly-test.csv"


def m4(folder: Path) -> Iterator[tuple[str, Array, Array]]:
    """Return the name, the past and the future of each series.

    Raises:
        ValueError: The two files do not hold the same series.
    """
    past, future = (dict(_rows(folder / name)) for name in (TRAIN, TEST))
    if past.keys() != future.keys():
        msg = f"{TRAIN} has {len(past)} series and {TEST} {len(future)}: expected the same"
        raise ValueError(msg)
    for name, values in past.items():
        yield name, values, future[name]


def _rows(path: Path) -> Iterator[tuple[str, Array]]:
    """Return the rows of a file: a name, then values up to the first empty cell; the head is left out."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for name, *cells in rows:
            yield name, np.array([float(cell) for cell in cells if cell not in ("", "NA")])
