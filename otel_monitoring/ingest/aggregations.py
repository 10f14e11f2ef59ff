"""The one seam to the private parts of the SDK's aggregation: a cardinality limit, and a fresh start.

SDK 1.45.2 limits the attribute sets of an instrument; earlier ones do not, and none has a way to say so per
provider or to count from zero in a forked child. Where the private parts have moved, :meth:`install`
says ``False`` and everything else works without.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.metrics.view import DefaultAggregation

if TYPE_CHECKING:
    from collections.abc import Hashable

    from opentelemetry.sdk.metrics.export import MetricReader

_log = logging.getLogger(__name__)

OVERFLOW = {"otel.metric.overflow": True}
_OVERFLOW_KEY = ("mapping", (("otel.metric.overflow", ("bool", True)),))


class Aggregations:
    """The aggregations of one reader.

    Args:
        limit: Most attribute sets of one instrument; what comes beyond becomes one overflow point.
    """

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._storage: Any = None
        self._consumer: Any = None
        self._named: dict[str, str] = {}

    def install(self, reader: MetricReader) -> bool:
        """Take hold of the storage that the provider made for ``reader``; return whether that worked."""
        consumer: Any = getattr(getattr(reader, "_collect", None), "__self__", None)
        storage: Any = getattr(consumer, "_reader_storages", {}).get(reader)
        if not isinstance(getattr(storage, "_instrument_view_instrument_matches", None), dict):
            _log.warning(
                "this SDK keeps its aggregations elsewhere: no cardinality limit of ours is in force"
            )
            return False
        self._storage, self._consumer = storage, consumer
        storage._instrument_view_instrument_matches = _Matches(self._limit)  # noqa: SLF001 - the seam
        return True

    def after_fork(self) -> None:
        """Let a child process count from zero: what was aggregated so far is the parent's."""
        if self._storage is None:
            return
        # Another thread of the parent may have held these locks at the fork.
        self._storage._lock = threading.RLock()  # noqa: SLF001 - the seam
        self._consumer._lock = threading.Lock()  # noqa: SLF001 - the seam
        self._storage._instrument_view_instrument_matches = _Matches(self._limit)  # noqa: SLF001 - the seam
        self._named.clear()

    def overflowing(self) -> dict[str, str]:
        """Return the instruments over the limit, and the attribute of each with the most values.

        An instrument is looked at once; its name then stays, since its overflow point stays too.
        """
        if self._storage is None:
            return {}
        for matches in list(self._storage._instrument_view_instrument_matches.values()):  # noqa: SLF001 - the seam
            for match in matches:
                name, kept = match._name, match._attributes_aggregation  # noqa: SLF001 - the seam
                if name not in self._named and len(kept) > self._limit:
                    self._named[name] = _most_varied(list(kept))
                    _log.warning(
                        "%s has more than %d attribute sets; attribute %r has the most values. "
                        "Further sets are counted together as otel.metric.overflow=true",
                        name,
                        self._limit,
                        self._named[name],
                    )
        return dict(self._named)


class _Matches(dict[Any, Any]):
    """What the SDK keeps per instrument, each put under the limit as it comes in."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def __setitem__(self, instrument: Any, matches: list[Any]) -> None:
        for match in matches:
            if hasattr(match, "_cardinality_limit"):
                match._cardinality_limit = self._limit  # noqa: SLF001 - the seam
            else:
                match._attributes_aggregation = _Limited(match, self._limit)  # noqa: SLF001 - the seam
        super().__setitem__(instrument, matches)


class _Limited(dict["Hashable", Any]):
    """Aggregations by attribute set, with one more for all sets beyond the limit."""

    def __init__(self, match: Any, limit: int) -> None:
        super().__init__()
        self._match = match
        self._limit = limit
        self._full_lock = threading.Lock()

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self, key) or len(self) >= self._limit

    def __missing__(self, _key: object) -> Any:
        overflow = self.get(_OVERFLOW_KEY)
        if overflow is None:
            with self._full_lock:
                overflow = self.get(_OVERFLOW_KEY) or self._new_overflow()
        return overflow

    def _new_overflow(self) -> Any:
        match: Any = self._match
        aggregation = match._view._aggregation  # noqa: SLF001 - the seam
        if isinstance(aggregation, DefaultAggregation):
            aggregation = match._instrument_class_aggregation[match._instrument.__class__]  # noqa: SLF001 - the seam
        overflow = aggregation._create_aggregation(  # noqa: SLF001 - the seam
            match._instrument,  # noqa: SLF001 - the seam
            dict(OVERFLOW),
            match._view._exemplar_reservoir_factory,  # noqa: SLF001 - the seam
            time.time_ns(),
        )
        dict.__setitem__(self, _OVERFLOW_KEY, overflow)
        return overflow


def _most_varied(keys: list[Any]) -> str:
    """Return the attribute with the most distinct values among hashed attribute sets."""
    values: dict[str, set[Any]] = {}
    for key in keys:
        for name, value in key[1] if isinstance(key, tuple) and len(key) > 1 else ():
            values.setdefault(name, set()).add(value)
    counts = Counter({name: len(distinct) for name, distinct in values.items()})
    return counts.most_common(1)[0][0] if counts else ""
