"""Reports that were sent, kept as they were: what they were made from may be gone by the time one asks."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_MOST = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """One report in its three forms; times are Unix milliseconds.

    Attributes:
        kind: ``daily``, ``weekly`` or ``monthly``.
        title: What it is called.
        start_ms: Where its period begins.
        end_ms: Where its period ends.
        generated_at_ms: When it was made.
        html: The page.
        markdown: The text.
        lines: What matters most.
        document: The plain values.
    """

    kind: str
    title: str
    start_ms: int
    end_ms: int
    generated_at_ms: int
    html: str
    markdown: str
    lines: tuple[str, ...]
    document: Mapping[str, Any]


class Keeper(Protocol):
    """What outlives the process."""

    def load(self) -> Iterable[Mapping[str, Any]]:
        """Return what was kept, as plain records."""
        ...

    def save(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Keep these records in place of those before; each has a ``key``."""
        ...


class Shelf:
    """Keep the newest reports; thread-safe.

    Args:
        keeper: What outlives the process; ``None`` for memory alone.
        most: How many are kept.
    """

    def __init__(self, *, keeper: Callable[[], Keeper | None] = lambda: None, most: int = _MOST) -> None:
        self._keeper = keeper
        self._most = most
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, int], Kept] = {}

    def put(self, report: Kept) -> None:
        """Keep a report in place of one of the same period."""
        with self._lock:
            self._read()
            self._kept[report.kind, report.end_ms] = report
            newest = sorted(self._kept.values(), key=_age)[-self._most :]
            self._kept = {(one.kind, one.end_ms): one for one in newest}
            keeper = self._keeper()
            if keeper is not None:
                keeper.save([_record(one) for one in newest])

    def find(self, kind: str, end_ms: int) -> Kept | None:
        """Return the report of a period; ``None`` where none is kept."""
        with self._lock:
            self._read()
            return self._kept.get((kind, end_ms))

    def all(self) -> list[Kept]:
        """Return what is kept, the newest in front."""
        with self._lock:
            self._read()
            return sorted(self._kept.values(), key=_age, reverse=True)

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._lock = threading.Lock()

    def _read(self) -> None:
        """Take what other processes kept: any of them may have sent the newest."""
        keeper = self._keeper()
        if keeper is not None:
            read = [_kept(one) for one in keeper.load()]
            # What was put here may still wait to be written.
            self._kept = {**{(one.kind, one.end_ms): one for one in read}, **self._kept}


def _record(one: Kept) -> dict[str, Any]:
    return {"key": f"{one.kind}/{one.end_ms}", **asdict(one)}


def _kept(record: Mapping[str, Any]) -> Kept:
    given = {name: value for name, value in record.items() if name != "key"}
    return Kept(**{**given, "lines": tuple(given["lines"])})


def _age(one: Kept) -> tuple[int, str]:
    return one.generated_at_ms, one.kind
