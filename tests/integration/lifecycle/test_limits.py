"""What an application can throw at its telemetry: a million attribute values, and values of 10 MB."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.lifecycle.processes import environment, run_program

if TYPE_CHECKING:
    from tests.integration.lifecycle.receiver import Receiver

MEGABYTE = 1_000_000
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def flooded() -> dict[str, Any]:
    """Give what became of a million values on a counter and 200,000 on a histogram."""
    variables = {"OTEL_METRIC_EXPORT_INTERVAL": "100000000"}
    outcome = run_program("cardinality", "1000000", "200000", env=environment(NOBODY, **variables))
    found: dict[str, Any] = json.loads(outcome.stdout)
    print(found)
    return found


def test_a_million_attribute_values_cost_less_than_20_mb(flooded: dict[str, Any]) -> None:
    assert flooded["growth"] < 20 * MEGABYTE
    assert flooded["series"] == [2001, 2001]


def test_their_totals_are_exact(flooded: dict[str, Any]) -> None:
    assert (flooded["counted"], flooded["recorded"]) == (1_000_000, 200_000)
    assert flooded["overflows"] == [1, 1]


def test_the_attribute_to_blame_is_named_in_a_metric_and_in_the_log(flooded: dict[str, Any]) -> None:
    assert flooded["named"] == [["shop.logins", "user"], ["shop.seconds", "session"]]
    assert ["'user'" in flooded["lines"][0], "'session'" in flooded["lines"][1]] == [True, True]
    assert len(flooded["lines"]) == 2


def test_values_of_10_mb_stay_small_in_memory_while_nobody_takes_them() -> None:
    outcome = run_program("huge", "60", env=environment(NOBODY))

    growth = json.loads(outcome.stdout)["growth"]
    print(f"growth after 60 rounds of 10 MB values: {growth / MEGABYTE:.0f} MB")
    assert growth < 150 * MEGABYTE


def test_values_of_10_mb_and_a_thousand_attributes_arrive_bounded(receiver: Receiver) -> None:
    run_program("huge", "20", env=environment(receiver.url))

    received = receiver.received
    assert (len(received.spans), len(received.logs)) == (20, 40)
    assert received.total("huge.count") == 20
    assert received.largest_bytes <= 1_048_576
    assert max(len(body) for body in received.logs) <= 65_536
    for span in received.spans:
        assert len(span.attributes) <= 128
    for point in received.of("huge.count"):
        assert len(point.attributes["value"]) <= 4096
