"""Rules from YAML and from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.reports.insights.load import insight_rules, parse_rules
from otel_monitoring.reports.insights.rule import InsightRule, InsightRuleError, Ramp

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
insights:
  - name: ColdCache
    kind: efficiency
    expr: cache_hits / cache_lookups < 0.5
    minimum: cache_lookups > 100
    values: {lookups: cache_lookups}
    effect: {low: 0.5, high: 0, most: 0.4}
    window: 6h
    most: 3
    sentence: "{{ $value | humanizePercentage }} of {{ $labels.lookups }}"
"""


def test_a_rule_is_read_from_yaml() -> None:
    (rule,) = parse_rules(GOOD)

    assert (rule.name, rule.kind, rule.window_s, rule.most) == ("ColdCache", "efficiency", 21_600, 3)
    assert rule.effect == Ramp(0.5, 0, 0.4)
    assert rule.values == {"lookups": "cache_lookups"}


def test_a_rule_of_the_user_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(GOOD.replace("ColdCache", "ErrorHotSpot"))

    rules = insight_rules([str(tmp_path / "*.yml")], own=[InsightRule("SlowQueries", "up", "mine")])

    by_name = {rule.name: rule for rule in rules}
    assert len(by_name) == len(rules) == len(insight_rules())
    assert by_name["ErrorHotSpot"].expr.startswith("cache_hits")
    assert by_name["SlowQueries"].sentence == "mine"


def test_without_the_built_in_rules_there_are_none() -> None:
    assert insight_rules(with_built_in=False) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "expr: cache_hits",
            "expression: cache_hits",
            "insights[0]: 'expression' is no field: expected name, expr",
        ),
        ("    expr: cache_hits / cache_lookups < 0.5\n", "", "expr is missing"),
        ("most: 3", "most: many", "most is 'many': expected a whole number"),
        ("most: 3", "most: 0", "most is 0: expected 1 or more"),
        ("window: 6h", "window: soon", "window"),
        ("low: 0.5", "lower: 0.5", "'lower' is 0.5: expected numbers under low, high, most"),
        ("{lookups: cache_lookups}", "[1]", "values is [1]: expected texts by name"),
        ("{{ $value |", "{{ $wrong |", "sentence"),
        ("insights:", "rules:", "expected a mapping with a list under 'insights'"),
        ("  - name: ColdCache", "  - 5\n  - name: ColdCache", "insights[0]: is a int: expected a mapping"),
        ("insights:", "insights: [", "no YAML"),
    ],
)
def test_what_is_not_valid_is_refused_with_its_place(old: str, new: str, words: str) -> None:
    assert old in GOOD

    with pytest.raises(InsightRuleError) as error:
        parse_rules(GOOD.replace(old, new), source="own.yml")

    assert str(error.value).startswith("own.yml")
    assert words in str(error.value)


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(InsightRuleError, match=r"none\.yml: cannot be read"):
        insight_rules(["none.yml"])
