"""Reports that were sent, and come back as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.reports.summary.shelf import Kept, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class KeeperFake:
    """Keeps records in a list."""

    def __init__(self) -> None:
        self.records: list[Mapping[str, Any]] = []

    def load(self) -> Iterable[Mapping[str, Any]]:
        return self.records

    def save(self, records: Sequence[Mapping[str, Any]]) -> None:
        self.records = list(records)


def kept(end_ms: int, kind: str = "daily") -> Kept:
    return Kept(kind, "t", end_ms - 1, end_ms, end_ms, "<p>", "#", ("a",), {"version": 1})


def test_the_newest_are_kept_and_stand_in_front() -> None:
    shelf = Shelf(most=2)

    for end_ms in (1, 3, 2):
        shelf.put(kept(end_ms))

    assert [one.end_ms for one in shelf.all()] == [3, 2]
    assert shelf.find("daily", 1) is None
    assert shelf.find("weekly", 3) is None


def test_a_report_takes_the_place_of_one_of_the_same_period() -> None:
    shelf = Shelf()

    shelf.put(kept(1))
    shelf.put(kept(1))

    assert len(shelf.all()) == 1


def test_another_process_finds_what_was_kept() -> None:
    keeper = KeeperFake()

    Shelf(keeper=lambda: keeper).put(kept(1))

    assert Shelf(keeper=lambda: keeper).all() == [kept(1)]
