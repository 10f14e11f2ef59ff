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

from otel_monitoring.ingest.attribute_sets import AttributeSets, LimitedAttributeSets, SetLimits, pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.context import Context
    from opentelemetry.sdk.metrics.export import MetricReader

_log = logging.getLogger(__name__)


class Aggregations:
    """The aggregations of one reader.

    Args:
        limit: Most attribute sets of one instrument; what comes beyond becomes one overflow point.
        attribute_chars: Longest attribute value; a longer one is cut.
        attributes: Most attributes of one set.
    """

    def __init__(self, *, limit: int, attribute_chars: int = 4096, attributes: int = 128) -> None:
        self._limit = limit
        self._limits = SetLimits(sets=limit, value_chars=attribute_chars, attributes=attributes)
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
        storage._instrument_view_instrument_matches = _Matches(self._limits)  # noqa: SLF001 - the seam
        return True

    def bind(self, instrument: Any, attributes: Mapping[str, Any]) -> Bound:
        """Return a way to record on ``instrument`` under ``attributes`` that resolves them once."""
        return Bound(instrument, attributes, consumer=self._consumer, storage=self._storage)

    def after_fork(self) -> None:
        """Let a child process count from zero: what was aggregated so far is the parent's."""
        if self._storage is None:
            return
        # Another thread of the parent may have held these locks at the fork.
        self._storage._lock = threading.RLock()  # noqa: SLF001 - the seam
        self._consumer._lock = threading.Lock()  # noqa: SLF001 - the seam
        self._storage._instrument_view_instrument_matches = _Matches(self._limits)  # noqa: SLF001 - the seam
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


class Bound:
    """One histogram under one attribute set, its aggregation found once.

    The SDK checks, copies, sorts and hashes the attributes of every measurement. For an attribute set that
    is used over and over the aggregation is looked up after the first measurement and then fed directly,
    for as long as our reader is the provider's only one; every other case takes the SDK's own way.
    """

    __slots__ = ("_aggregate", "_attributes", "_consumer", "_instrument", "_samples", "_storage", "_storages")

    def __init__(
        self, instrument: Any, attributes: Mapping[str, Any], *, consumer: Any, storage: Any
    ) -> None:
        self._instrument = instrument
        self._attributes = attributes
        self._consumer = consumer
        self._storage = storage
        self._storages: Any = None
        self._aggregate: Any = None
        self._samples = True

    def record(self, value: float, context: Context, *, sampled: bool) -> None:
        """Record ``value``.

        Args:
            value: The measurement, finite and not negative, in the unit of the instrument.
            context: The context that it belongs to.
            sampled: Whether the span in ``context`` is sampled, so that an exemplar makes sense.
        """
        aggregate = self._aggregate
        if aggregate is None or self._consumer._reader_storages is not self._storages:  # noqa: SLF001 - the seam
            self._instrument.record(value, self._attributes, context)
            self._resolve()
            return
        measured = _Measured(value, time.time_ns(), self._attributes, context)
        aggregate(measured, sampled and self._samples)

    def basis(self) -> tuple[int, tuple[float, ...]] | None:
        """Return since when it counts, Unix nanoseconds, and into which buckets (their upper bounds).

        ``None`` before the first measurement, and where it counts in any other way.
        """
        owner = getattr(self._aggregate, "__self__", None)
        started_ns = getattr(owner, "_start_time_unix_nano", None)
        bounds = getattr(owner, "_boundaries", None)
        return None if started_ns is None or bounds is None else (started_ns, tuple(bounds))

    def _resolve(self) -> None:
        """Find the aggregation that the SDK has just fed; an overflow point is not looked for."""
        self._aggregate = None
        consumer, storage = self._consumer, self._storage
        storages = getattr(consumer, "_reader_storages", None)
        if storage is None or storages is None or len(storages) != 1:
            return
        matches = storage._instrument_view_instrument_matches.get(self._instrument, ())  # noqa: SLF001 - the seam
        if len(matches) != 1 or matches[0]._view._attribute_keys is not None:  # noqa: SLF001 - the seam
            return
        key = ("mapping", tuple((name, _hashed(value)) for name, value in sorted(self._attributes.items())))
        aggregation = dict.get(matches[0]._attributes_aggregation, key)  # noqa: SLF001 - the seam
        if aggregation is not None:
            self._samples = type(consumer._sdk_config.exemplar_filter).__name__ != "AlwaysOffExemplarFilter"  # noqa: SLF001 - the seam
            self._storages = storages
            self._aggregate = aggregation.aggregate


class _Measured:
    """What an aggregation reads of a measurement."""

    __slots__ = ("attributes", "context", "time_unix_nano", "value")

    def __init__(
        self, value: float, time_unix_nano: int, attributes: Mapping[str, Any], context: Context
    ) -> None:
        self.value = value
        self.time_unix_nano = time_unix_nano
        self.attributes = attributes
        self.context = context


def _hashed(value: Any) -> tuple[str, Any]:
    """Return a scalar as the SDK hashes it."""
    return (type(value).__name__, value)


class _Matches(dict[Any, Any]):
    """What the SDK keeps per instrument, each put under the limits as it comes in."""

    def __init__(self, limits: SetLimits) -> None:
        super().__init__()
        self._limits = limits

    def __setitem__(self, instrument: Any, matches: list[Any]) -> None:
        for match in matches:
            if hasattr(match, "_cardinality_limit"):
                match._cardinality_limit = self._limits.sets  # noqa: SLF001 - the seam
                match._attributes_aggregation = AttributeSets(self._limits)  # noqa: SLF001 - the seam
            else:
                match._attributes_aggregation = LimitedAttributeSets(match, self._limits)  # noqa: SLF001 - the seam
        super().__setitem__(instrument, matches)


def _most_varied(keys: list[Any]) -> str:
    """Return the attribute with the most distinct values among hashed attribute sets."""
    values: dict[str, set[Any]] = {}
    for key in keys:
        for name, value in pairs(key):
            values.setdefault(name, set()).add(value)
    counts = Counter({name: len(distinct) for name, distinct in values.items()})
    return counts.most_common(1)[0][0] if counts else ""
