"""What each channel was told last about each group, and whether there is need to tell more (S9.6).

One page per (group, receiver, channel). An entry is written after a channel has taken a notice; until then
the notice is *on its way* and its alerts count as known. What was handed over and never taken stays *owed*:
when nothing fires any more, an owed alert is still told as resolved.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

PageKey: TypeAlias = tuple[str, str, str]
"""(key of the group, receiver, channel)."""

Reason = Literal[
    "first notification",
    "new alerts added",
    "some alerts resolved",
    "all alerts resolved",
    "repeat interval elapsed",
    "still firing after a silence",
    "flapping",
]
"""Why a notice is told; the first five in the words of Alertmanager."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The alerts of one notice.

    Attributes:
        firing: Those that fired.
        resolved: Those that were resolved.
        at_s: When, on the monotonic clock.
        number: Counts the notices of a page.
    """

    firing: frozenset[Labels] = frozenset()
    resolved: frozenset[Labels] = frozenset()
    at_s: float = 0.0
    number: int = 0


_NOTHING = Entry()
_MOST_PAGES = 20_000
_FORGOTTEN_AT_ONCE = 10
"""One part in ten, so that the search for what is gone is rare."""


class Page:
    """What one channel knows about one group."""

    __slots__ = ("_number", "owed", "told", "trying")

    def __init__(self) -> None:
        self.told: Entry | None = None
        self.trying: Entry | None = None
        self.owed: frozenset[Labels] = frozenset()
        self._number = 0

    @property
    def known(self) -> Entry:
        """What the channel knows, or is about to be told."""
        return self.trying or self.told or _NOTHING

    @property
    def told_number(self) -> int:
        """The number of the last notice that was taken; 0 before the first."""
        return self.told.number if self.told is not None else 0

    def reason(
        self, firing: frozenset[Labels], resolved: frozenset[Labels], *, now_s: float, repeat_s: float
    ) -> Reason | None:
        """Return why the channel is to be told that these fire and those are resolved; ``None`` for no need.

        Args:
            firing: The alerts of the group that fire.
            resolved: Those that are resolved; none where the channel does not want to know.
            now_s: The time, on the monotonic clock.
            repeat_s: Time after which it is told again; infinite for never.
        """
        known = self.known
        if not firing <= known.firing:
            return "new alerts added" if known.firing else "first notification"
        if not firing:
            return "all alerts resolved" if known.firing or self._owing() else None
        if not resolved <= known.resolved - self._owing():
            return "some alerts resolved"
        return "repeat interval elapsed" if now_s - known.at_s >= repeat_s else None

    def begin(self, firing: frozenset[Labels], resolved: frozenset[Labels], *, now_s: float) -> Entry:
        """Note that a notice is on its way; return it."""
        self._number += 1
        self.trying = Entry(firing=firing, resolved=resolved, at_s=now_s, number=self._number)
        self.owed |= firing
        return self.trying

    def end(self, entry: Entry, *, taken: bool) -> None:
        """Note that a notice was taken, or that it was given up or replaced by a later one."""
        is_newest = self.trying is not None and self.trying.number == entry.number
        if is_newest:
            self.trying = None
        if taken and (self.told is None or self.told.number <= entry.number):
            self.told = entry
            self.owed = frozenset() if self.trying is None else self.trying.firing

    def restore(
        self, told: Entry | None, *, trying: Entry | None = None, owed: Iterable[Labels] = ()
    ) -> None:
        """Take back what was told before a restart, and what was on its way then."""
        self.told, self.trying, self.owed = told, trying, frozenset(owed)
        self._number = max(self._number, *(one.number for one in (told, trying) if one is not None), 0)

    def forget(self, labels: frozenset[Labels]) -> None:
        """Forget alerts that ended without being told, so that they are news when they return."""
        self.owed -= labels
        if self.told is not None and not labels.isdisjoint(self.told.firing):
            told = self.told
            self.told = Entry(told.firing - labels, told.resolved - labels, told.at_s, told.number)

    def _owing(self) -> frozenset[Labels]:
        """Return what is owed and not on its way."""
        return self.owed if self.trying is None else frozenset()


class NotificationLog:
    """The pages of all channels, of groups that are there and of those that are gone.

    Args:
        retention_s: How long a page is kept after its last entry when its group is gone.
        most_pages: The most pages that are kept; those of groups that are there are never forgotten.
    """

    def __init__(self, *, retention_s: float = 432_000, most_pages: int = _MOST_PAGES) -> None:
        self._retention_s = retention_s
        self._most_pages = most_pages
        self._pages: OrderedDict[PageKey, Page] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of pages."""
        return len(self._pages)

    def page(self, key: PageKey) -> Page:
        """Return the page of a channel on a group; a new one where there is none."""
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = Page()
        return page

    def find(self, key: PageKey) -> Page | None:
        """Return the page of a channel on a group, if there is one."""
        return self._pages.get(key)

    def state(self, *, now_s: float) -> list[dict[str, Any]]:
        """Return what was told as plain records; an alert as its labels, a time as how long ago it was."""
        found = (self.record(key, now_s=now_s) for key in self._pages)
        return [record for record in found if record is not None]

    def record(self, key: PageKey, *, now_s: float) -> dict[str, Any] | None:
        """Return one page as a plain record; ``None`` where nothing was told or is on its way."""
        page = self._pages.get(key)
        if page is None or (page.told is None and page.trying is None):
            return None
        told = page.told or Entry(at_s=now_s)
        return {
            "group_key": key[0],
            "receiver": key[1],
            "channel": key[2],
            "age_s": now_s - told.at_s,
            **_plain(told),
            "trying": None if page.trying is None else _plain(page.trying),
            "owed": _all_plain(page.owed),
        }

    def restore(self, records: Iterable[Mapping[str, Any]], *, now_s: float) -> None:
        """Take back what :meth:`state` returned."""
        for record in records:
            page = self.page((record["group_key"], record["receiver"], record["channel"]))
            trying = record.get("trying")
            page.restore(
                _entry(record, at_s=now_s - record["age_s"]) if record["number"] else None,
                trying=None if trying is None else _entry(trying, at_s=now_s),
                owed=map(Labels.of, record.get("owed", ())),
            )

    def trim(self, *, now_s: float, present: Collection[str]) -> None:
        """Forget pages of groups that are gone: the old ones, and the oldest where there are too many.

        Args:
            now_s: The time, on the monotonic clock.
            present: Keys of the groups that are there.
        """
        gone = [(key, page) for key, page in self._pages.items() if key[0] not in present and not page.trying]
        for key, page in gone:
            if page.told is None or now_s - page.told.at_s > self._retention_s:
                del self._pages[key]
        if len(self._pages) > self._most_pages:
            rest = sorted(
                (page.told.at_s, key) for key, page in gone if page.told is not None and key in self._pages
            )
            excess = len(self._pages) - self._most_pages
            for _, key in rest[: excess + self._most_pages // _FORGOTTEN_AT_ONCE]:
                del self._pages[key]


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "firing": _all_plain(entry.firing),
        "resolved": _all_plain(entry.resolved),
        "number": entry.number,
    }


def _all_plain(labels: Iterable[Labels]) -> list[dict[str, str]]:
    return [one.as_dict() for one in sorted(labels, key=lambda one: one.pairs)]


def _entry(record: Mapping[str, Any], *, at_s: float) -> Entry:
    return Entry(
        firing=frozenset(map(Labels.of, record["firing"])),
        resolved=frozenset(map(Labels.of, record["resolved"])),
        at_s=at_s,
        number=record["number"],
    )
