"""Anomalies in words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from otel_monitoring.analytics.anomaly.verdict import Reason
from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.anomalies.findings import Anomaly, Moved

FOUND = Anomaly(
    name="http.p95",
    labels=Labels.of(http_route="/cart", job="shop", otel_scope_name="x"),
    unit="s",
    expr="p95",
    since_ms=1_700_006_400_000,
    until_ms=None,
    peak_ms=1_700_006_400_000,
    value=1.5,
    expected_low=0.1,
    expected_high=0.3,
    score=0.9,
    rarity_hours=72.0,
    reason=Reason.SPIKE,
)


def test_a_sentence_says_what_when_seen_expected_and_how_rare() -> None:
    assert FOUND.sentence() == (
        "http.p95 of /cart jumped at 2023-11-15 00:00 UTC: 1.5s where 100ms to 300ms was expected,"
        " seen once in 3 days."
    )


def test_the_end_and_what_else_moved_are_further_sentences() -> None:
    ended = replace(FOUND, until_ms=1_700_010_000_000, moved=(Moved("db.p95", Labels.of(job="shop"), 0.8),))

    assert ended.sentence().endswith("It was over at 2023-11-15 01:00 UTC. What else moved: db.p95.")


@pytest.mark.parametrize(
    ("value", "reason", "verb"),
    [
        (0.01, Reason.SPIKE, "dropped"),
        (0.2, Reason.SPIKE, "is far out"),
        (0.2, Reason.SILENCE, "has gone silent"),
        (0.2, Reason.LEVEL_SHIFT, "has moved to another level"),
        (0.2, Reason.NONE, "stands out"),
    ],
)
def test_the_verb_says_in_which_way(value: float, reason: Reason, verb: str) -> None:
    assert f"/cart {verb} at" in replace(FOUND, value=value, reason=reason).sentence()


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (5.0, "once in 5 hours"),
        (9000.0, "less than once a year"),
        (math.inf, "expected."),
        (0.0, "expected."),
    ],
)
def test_how_rare_it_is_has_a_suitable_unit(hours: float, text: str) -> None:
    assert text in replace(FOUND, rarity_hours=hours).sentence()


def test_an_unknown_range_is_said() -> None:
    unknown = replace(FOUND, expected_low=math.nan, expected_high=math.nan)

    assert "1.5s where nothing of the kind was seen before" in unknown.sentence()
    assert Anomaly.read(unknown.attributes()).sentence() == unknown.sentence()


def test_what_a_library_says_of_itself_is_no_part_of_a_name() -> None:
    """Where the semantic conventions are published tells nobody which connections are meant."""
    labels = Labels.of(pool="shop", otel_scope_schema_url="https://opentelemetry.io/schemas/1.44.0")

    assert (
        replace(FOUND, name="db.connections", labels=labels).sentence().startswith("db.connections of shop ")
    )


def test_a_limit_that_is_nothing_next_to_what_was_seen_is_nothing() -> None:
    found = replace(FOUND, value=1.0, unit="{connection}", expected_low=-1e-200, expected_high=3.085e-150)

    assert "where 0 connections to 0 connections was expected" in found.sentence()
