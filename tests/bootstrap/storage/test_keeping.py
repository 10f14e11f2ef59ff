"""Instances on one storage, wired from settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bootstrap.test_analysis import Rig
from tests.conftest import _globals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def url(fresh_process: pytest.MonkeyPatch, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/storage.db"


@pytest.fixture
def one(url: str) -> Iterator[Rig]:
    made = Rig(service_name="shop", storage={"url": url})
    yield made
    made.analysis.stop(5)


@pytest.fixture
def two(url: str, one: Rig, fresh_process: pytest.MonkeyPatch) -> Iterator[Rig]:
    """An instance with providers of its own, as in another process."""
    from opentelemetry.util._once import Once

    for module, provider, once in _globals():
        fresh_process.setattr(module, provider, None)
        fresh_process.setattr(module, once, Once())
    made = Rig(service_name="shop", storage={"url": url})
    yield made
    made.analysis.stop(5)


def written(rig: Rig) -> None:
    keeping = rig.analysis.keeping
    assert keeping is not None
    assert keeping.writer.flush(10)


def read(rig: Rig) -> None:
    keeping = rig.analysis.keeping
    assert keeping is not None
    assert keeping.follower.look()


def evaluated(rig: Rig) -> set[int | None]:
    return {rule.evaluated_at_ms for group in rig.analysis.groups() for rule in group.rules}


def test_each_instance_answers_for_all(one: Rig, two: Rig) -> None:
    """P5."""
    for rig, orders in ((one, 10), (two, 32)):
        rig.counter.add(orders)
        rig.pass_time(15)
        written(rig)
    for rig in (one, two):
        read(rig)

    assert one.ask("sum(orders_total)") == two.ask("sum(orders_total)") == [({}, 42.0)]


def test_the_past_is_there_after_a_restart(one: Rig, url: str) -> None:
    for _ in range(4):
        one.counter.add(5)
        one.pass_time(15)
    one.analysis.stop(5)

    again = Rig(service_name="shop", storage={"url": url})
    again.clock.advance(60)
    read(again)

    assert again.ask("max_over_time(orders_total[1m])")[0][1] == 20.0
    keeping = again.analysis.keeping
    assert keeping is not None
    assert [seen.run.exit_reason for seen in keeping.instances()] == ["stopped"]
    again.analysis.stop(5)


def test_rules_wait_for_the_past(one: Rig) -> None:
    keeping = one.analysis.keeping
    assert keeping is not None

    one.analysis.evaluate(one.clock.now_ms())
    one.clock.advance(30)
    one.analysis.evaluate(one.clock.now_ms())
    before = evaluated(one)
    keeping.follower.look()
    one.analysis.evaluate(one.clock.now_ms())
    one.clock.advance(30)
    one.analysis.evaluate(one.clock.now_ms())

    assert before == {None}
    assert None not in evaluated(one)


def test_a_storage_that_cannot_be_used_is_left_alone(fresh_process: pytest.MonkeyPatch) -> None:
    """P11."""
    alone = Rig(service_name="shop", storage={"url": "sqlite:////proc/none/storage.db"})
    alone.counter.add(3)

    alone.pass_time(15)
    read_anything = alone.analysis.keeping is not None and alone.analysis.keeping.follower.look()
    alone.pass_time(15)

    assert not read_anything
    assert [value for _labels, value in alone.ask("orders_total")] == [3.0]
    alone.analysis.stop(1)


@pytest.mark.parametrize(("alone_after_s", "speaks"), [(0.001, True), (120.0, False)])
def test_whoever_does_not_know_of_other_hosts_waits_for_the_server_as_long_as_it_is_told(
    fresh_process: pytest.MonkeyPatch, alone_after_s: float, speaks: bool
) -> None:
    """P11."""
    nowhere = {"url": "postgresql://nobody@127.0.0.1:1/nothing", "alone_after_s": alone_after_s}
    rig = Rig(service_name="shop", storage=nowhere)
    assert rig.analysis.keeping is not None
    rig.analysis.keeping.follower.look()

    for _ in range(3):
        rig.pass_time(15)

    assert rig.analysis.voice is not None
    assert rig.analysis.voice.is_speaking == speaks
    rig.analysis.stop(5)
