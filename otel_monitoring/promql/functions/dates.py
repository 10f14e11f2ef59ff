"""Parts of a date, in UTC: what ``hour()``, ``day_of_week()`` and their kin give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def _days(seconds: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return seconds.astype("datetime64[s]").astype("datetime64[D]")


def _months(seconds: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return seconds.astype("datetime64[s]").astype("datetime64[M]")


def _years(seconds: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return seconds.astype("datetime64[s]").astype("datetime64[Y]")


def _length_in_days(months: NDArray[np.datetime64]) -> NDArray[np.int64]:
    days = (months + _MONTH).astype("datetime64[D]") - months.astype("datetime64[D]")
    return np.asarray(days.astype(np.int64))


_MONTH = np.timedelta64(1, "M")
_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3_600, 60
_THURSDAY = 4
DATE_PARTS: dict[str, Callable[[NDArray[np.int64]], NDArray[np.int64]]] = {
    "minute": lambda s: s // _MINUTE_S % 60,
    "hour": lambda s: s // _HOUR_S % 24,
    "day_of_week": lambda s: (s // _DAY_S + _THURSDAY) % 7,
    "day_of_month": lambda s: (_days(s) - _months(s).astype("datetime64[D]")).astype(np.int64) + 1,
    "day_of_year": lambda s: (_days(s) - _years(s).astype("datetime64[D]")).astype(np.int64) + 1,
    "days_in_month": lambda s: _length_in_days(_months(s)),
    "month": lambda s: _months(s).astype(np.int64) % 12 + 1,
    "year": lambda s: _years(s).astype(np.int64) + 1970,
}
"""Functions of Unix times in whole seconds, by the name that PromQL gives them."""
