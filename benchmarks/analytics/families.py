"""Made-up service metrics of a fortnight, as the judge of anomalies has them, with steps put in."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = Path(__file__).parents[3] / "shared" / "conformance" / "anomaly"
MINUTES_A_DAY = 1440
_FIRST_DAYS = (3.0, 8.5)
_WITHIN_DAYS = 3.0
_SALT = 7


def judge() -> Any:
    """Return the module that makes the families; skip where it is not there."""
    if not FOLDER.exists():
        pytest.skip("../shared/conformance/anomaly is not there")
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module("fp_budget")
    finally:
        sys.path.remove(str(FOLDER))


@dataclass(frozen=True, slots=True)
class Stepped:
    """A series with two lasting steps of two deviations, up or down.

    Attributes:
        clean: Without them. Shape (n,).
        values: With them. Shape (n,).
        at_s: The times of their first points.
    """

    clean: NDArray[np.float64]
    values: NDArray[np.float64]
    at_s: tuple[float, ...]


def stepped(family: Any, *, seed: int, is_plain: bool) -> Stepped:
    """Put steps into the series of a family.

    Args:
        family: One of the judge's.
        seed: Which series of it.
        is_plain: Whether a deviation is the one of the whole series, its days included; else the one of
            what is left when the mean of each minute of the day is taken away.
    """
    made = judge()
    rng = np.random.default_rng([seed, made.FAMILIES.index(family), _SALT])
    clean = family(rng)
    days = clean.reshape(-1, MINUTES_A_DAY)
    deviation = np.std(clean) if is_plain else np.std(days - days.mean(axis=0))
    values, at_s = clean.copy(), []
    for first in _FIRST_DAYS:
        at = int((first + rng.uniform(0, _WITHIN_DAYS)) * MINUTES_A_DAY)
        values[at:] += 2 * deviation * rng.choice([-1, 1])
        at_s.append(float(made.TIMES[at]))
    return Stepped(clean, values, tuple(at_s))
