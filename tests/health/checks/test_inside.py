"""Checks of the process and its machine, which ask nobody outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.disk import DiskCheck
from otel_monitoring.health.checks.event_loop import EventLoopCheck
from otel_monitoring.health.checks.memory import MemoryCheck
from otel_monitoring.health.checks.storage import StorageCheck

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Mounted:
    mountpoint: str
    ratio: float


@pytest.mark.parametrize(
    ("ratio", "status"), [(None, "healthy"), (0.5, "healthy"), (0.9, "degraded"), (0.97, "unhealthy")]
)
def test_memory_is_judged_by_the_share_of_the_limit(ratio: float | None, status: str) -> None:
    found = MemoryCheck(lambda: ratio)()

    assert found.status == status
    assert bool(found.advice) is (status != "healthy")
    assert ratio is None or f"{ratio:.0%}" in found.message


@pytest.mark.parametrize(
    ("lag_s", "status"), [(None, "healthy"), (0.1, "healthy"), (0.5, "degraded"), (5, "unhealthy")]
)
def test_an_event_loop_is_judged_by_how_late_it_is(lag_s: float | None, status: str) -> None:
    found = EventLoopCheck(lambda: lag_s)()

    assert found.status == status
    assert bool(found.advice) is (status != "healthy")


def test_the_fullest_disk_decides_and_comes_first() -> None:
    found = DiskCheck(lambda: [Mounted("/", 0.91), Mounted("/tmp", 0.1), Mounted("/data", 0.99)])()

    assert (found.status, found.message) == ("unhealthy", "/data is 99% full, / is 91% full")
    assert found.advice


def test_disks_with_room_are_healthy_and_the_fullest_is_told() -> None:
    found = DiskCheck(lambda: [Mounted("/", 0.2), Mounted("/data", 0.3)])()

    assert (found.status, found.message, found.advice) == ("healthy", "/data is 30% full", "")


def test_without_disks_there_is_nothing_to_say() -> None:
    assert DiskCheck(list)().status == "healthy"


def test_a_storage_that_cannot_be_used_is_unhealthy_with_the_reason() -> None:
    found = StorageCheck(trouble=lambda: "the disk is full", writes=dict)()

    assert (found.status, found.message) == ("unhealthy", "the storage cannot be used: the disk is full")


def test_losses_count_until_the_next_look() -> None:
    writes = {"written": 5, "dropped": 1, "failed": 1, "refused": 0}
    check = StorageCheck(trouble=str, writes=lambda: writes)

    first, second = check(), check()
    writes["dropped"] = 4
    third = check()

    assert [one.status for one in (first, second, third)] == ["degraded", "healthy", "degraded"]
    assert "3 pieces" in third.message


@pytest.mark.parametrize(
    "make",
    [
        lambda **levels: MemoryCheck(
            lambda: None, degraded_ratio=levels["low"], unhealthy_ratio=levels["high"]
        ),
        lambda **levels: EventLoopCheck(lambda: None, degraded_s=levels["low"], unhealthy_s=levels["high"]),
        lambda **levels: DiskCheck(list, degraded_ratio=levels["low"], unhealthy_ratio=levels["high"]),
    ],
)
@pytest.mark.parametrize(("low", "high"), [(0.9, 0.8), (0, 0.5), (float("nan"), 1)])
def test_levels_are_above_0_and_in_order(make: Callable[..., Any], low: float, high: float) -> None:
    with pytest.raises(SettingsError, match="expected numbers above 0"):
        make(low=low, high=high)
