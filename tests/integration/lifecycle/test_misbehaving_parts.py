"""Callbacks, exporters and channels that raise, are slow and hang: nothing else stops."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.lifecycle.processes import environment, run_program
from tests.integration.lifecycle.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULES = """
groups:
  - name: always
    rules:
      - alert: Always
        expr: vector(1)
"""
DEADLINE_S, MARGIN_S = 5.0, 4.0  # less than two deadlines


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Give what a process with all of that at once told."""
    rules: Path = tmp_path_factory.mktemp("rules") / "rules.yaml"
    rules.write_text(RULES)
    collector, webhook = Receiver("answer"), Receiver("hang")
    try:
        arguments = (webhook.url + "/hook", str(rules))
        program = run_program("misbehaving", *arguments, env=environment(collector.url), timeout_s=80)
        ended_s = time.monotonic()
        told: dict[str, Any] = json.loads(program.stdout)
        told["end_took_s"] = ended_s - told["end_s"]
        yield {**told, "received": collector.received, "webhook_was_called": webhook.contacted.is_set()}
    finally:
        collector.close()
        webhook.close()


def test_collections_and_rules_go_on(outcome: dict[str, Any]) -> None:
    assert outcome["goes_on"]
    assert outcome["webhook_was_called"]


def test_who_misbehaves_is_muted_and_a_metric_says_so(outcome: dict[str, Any]) -> None:
    assert outcome["muted"]


@pytest.mark.parametrize("name", ["raising", "slow", "hanging"])
def test_who_misbehaves_is_named_in_the_log_once(outcome: dict[str, Any], name: str) -> None:
    assert sum(f"the callback of {name} " in line for line in outcome["lines"]) == 1


def test_everything_else_is_exported(outcome: dict[str, Any]) -> None:
    received = outcome["received"]

    assert received.total("good") == 7
    assert [span.name for span in received.spans] == ["work"]
    assert received.total("slow") == received.total("hanging") == 0


def test_the_end_is_in_time(outcome: dict[str, Any]) -> None:
    print(f"the end took {outcome['end_took_s']:.2f} s")
    assert outcome["end_took_s"] < DEADLINE_S + MARGIN_S
