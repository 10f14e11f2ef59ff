"""Series of which arithmetic says nothing: they come, go away, or never moved before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEWEST_AWAY = 3
_RARE, _USUAL = 0.05, 0.9


@dataclass(frozen=True, slots=True)
class Appearing:
    """What there is to say of n rows.

    Attributes:
        digits: How surprising, NaN for rows that are series like others, shape (n,).
        columns: Since which column of the window; -1 for rows that are series like others, shape (n,).
        kinds: What happened, of the rows where something did.
    """

    digits: NDArray[np.float64]
    columns: NDArray[np.intp]
    kinds: dict[int, Literal["silent", "new", "shift"]]


def appearing(present: NDArray[np.bool_], values: NDArray[np.float64], *, before: int) -> Appearing:
    """Return which rows came, went away, or moved for the first time, and since when.

    Such a thing was never seen in so many points, so that its chance is one in one more than these (the rule
    of succession), and with each point that it lasts it is less of an accident.

    Args:
        present: Where there was a value, shape (n, t).
        values: With gaps filled, shape (n, t).
        before: How many columns lie before the window.
    """
    share = present[:, :before].mean(axis=1)
    digits = np.full(len(values), np.nan)
    columns = np.full(len(values), -1, dtype=np.intp)
    kinds: dict[int, Literal["silent", "new", "shift"]] = {}
    first = values[np.arange(len(values)), np.argmax(present, axis=1)][:, None]
    still = (values[:, :before] == first).all(axis=1)
    for row in np.flatnonzero((share < _USUAL) | still | ~present[:, -_FEWEST_AWAY:].any(axis=1)).tolist():
        here, known = present[row], float(share[row])
        kind, odd = _odd(here, values[row] != first[row], known=known, before=before)
        digits[row] = 0.0
        if kind is not None and odd.any():
            columns[row] = int(np.argmax(odd))
            digits[row] = np.log10(before + 1) + np.log10(int(odd.sum()))
            kinds[row] = kind
        elif kind is None and known >= _RARE and not still[row]:
            digits[row] = np.nan  # patchy, and otherwise a series like others
    return Appearing(digits, columns, kinds)


def _odd(
    here: NDArray[np.bool_], differs: NDArray[np.bool_], *, known: float, before: int
) -> tuple[Literal["silent", "new", "shift"] | None, NDArray[np.bool_]]:
    """Return what may have happened to a row, and in which columns of the window it shows."""
    window = here[before:]
    if known == 0:
        return "new", window
    if known >= _USUAL and not window[-_FEWEST_AWAY:].any():
        last = int(np.flatnonzero(here)[-1])
        return "silent", np.arange(before, len(here)) > last
    if known >= _USUAL and not differs[:before].any():
        return "shift", differs[before:] & window
    return None, window
