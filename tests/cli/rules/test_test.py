"""``rules test``: promtool's unit tests, unchanged (S10)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

SHARED = Path(__file__).parents[4] / "shared" / "conformance" / "rules"
CASES = json.loads((SHARED / "expected.json").read_text())["test"] if SHARED.is_dir() else []

RULES = """
groups:
  - name: shop
    rules:
      - record: shops:up
        expr: sum(up)
      - alert: ShopDown
        expr: up == 0
        for: 5m
        labels: {severity: page}
        annotations: {summary: "{{ $labels.shop }} of {{ $externalLabels.region }} at {{ $externalURL }}"}
"""
TESTS = """
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - name: goes down
    external_labels: {region: north}
    external_url: http://prom
    input_series:
      - {series: 'up{shop="a"}', values: "1x4 0x10"}
    alert_rule_test:
      - {eval_time: 9m59s, alertname: ShopDown}
      - eval_time: 10m30s
        alertname: ShopDown
        exp_alerts:
          - exp_labels: {shop: a, severity: page}
            exp_annotations: {summary: a of north at http://prom}
    promql_expr_test:
      - {expr: shops:up, eval_time: 3m, exp_samples: [{labels: shops:up, value: 1}]}
      - {expr: time(), eval_time: 10m, exp_samples: [{value: 600}]}
  - name: starts later
    start_timestamp: "2024-01-01T00:00:00Z"
    input_series: [{series: x, values: 1 2 3}]
    promql_expr_test:
      - {expr: timestamp(x), eval_time: 1m, exp_samples: [{labels: "{}", value: 1704067260}]}
"""


@pytest.mark.skipif(not CASES, reason="../shared/conformance/rules is not there")
@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join([case["file"], *case.get("args", [])]))
def test_the_shared_files_pass_and_fail_as_with_promtool(run: Run, case: dict[str, Any]) -> None:
    """S10.4."""
    outcome = run("rules", "test", *case.get("args", []), str(SHARED / case["file"]))

    assert outcome.exit_code == case["exit"], outcome.output


@pytest.fixture
def tests(tmp_path: Path) -> Path:
    (tmp_path / "rules.yml").write_text(RULES)
    path = tmp_path / "tests.yml"
    path.write_text(TESTS)
    return path


def test_alerts_and_expressions_are_compared(run: Run, tests: Path) -> None:
    """S10.1 to S10.3."""
    outcome = run("rules", "test", str(tests))

    assert (outcome.exit_code, outcome.output) == (0, f"Unit testing: {tests}\n  SUCCESS: 2 tests\n")


def test_what_differs_is_shown(run: Run, tests: Path) -> None:
    tests.write_text(TESTS.replace("value: 600", "value: 601").replace("10m30s", "4m"))

    outcome = run("rules", "test", str(tests))

    assert outcome.exit_code == 1
    assert "goes down:\n      alertname: ShopDown, time: 4m\n" in outcome.output
    assert 'exp: Labels:{alertname="ShopDown", severity="page", shop="a"}' in outcome.output
    assert "got: nothing" in outcome.output
    assert "expr: 'time()', time: 10m\n        exp: {} 601\n        got: {} 600\n" in outcome.output
    assert "starts later" not in outcome.output


def test_what_differs_can_be_shown_line_by_line(run: Run, tests: Path) -> None:
    tests.write_text(TESTS.replace("value: 600", "value: 601"))

    assert "-{} 601\n        +{} 600\n" in run("rules", "test", "--diff", str(tests)).output


def test_tests_are_picked_by_name(run: Run, tests: Path) -> None:
    tests.write_text(TESTS.replace("value: 600", "value: 601"))

    assert run("rules", "test", "--run", "later$", str(tests)).exit_code == 0
    assert run("rules", "test", "--run", "down", "--run", "later", str(tests)).exit_code == 1
    assert run("rules", "test", "--run", "(", str(tests)).exit_code == 2


def test_the_outcome_is_written_as_junit(run: Run, tests: Path, tmp_path: Path) -> None:
    tests.write_text(TESTS.replace("value: 600", "value: 601"))
    junit = tmp_path / "junit.xml"

    run("rules", "test", "--junit", str(junit), str(tests))

    suite = ET.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite] == ["goes down", "starts later"]
    assert "got: {} 600" in (suite[0][0].text or "")


def test_an_error_of_a_rule_fails_the_test(run: Run, tests: Path) -> None:
    """S10.1."""
    (tests.parent / "rules.yml").write_text(RULES.replace("sum(up)", "up + on() up"))
    more = "- {series: 'up{shop=\"b\"}', values: 1}"
    tests.write_text(TESTS.replace("    alert_rule_test", f"      {more}\n    alert_rule_test", 1))

    outcome = run("rules", "test", str(tests))

    assert outcome.exit_code == 1
    assert "rule: shops:up: found duplicate series" in outcome.output
    assert ", time: 0s" in outcome.output


def test_every_problem_of_the_file_is_told_with_its_place(run: Run, tests: Path) -> None:
    tests.write_text(
        "evaluation_interval: 1x\nrule_files: [none.yml]\ntests:\n  - nme: a\n    input_series:\n"
        "      - {series: 'a{', values: 1+x}\n    promql_expr_test:\n"
        "      - {expr: 'a +', exp_samples: [{value: b}]}\n"
    )

    outcome = run("rules", "test", str(tests))

    assert outcome.exit_code == 1
    for line in (
        f"{tests}:1:22: field 'evaluation_interval': '1x' is not a valid duration",
        f"{tests}:4:5: unknown field 'nme' in a test",
        f"{tests}:6:18: field 'series': series 'a{{'",
        f"{tests}:6:32: field 'values': values '1+x': '1+x' is not understood",
        f"{tests}:8:16: field 'expr': ",
        f"{tests}:8:45: field 'value' is the text 'b': expected a number",
    ):
        assert line in outcome.output, outcome.output


def test_what_is_wrong_with_a_test_fails_it_only_where_it_is_picked(run: Run, tests: Path) -> None:
    """S10.4."""
    tests.write_text(TESTS.replace("expr: time()", "expr: time("))

    assert run("rules", "test", "--run", "later", str(tests)).exit_code == 0
    outcome = run("rules", "test", str(tests))
    assert outcome.exit_code == 1
    assert f"  FAILED:\n    goes down:\n      {tests}:19:16: field 'expr': " in outcome.output


def test_a_pattern_that_finds_no_rule_file_is_a_warning(run: Run, tests: Path) -> None:
    tests.write_text("rule_files: [none.yml]\ntests: [{promql_expr_test: [{expr: vector(1) < 0}]}]\n")

    outcome = run("rules", "test", str(tests))

    assert outcome.exit_code == 0
    assert f"WARNING: {tests}:1:14: no file match pattern 'none.yml'" in outcome.output


def test_a_bad_rule_file_fails_every_test(run: Run, tests: Path) -> None:
    (tests.parent / "rules.yml").write_text("groups: [{name: a, rules: [{expr: 1}]}]")

    outcome = run("rules", "test", str(tests))

    assert outcome.exit_code == 1
    assert outcome.output.count("one of 'record' or 'alert' must be set") == 2


def test_fields_of_the_file_itself_are_never_let_pass(run: Run, tests: Path) -> None:
    """S10.4: ``--ignore-unknown-fields`` is about rule files, as with promtool."""
    tests.write_text(f"{TESTS}owner: me\n")

    assert run("rules", "test", "--ignore-unknown-fields", str(tests)).exit_code == 1


def test_samples_after_the_last_evaluation_are_not_seen(run: Run, tests: Path) -> None:
    """S10.1: an expression between two evaluations finds what the last of them could see."""
    tests.write_text(
        "tests: [{interval: 30s, input_series: [{series: x, values: 1 2 3 4}], "
        "promql_expr_test: [{expr: x, eval_time: 90s, exp_samples: [{labels: x, value: 3}]}]}]"
    )

    assert run("rules", "test", str(tests)).exit_code == 0


def test_a_century_passes(run: Run, tests: Path) -> None:
    tests.write_text(
        "evaluation_interval: 100d\ntests: [{input_series: [{series: x, values: 0+1x900}], promql_expr_test: "
        "[{expr: x, eval_time: 90000d, exp_samples: [{labels: x, value: 900}]}, "
        "{expr: x, eval_time: 0d, exp_samples: [{labels: x, value: 0}]}]}]"
    )

    assert run("rules", "test", str(tests)).exit_code == 0


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    outcome = run("rules", "test", str(tmp_path / "none.yml"))

    assert outcome.exit_code == 1
    assert "cannot be read: No such file" in outcome.output
