"""The newest records in memory."""

from __future__ import annotations

from otel_monitoring.model.record import Record
from otel_monitoring.stores.records import RecordStore


def event(time_ms: int, key: str = "signup", **more: str) -> Record:
    return Record("event", time_ms, key, **more)  # type: ignore[arg-type]


def times(found: list[Record]) -> list[int]:
    return [one.time_ms for one in found]


def test_the_newest_of_each_kind_stay() -> None:
    store = RecordStore(most=2)

    store.append([event(time_ms) for time_ms in (1, 2, 3)])
    store.append([Record("health", 1, "disk")])

    assert times(store.find("event")) == [3, 2]
    assert times(store.find("health")) == [1]
    assert store.find("error") == []


def test_they_are_found_by_time_newest_first() -> None:
    store = RecordStore()
    store.append([event(time_ms) for time_ms in (3, 1, 4, 2)])

    assert times(store.find("event", since_ms=2, until_ms=4)) == [3, 2]
    assert times(store.find("event", most=1)) == [4]


def test_they_are_found_by_key_and_by_trace() -> None:
    store = RecordStore()
    store.append([event(1), event(2, "login", trace="ab" * 16)])

    assert times(store.find("event", key="signup")) == [1]
    assert times(store.find("event", trace="ab" * 16)) == [2]
    assert store.find("event", key="signup", trace="ab" * 16) == []


def test_pages_follow_each_other_also_within_a_moment() -> None:
    store = RecordStore()
    store.append([event(1, "a"), event(2, "b"), event(2, "c"), event(2, "d")])

    first = store.find("event", most=2)
    second = store.find("event", before=(first[-1].time_ms, first[-1].id), most=2)

    assert [one.key for one in first + second] == ["d", "c", "b", "a"]


def test_a_child_process_begins_empty() -> None:
    store = RecordStore()
    store.append([event(1)])
    store._lock.acquire()

    store.after_fork()

    assert store.find("event") == []
