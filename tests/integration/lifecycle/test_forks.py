"""Forks in the middle of measuring, collecting and exporting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.integration.lifecycle.processes import FLUSH_S, environment, run_program

if TYPE_CHECKING:
    from tests.integration.lifecycle.receiver import Receiver

FORKS = 20
PER_CHILD = 3


@pytest.mark.parametrize("how", ["os", "multiprocessing", "pool"])
def test_children_of_a_busy_process_neither_hang_nor_count_their_parents_work(
    receiver: Receiver, how: str
) -> None:
    env = environment(receiver.url, OTEL_MONITORING_TELEMETRY__FLUSH_TIMEOUT_S=FLUSH_S)

    outcome = run_program("forking", str(FORKS), how, env=env, timeout_s=110)

    received = receiver.received
    of_children = received.by_instance("forking.children")
    of_parent = received.by_instance("forking.count")
    assert json.loads(outcome.stdout)["codes"] == [0] * FORKS
    assert sum(of_children.values()) == FORKS * PER_CHILD
    assert sum(span.name == "in the child" for span in received.spans) == FORKS * PER_CHILD
    assert len(of_parent) == 1
    assert not of_parent.keys() & of_children.keys()
    if how != "pool":
        assert len(of_children) == FORKS
