"""What rules write, shared by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from otel_monitoring.bootstrap.storage.rule_series import RuleSeries
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch

if TYPE_CHECKING:
    from otel_monitoring.storage.samples.log import SampleLog


class NotedLog:
    """A log that notes what it is given, in place of one that writes."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.reason = ""

    def append(self, batch: Batch) -> None:
        self.batches.append(batch)

    def end(self, *, at_ms: int, reason: str) -> None:
        self.reason = f"{reason} at {at_ms}"


@pytest.fixture
def logs() -> dict[str, NotedLog]:
    return {}


@pytest.fixture
def kept() -> list[Batch]:
    return []


@pytest.fixture
def series(logs: dict[str, NotedLog], kept: list[Batch]) -> RuleSeries:
    def log(group: str) -> SampleLog:
        logs[group] = NotedLog()
        return cast("SampleLog", logs[group])

    return RuleSeries(keep=kept.append, log=log)


def written(source: str, name: str, time_ms: int = 1000) -> Batch:
    return Batch(source, time_ms, [Labels.of({"__name__": name})], [1.0])


def test_the_rules_of_a_group_are_one_collection(
    series: RuleSeries, logs: dict[str, NotedLog], kept: list[Batch]
) -> None:
    series.record(written("rule:f;g;A;d1;0", "a"))
    series.record(written("rule:f;g;B;d2;0", "b"))
    series.record(written("rule:f;h;A;d1;0", "c", 1500))
    series.share()

    assert [len(one.labels) for one in logs["rule:f;g"].batches] == [2]
    assert [one.time_ms for one in logs["rule:f;h"].batches] == [1500]
    assert len(kept) == 3


def test_what_was_shared_is_not_shared_again(series: RuleSeries, logs: dict[str, NotedLog]) -> None:
    series.record(written("rule:f;g;A;d1;0", "a"))
    series.share()
    series.share()

    assert len(logs["rule:f;g"].batches) == 1


def test_the_logs_of_all_groups_end_with_the_process(series: RuleSeries, logs: dict[str, NotedLog]) -> None:
    series.record(written("rule:f;g;A;d1;0", "a"))
    series.share()

    series.end(at_ms=5)

    assert logs["rule:f;g"].reason == "stopped at 5"
