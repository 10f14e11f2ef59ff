"""The attribute sets of one instrument, bounded in number and in size.

They take the place of the plain dict in which the SDK keeps the aggregations of an instrument by hashed
attribute set: the other half of the seam in :mod:`otel_monitoring.ingest.aggregations`.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.metrics.view import DefaultAggregation

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

OVERFLOW = {"otel.metric.overflow": True}
OVERFLOW_KEY = ("mapping", (("otel.metric.overflow", ("bool", True)),))


@dataclass(frozen=True, slots=True)
class SetLimits:
    """How much of the attributes of one instrument is kept.

    Attributes:
        sets: Most sets; what comes beyond is counted together.
        value_chars: Longest value.
        attributes: Most attributes of one set, and most elements of one value.
    """

    sets: int
    value_chars: int
    attributes: int

    def shortened(self, attributes: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what of ``attributes`` is kept, or ``None`` where that is all of it."""
        kept = {name: self._value(value) for name, value in islice(attributes.items(), self.attributes)}
        is_whole = len(kept) == len(attributes) and all(kept[name] is attributes[name] for name in kept)
        return None if is_whole else kept

    def _value(self, value: Any) -> Any:
        if isinstance(value, (str, bytes)):
            return self._text(value)
        if isinstance(value, Mapping):
            return self._text(str(value)) if len(str(value)) > self.value_chars else value
        if not isinstance(value, Sequence):
            return value
        elements = [self._value(element) for element in value[: self.attributes]]
        is_whole = len(elements) == len(value) and all(map(_is, elements, value))
        return value if is_whole else tuple(elements)

    def _text(self, value: Any) -> Any:
        """Cut a long text; a checksum of the whole keeps those with the same beginning apart."""
        if len(value) <= self.value_chars:
            return value
        whole = value if isinstance(value, bytes) else value.encode("utf-8", "replace")
        end = f"~{zlib.crc32(whole):08x}"
        start = value[: max(0, self.value_chars - len(end))]
        return start + (end.encode() if isinstance(value, bytes) else end)


class AttributeSets(dict["Hashable", Any]):
    """Aggregations by attribute set, without what is too long of the sets."""

    def __init__(self, limits: SetLimits) -> None:
        super().__init__()
        self.limits = limits

    def __setitem__(self, key: Any, aggregation: Any) -> None:
        """Keep ``aggregation``; it is found under the whole ``key``, of which only the hash is kept."""
        shortened = self.limits.shortened(aggregation._attributes)  # noqa: SLF001 - the seam
        if shortened is not None:
            aggregation._attributes = shortened  # noqa: SLF001 - the seam
            aggregation._reservoir = NoExemplars()  # noqa: SLF001 - an exemplar would hold the whole set
            key = Oversized(key, shortened)
        super().__setitem__(key, aggregation)


class LimitedAttributeSets(AttributeSets):
    """The same with one more aggregation for all sets beyond the limit, which the SDK lacked until 1.45.2."""

    def __init__(self, match: Any, limits: SetLimits) -> None:
        super().__init__(limits)
        self._match = match

    def __contains__(self, key: object) -> bool:
        """Say so too of a set that the overflow aggregation stands for."""
        return dict.__contains__(self, key) or len(self) >= self.limits.sets

    def __missing__(self, _key: object) -> Any:
        """Return the overflow aggregation."""
        overflow = self.get(OVERFLOW_KEY)
        if overflow is None:
            with self._match._lock:  # noqa: SLF001 - the seam: a collection walks through us under this lock
                overflow = self.get(OVERFLOW_KEY) or self._new_overflow()
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
        dict.__setitem__(self, OVERFLOW_KEY, overflow)
        return overflow


class Oversized:
    """Stands for a hashed attribute set that is too long to be kept: equal to all that hash alike."""

    __slots__ = ("_hash", "kept")

    def __init__(self, key: Hashable, kept: Mapping[str, Any]) -> None:
        self._hash = hash(key)
        self.kept = kept

    def __hash__(self) -> int:
        """Return the hash of the whole set."""
        return self._hash

    def __eq__(self, other: object) -> bool:
        """Compare hashes; with some thousand sets, two that share one of 64 bits do not occur."""
        return hash(other) == self._hash


class NoExemplars:
    """Keep no exemplar."""

    def offer(self, *_measurement: Any) -> None:
        """Let it pass."""

    def collect(self, _attributes: Any) -> list[Any]:
        """Return none."""
        return []


def pairs(key: Any) -> Iterable[tuple[str, Any]]:
    """Return the names and values that an attribute set was hashed from."""
    if isinstance(key, Oversized):
        return ((name, repr(value)) for name, value in key.kept.items())
    return key[1] if isinstance(key, tuple) and len(key) > 1 else ()


def _is(one: object, other: object) -> bool:
    return one is other
