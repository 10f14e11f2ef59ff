"""The shared rule files of the Prometheus project; skipped where they are not beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from otel_monitoring.alerts.rules.rulefile import RuleFileError, parse_rules
from otel_monitoring.promql.language.parse import parse

RULES = Path(__file__).parents[4] / "shared" / "conformance" / "rules"
EXPECTED = RULES / "expected.json"
CASES = json.loads(EXPECTED.read_text())["check"] if EXPECTED.exists() else []


@pytest.mark.skipif(not CASES, reason="../shared/conformance/rules is not there")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_a_file_is_valid_where_prometheus_says_so(case: dict[str, Any]) -> None:
    """S1."""
    text = (RULES / case["file"]).read_text()

    try:
        found = parse_rules(text, source=case["file"], check_expr=parse)
        said, warned = "", "\n".join(map(str, found.warnings))
    except RuleFileError as error:
        said, warned = str(error), ""

    assert (said == "") is case["valid"]
    assert case.get("message", "") in said
    assert case.get("lint", "") in warned
