"""Label sets in one canonical form: sorted, hashable, shared.

Two label sets with the same names and values are the same object for as long as anybody holds it, so
that a lookup by label set hashes once and compares by identity.

The table of what is shared holds its sets strongly and is swept of those that nobody else holds whenever it
has grown by a quarter: a weak reference would take more than the set itself.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME = "__name__"
"""The label that holds the name of a metric."""

_PAIRS_SHARED = 4096
_SWEPT_FROM = 4096


class Labels:
    """A sorted, immutable set of labels; make one with :meth:`of`.

    A label with an empty value is the same as no label, as in Prometheus.
    """

    __slots__ = ("_hash", "pairs")

    pairs: tuple[tuple[str, str], ...]
    _hash: int
    _shared: ClassVar[dict[tuple[tuple[str, str], ...], Labels]] = {}
    _sweep_at: ClassVar[int] = _SWEPT_FROM
    _pairs: ClassVar[dict[tuple[str, str], tuple[str, str]]] = {}
    _lock: ClassVar[threading.Lock] = threading.Lock()

    @classmethod
    def of(cls, labels: Mapping[str, str] | None = None, /, **more: str) -> Labels:
        """Return the shared label set of these names and values."""
        merged = {**(labels or {}), **more}
        return cls.from_pairs(tuple(sorted((name, value) for name, value in merged.items() if value)))

    @classmethod
    def from_pairs(cls, pairs: tuple[tuple[str, str], ...]) -> Labels:
        """Return the shared label set of ``pairs``, which are sorted by name and hold no empty value."""
        found = cls._shared.get(pairs)
        if found is not None:
            return found
        with cls._lock:
            found = cls._shared.get(pairs)
            if found is None:
                if len(cls._shared) >= cls._sweep_at:
                    cls._sweep()
                found = cls._new(pairs)
                cls._shared[found.pairs] = found
            return found

    @classmethod
    def _sweep(cls) -> None:
        """Let go of the sets that nobody else holds.

        Another thread may take one out at this moment; it then has a set that is equal to the next one of its
        kind without being the same, which costs a comparison and no more.
        """
        unheld = _references(_ONE)[0]
        held = _references(cls._shared)
        gone = [pairs for pairs, count in zip(cls._shared, held, strict=True) if count <= unheld]
        for pairs in gone:
            del cls._shared[pairs]
        cls._sweep_at = len(cls._shared) + max(len(cls._shared) // 4, _SWEPT_FROM)

    @classmethod
    def _new(cls, pairs: tuple[tuple[str, str], ...]) -> Labels:
        """Make a label set; equal pairs of different sets become one object, half of what a set takes."""
        if len(cls._pairs) >= _PAIRS_SHARED:
            cls._pairs.clear()
        labels = object.__new__(cls)
        object.__setattr__(labels, "pairs", tuple([cls._pairs.setdefault(pair, pair) for pair in pairs]))
        object.__setattr__(labels, "_hash", hash(pairs))
        return labels

    @classmethod
    def after_fork(cls) -> None:
        """Take a fresh lock in a child process: another thread of the parent may have held this one."""
        cls._lock = threading.Lock()

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: label sets are shared."""
        msg = f"label sets are immutable: cannot set {name!r} to {value!r}"
        raise AttributeError(msg)

    def __hash__(self) -> int:
        """Return the hash of the pairs, computed once."""
        return self._hash

    def __eq__(self, other: object) -> bool:
        """Tell whether both hold the same pairs."""
        return self is other or (isinstance(other, Labels) and self.pairs == other.pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Iterate over (name, value), sorted by name."""
        return iter(self.pairs)

    def __len__(self) -> int:
        """Return the number of labels, the metric's name included."""
        return len(self.pairs)

    def __repr__(self) -> str:
        """Write the set as PromQL would: ``up{job="shop"}``."""
        name = self.get(NAME)
        rest = ", ".join(f'{key}="{_escape(value)}"' for key, value in self.pairs if key != NAME)
        return name + (f"{{{rest}}}" if rest or not name else "")

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy as the shared object."""
        return (Labels.from_pairs, (self.pairs,))

    def get(self, name: str, default: str = "") -> str:
        """Return the value of a label; a missing label is the empty string, as in Prometheus."""
        for key, value in self.pairs:
            if key == name:
                return value
        return default

    def as_dict(self) -> dict[str, str]:
        """Return a new dictionary of the labels."""
        return dict(self.pairs)

    def without(self, *names: str) -> Labels:
        """Return the set without the labels named."""
        return Labels.from_pairs(tuple(pair for pair in self.pairs if pair[0] not in names))

    def only(self, *names: str) -> Labels:
        """Return the set of just the labels named."""
        return Labels.from_pairs(tuple(pair for pair in self.pairs if pair[0] in names))

    def with_(self, labels: Mapping[str, str]) -> Labels:
        """Return the set with ``labels`` put over it; an empty value removes the label."""
        return Labels.of({**dict(self.pairs), **labels})


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


_ONE: Mapping[object, object] = {None: object()}
"""A table whose only element nobody else holds; how many references that is, depends on the interpreter."""


def _references(table: Mapping[Any, object]) -> list[int]:
    return [sys.getrefcount(element) for element in table.values()]
