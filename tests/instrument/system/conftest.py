"""What the tests of the sampler and of its instruments share: a fake machine, and a sampler over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.guard import Guard
from otel_monitoring.instrument.system import SystemSampler
from otel_monitoring.testing import FakeClock
from tests.instrument.system.fake_machine import WAIT_S, FakeMachine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def machine(clock: FakeClock) -> FakeMachine:
    return FakeMachine(clock)


@pytest.fixture
def guard() -> Guard:
    return Guard("instrument")


@pytest.fixture
def sampler(
    clock: FakeClock, machine: FakeMachine, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SystemSampler]:
    """Return a sampler over the fake machine, without a control group."""
    monkeypatch.setattr(SystemSampler, "_open_reader", lambda _self: machine)
    monkeypatch.setattr("otel_monitoring.instrument.system.cgroup.CgroupReader.read", lambda _self: None)
    sampler = SystemSampler(clock=clock, guard=guard, interval_s=3600.0)
    yield sampler
    machine.may_answer.set()
    sampler.stop(WAIT_S)
