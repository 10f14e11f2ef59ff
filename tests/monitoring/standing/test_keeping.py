"""How what is kept stands, and how rules and messages do."""

from __future__ import annotations

from otel_monitoring.monitoring.standing.keeping import (
    messages_standing,
    queries_standing,
    records_standing,
    rules_standing,
    storage_standing,
    store_standing,
)
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore

WRITER = {"waiting": 2, "waiting_bytes": 512, "written": 9, "failed": 1, "dropped": 0}
DATABASE = {"opened": 1, "lost": 1, "busy": 0, "set_aside": 0}


def test_a_store_with_room_is_fine() -> None:
    found = store_standing(SeriesStore().stats(), max_series=100, max_bytes=1000, overflowing={})

    assert found.problem == ""
    assert {count.name for count in found.counts if count.loss} == {"batches_refused", "series_refused"}


def test_a_store_that_is_nearly_full_says_so_and_who_is_to_blame() -> None:
    stats = {**SeriesStore().stats(), "series": 95}
    found = store_standing(stats, max_series=100, max_bytes=1000, overflowing={"orders": "user.id"})

    assert found.problem == "95 of at most 100 series are held; orders has too many values of user.id"


def test_a_storage_that_is_away_says_why() -> None:
    found = storage_standing("/data/shop.db", "the disk is full", WRITER, DATABASE)

    assert found.problem == "it cannot be used: the disk is full"
    assert {count.name: count.value for count in found.counts if count.loss} == {
        "failed": 1,
        "dropped": 0,
        "lost": 1,
        "busy": 0,
        "set_aside": 0,
    }


def test_records_that_were_lost_are_told_by_kind_and_reason() -> None:
    found = records_standing({"event": 3}, {"event.queue_full": 4})

    assert [(count.name, count.value, count.loss) for count in found.counts] == [
        ("waiting.event", 3, ""),
        ("dropped.event.queue_full", 4, "records were lost (event.queue_full)"),
    ]


def test_queries_are_counted() -> None:
    found = queries_standing(Engine(SeriesStore()).stats())

    assert [(count.name, count.value) for count in found.counts] == [("asked", 0), ("failed", 0)]


def test_rules_are_evaluated_by_one_process() -> None:
    assert rules_standing([], is_speaking=True).about == "Evaluates rules, in this process."
    assert rules_standing([], is_speaking=False).about == "Evaluates rules, in another process."


def test_messages_that_failed_are_a_loss() -> None:
    found = messages_standing([("ops/slack[0]", {"delivered": 3, "failed": 1, "waiting": 2})])

    assert {count.name: count.value for count in found.counts} == {
        "ops/slack[0].waiting": 2,
        "ops/slack[0].delivered": 3,
        "ops/slack[0].failed": 1,
        "ops/slack[0].refused": 0,
    }
    assert [count.name for count in found.counts if count.loss] == [
        "ops/slack[0].failed",
        "ops/slack[0].refused",
    ]
