"""``rules check``: everything that is wrong with rule files (S1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from otel_monitoring.cli.main import build

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

TWICE = "groups: [{name: a, rules: [{alert: A, expr: up}, {alert: A, expr: up}]}]"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.yml"
    path.write_text("groups: [{name: a, rules: [{alert: A, expr: up == 0}, {record: b, expr: sum(up)}]}]")
    return path


def test_a_good_file_is_counted(run: Run, good: Path) -> None:
    outcome = run("rules", "check", str(good))

    assert (outcome.exit_code, outcome.output) == (0, f"Checking {good}\n  SUCCESS: 2 rules found\n")


def test_every_problem_of_every_file_is_told(run: Run, good: Path, tmp_path: Path) -> None:
    """S1.7."""
    bad = tmp_path / "bad.yml"
    bad.write_text(
        "groups:\n  - name: a\n    rules:\n      - {alert: A, expr: 'sum(', wait: 5m}\n      - {expr: up}\n"
    )

    outcome = run("rules", "check", str(bad), str(good))

    assert outcome.exit_code == 1
    assert f'{bad}:4:26: group "a", rule 1, "A": could not parse expression: ' in outcome.output
    assert f"{bad}:4:34: unknown field 'wait' in a rule" in outcome.output
    assert f"{bad}:5:9: group \"a\", rule 2, \"\": one of 'record' or 'alert' must be set" in outcome.output
    assert "SUCCESS: 2 rules found" in outcome.output


def test_what_looks_wrong_is_fatal_only_where_asked(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "twice.yml"
    path.write_text(TWICE)

    assert "duplicate rule 'A'" in run("rules", "check", str(path)).output
    assert run("rules", "check", str(path)).exit_code == 0
    assert run("rules", "check", "--lint-fatal", str(path)).exit_code == 3
    assert run("rules", "check", "--lint-fatal", "--lint", "none", str(path)).exit_code == 0
    assert "duplicate" not in run("rules", "check", "--lint", "none", str(path)).output
    assert run("rules", "check", "--lint", "nope", str(path)).exit_code == 2


def test_what_is_experimental_is_let_pass_where_asked(run: Run, tmp_path: Path) -> None:
    """As with promtool: a Prometheus refuses it unless a flag enables it, and so does the application."""
    path = tmp_path / "new.yml"
    path.write_text("groups: [{name: a, rules: [{record: b, expr: 'sort_by_label(up, \"job\")'}]}]")

    refused = run("rules", "check", str(path))

    assert refused.exit_code == 1
    assert 'function "sort_by_label" is not enabled' in refused.output
    assert run("rules", "check", "--experimental", str(path)).exit_code == 0


def test_lints_are_a_list(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "twice.yml"
    path.write_text(TWICE)

    assert run("rules", "check", "--lint", "none,duplicate-rules", "--lint-fatal", str(path)).exit_code == 3
    assert run("rules", "check", "--lint", "", "--lint-fatal", str(path)).exit_code == 0


def test_unknown_fields_may_be_let_pass(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "more.yml"
    path.write_text("groups: [{name: a, owner: me, rules: [{alert: A, expr: up}]}]")

    assert run("rules", "check", str(path)).exit_code == 1
    assert run("rules", "check", "--ignore-unknown-fields", str(path)).exit_code == 0


def test_rules_may_come_from_standard_input() -> None:
    result = CliRunner().invoke(build(), ["rules", "check"], input=TWICE)

    assert result.exit_code == 0
    assert "Checking standard input\n  SUCCESS: 2 rules found\n" in result.output


def test_a_file_that_cannot_be_read_is_named(run: Run, tmp_path: Path) -> None:
    outcome = run("rules", "check", str(tmp_path / "none.yml"))

    assert outcome.exit_code == 1
    assert "No such file or directory" in outcome.output
