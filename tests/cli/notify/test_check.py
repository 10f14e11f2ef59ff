"""``notify check``: everything that is wrong with an ``alertmanager.yml`` (S9.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from otel_monitoring.cli.main import build

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

GOOD = """\
route:
  receiver: default
  routes:
    - {receiver: pager, matchers: [severity="page"]}
receivers:
  - name: default
  - name: pager
    webhook_configs: [{url: "https://pager.example/hook"}]
"""
BAD = """\
route:
  receiver: nobody
  group_wait: 2 m
receivers:
  - name: pager
    webhook_configs:
      - {uri: "https://pager.example/hook"}
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.yml"
    path.write_text(GOOD)
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.yml"
    path.write_text(BAD)
    return path


def test_a_good_file_is_counted(run: Run, good: Path) -> None:
    outcome = run("notify", "check", str(good))

    counts = "2 routes, 2 receivers, 0 inhibit rules, 0 time intervals"
    assert (outcome.exit_code, outcome.output) == (0, f"Checking {good}\n  SUCCESS: {counts}\n")


def test_a_function_that_the_application_hands_over_is_taken_and_a_module_that_is_not_there_refused(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "am.yml"
    head = "route: {receiver: a}\nreceivers:\n  - name: a\n    callable_configs: "
    path.write_text(f"{head}[{{function: page}}]\n    url_configs: [{{url: 'callable://page'}}]\n")

    assert run("notify", "check", str(path)).exit_code == 0

    path.write_text(f"{head}[{{function: 'nowhere:page'}}]\n")
    outcome = run("notify", "check", str(path))
    assert (outcome.exit_code, "function: 'nowhere:page': expected" in outcome.output) == (1, True)


def test_every_problem_of_every_file_is_told_with_its_place(run: Run, good: Path, bad: Path) -> None:
    """S9.2."""
    outcome = run("notify", "check", str(bad), str(good))

    assert outcome.exit_code == 1
    assert f"{bad}:2:13: " in outcome.output
    assert f"{bad}:3:15: " in outcome.output
    assert f"{bad}:7:10: " in outcome.output
    assert f"Checking {good}\n  SUCCESS" in outcome.output


def test_a_channel_that_nothing_here_sends_is_a_problem_with_a_place(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "am.yml"
    path.write_text(
        "route: {receiver: a}\nreceivers:\n  - name: a\n    opsgenie_configs:\n      - {api_key: geheim}\n"
    )

    outcome = run("notify", "check", str(path))

    assert outcome.exit_code == 1
    assert f"{path}:5:9: opsgenie[0]: opsgenie is not supported" in outcome.output
    assert "geheim" not in outcome.output


def test_standard_input_is_read_without_a_file() -> None:
    result = CliRunner().invoke(build(), ["notify", "check"], input=GOOD)

    assert result.exit_code == 0
    assert result.output.startswith("Checking standard input\n  SUCCESS")


def test_a_file_that_cannot_be_read_is_one_problem(run: Run, tmp_path: Path) -> None:
    outcome = run("notify", "check", str(tmp_path / "none.yml"))

    assert outcome.exit_code == 1
    assert "cannot be read: No such file or directory" in outcome.output


def test_json_holds_problems_as_records(run: Run, bad: Path, good: Path) -> None:
    outcome = run("notify", "check", "--json", str(bad), str(good))

    first, second = json.loads(outcome.stdout)
    assert outcome.exit_code == 1
    assert (first["valid"], first["problems"][0]["line"], first["problems"][0]["column"]) == (False, 2, 13)
    assert second == {"file": str(good), "valid": True, "problems": [], "warnings": []}


def test_template_files_are_read_beside_the_file_and_their_problems_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "am.yml"
    path.write_text(f"templates: ['*.tmpl']\n{GOOD}")
    (tmp_path / "good.tmpl").write_text('{{ define "own" }}{{ .Status }}{{ end }}')
    assert run("notify", "check", str(path)).exit_code == 0
    (tmp_path / "bad.tmpl").write_text('fine\n{{ define "x" }}{{ nope }}{{ end }}')

    outcome = run("notify", "check", str(path))

    assert outcome.exit_code == 1
    assert f'{tmp_path}/bad.tmpl:2:0: function "nope" not defined' in outcome.output
