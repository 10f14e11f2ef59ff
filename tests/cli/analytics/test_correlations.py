"""``otel-monitoring correlations`` and ``otel-monitoring moved`` against real pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.analytics.correlations import correlations_router
from tests.cli.analytics.serving import serving
from tests.cli.served import TOKEN
from tests.reports.correlations.incident_at_hand import desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Outcome, Run


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Pages that know of one incident."""
    with serving(correlations_router(desk())) as found:
        yield found


@pytest.fixture
def call(run: Run, url: str) -> Callable[..., Outcome]:
    def called(*words: str) -> Outcome:
        return run(*words, "--url", url, "--token", TOKEN)

    return called


def test_what_moved_with_an_alert_is_listed_cause_first(call: Callable[..., Outcome]) -> None:
    outcome = call("moved", "--alert", "SlowCalls")

    assert outcome.exit_code == 0, outcome.output
    told, heads, first, *_ = outcome.stdout.splitlines()
    assert told.startswith("SlowCalls fired at ")
    assert heads.split()[:2] == ["SINCE", "WHAT"]
    assert "queue_depth of mail moved to another level" in first
    assert "3 of 9 series moved" in outcome.stderr


def test_the_first_can_be_drawn(call: Callable[..., Outcome]) -> None:
    outcome = call("moved", "--at", "2026-01-01T07:26:00Z", "--chart", "--limit", "1")

    assert outcome.exit_code == 0, outcome.output
    assert len(outcome.stdout.splitlines()) > 15


def test_programs_get_all_of_it(call: Callable[..., Outcome]) -> None:
    body = json.loads(call("moved", "--at", "2026-01-01T07:26:00Z", "--json").stdout)

    assert body["moved"][0]["metric"] == "queue_depth"
    assert body["moved"][0]["points"]


def test_an_alert_that_never_fired_is_an_error(call: Callable[..., Outcome]) -> None:
    outcome = call("moved", "--alert", "Nobody")

    assert outcome.exit_code == 1
    assert "'Nobody'" in outcome.error


def test_pairs_that_are_more_than_chance_are_listed(call: Callable[..., Outcome]) -> None:
    outcome = call("correlations", "queue_depth", "lag_seconds", "temperature", "--window", "7h")

    assert outcome.exit_code == 0, outcome.output
    heads, first, *_ = outcome.stdout.splitlines()
    assert heads.split()[:3] == ["R", "LATER", "CHANCE"]
    assert "3m" in first
    assert first.index("queue_depth of mail") < first.index("lag_seconds")
    assert "--all shows them" in outcome.stderr


def test_all_pairs_can_be_listed(call: Callable[..., Outcome]) -> None:
    outcome = call("correlations", "lag_seconds", "vector(1)", "--all", "--method", "spearman")

    assert "one of them does not move" in outcome.stdout
