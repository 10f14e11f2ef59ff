"""Who crashed is a metric, for a while, whoever reports it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.storage.crashes import METRICS, instance_rows
from otel_monitoring.storage.samples.follow import Seen
from otel_monitoring.storage.samples.sources import Run, Source
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW_MS = 1_700_000_000_000
MINUTE_MS = 60_000


def seen(
    pid: int, *, ago_ms: int = 0, ended_ago_ms: int | None = None, reason: str = "", is_alive: bool = False
) -> Seen:
    source = Source(f"i{pid}", host="web-1", pid=pid, version="1.2", started_ms=NOW_MS - 3_600_000)
    ended_ms = None if ended_ago_ms is None else NOW_MS - ended_ago_ms
    return Seen(Run(pid, source, NOW_MS - ago_ms, 1, ended_ms, reason), is_alive)


def rows(name: str, *instances: Seen) -> list[tuple[float, Mapping[str, str]]]:
    return list(instance_rows(lambda: instances, clock=FakeClock(NOW_MS))[name]())


def crashed(*instances: Seen) -> list[tuple[float, str, str]]:
    found = rows("otel_monitoring.instance.crash.time", *instances)
    return [(value, attributes["crashed.pid"], attributes["reason"]) for value, attributes in found]


def states(*instances: Seen) -> dict[str, float]:
    return {attributes["state"]: value for value, attributes in rows("otel_monitoring.instances", *instances)}


def test_a_crash_says_when_the_process_was_seen_last_and_why_it_is_gone() -> None:
    killed = seen(4711, ago_ms=3000, ended_ago_ms=1000, reason="killed by SIGKILL")

    [(value, attributes)] = rows("otel_monitoring.instance.crash.time", killed)

    assert value == (NOW_MS - 3000) / 1000
    assert attributes == {
        "crashed.service": str(killed.run.source.service),
        "crashed.version": "1.2",
        "crashed.host": "web-1",
        "crashed.pid": "4711",
        "reason": "killed by SIGKILL",
    }


def test_neither_a_planned_stop_nor_a_process_that_runs_is_a_crash() -> None:
    assert (
        crashed(seen(1, is_alive=True), seen(2, ended_ago_ms=1000, reason="stopped"))
        == crashed(seen(3, ended_ago_ms=1, reason="stopped by SIGTERM"))
        == []
    )


def test_a_crash_is_told_for_a_quarter_of_an_hour_from_when_it_was_noticed() -> None:
    """Where everything was killed, whoever starts next notices."""
    found = crashed(
        seen(1, ago_ms=16 * MINUTE_MS),
        seen(2, ago_ms=14 * MINUTE_MS),
        seen(3, ago_ms=300 * MINUTE_MS, ended_ago_ms=MINUTE_MS, reason="gone without a word"),
    )

    assert [(pid, reason) for _, pid, reason in found] == [
        ("2", "no sign of life"),
        ("3", "gone without a word"),
    ]


def test_of_very_many_crashes_the_last_twenty_are_told() -> None:
    found = crashed(*(seen(pid, ago_ms=pid * 1000) for pid in range(50)))

    assert {pid for _, pid, _ in found} == {str(pid) for pid in range(20)}


def test_processes_are_counted_by_state() -> None:
    found = states(
        seen(1, is_alive=True),
        seen(2, is_alive=True),
        seen(3, ended_ago_ms=1, reason="stopped"),
        seen(4, ago_ms=MINUTE_MS),
        seen(5, ago_ms=99 * MINUTE_MS),
    )

    assert found == {"running": 2, "stopped": 1, "crashed": 1}


def test_before_the_storage_was_read_nothing_is_said() -> None:
    assert [rows(metric.name) for metric in METRICS] == [[], []]
