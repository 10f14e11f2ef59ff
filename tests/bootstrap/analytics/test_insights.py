"""Insights from Python, from the one call to what the pages say."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from fastapi import FastAPI

from otel_monitoring import Insight, InsightRule, setup_telemetry
from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.insights.rule import InsightRuleError
from tests.api.client import get

pytestmark = pytest.mark.usefixtures("fresh_process")

QUIET: dict[str, Any] = {
    "system": {"enabled": False},
    "instrumentation": {"libraries": False, "threads": False},
    "api": {"token": "t"},
}
RULE = InsightRule(
    name="ManyReturns",
    expr="vector(0.3)",
    sentence="{{ $value | humanizePercentage }} came back.",
    advice="Ask why.",
)


class Warehouse:
    """Knows what no metric tells."""

    name = "warehouse"

    def insights(self, now_ms: int) -> list[Insight]:
        return [Insight("warehouse", Labels.of(), f"The shelf is empty at {now_ms > 0}.")]


def test_rules_and_sources_of_the_call_are_among_the_insights() -> None:
    app = FastAPI()
    monitoring = setup_telemetry(app, insights=[RULE, Warehouse()], **QUIET)
    monitoring.collect()

    answer = get(monitoring.app, "/monitoring/insights", authorization="Bearer t")

    told = {one["rule"]: one for one in answer.json()["insights"]}
    assert told["ManyReturns"]["sentence"] == "30% came back."
    assert told["ManyReturns"]["advice"] == "Ask why."
    assert told["warehouse"]["sentence"] == "The shelf is empty at True."


@pytest.mark.parametrize("given", [["no rule"], [RULE, RULE], [Warehouse(), Warehouse()], [3]])
def test_what_is_no_insight_is_refused_at_the_start(given: list[Any]) -> None:
    with pytest.raises(InsightRuleError, match=r"insights has .*expected InsightRule|is there twice"):
        setup_telemetry(insights=given, **QUIET)


def test_a_second_call_with_others_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    setup_telemetry(insights=[RULE], **QUIET)

    with caplog.at_level(logging.WARNING):
        setup_telemetry(insights=[RULE, Warehouse()], **QUIET)

    assert "other insights, which are not used: warehouse" in caplog.text
