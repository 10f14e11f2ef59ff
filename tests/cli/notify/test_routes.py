"""``notify routes``: which receivers get an alert (S9.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

CONFIG = """\
route:
  receiver: default
  group_by: [alertname]
  routes:
    - {receiver: pager, matchers: [severity="page"], continue: true, group_wait: 10s}
    - {receiver: web, matchers: [team="web"]}
    - {receiver: web, matchers: [team="web"]}
receivers: [{name: default}, {name: pager}, {name: web}]
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "am.yml"
    path.write_text(CONFIG)
    return str(path)


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        (["severity=page", "team=web"], "pager,web"),
        (["team=web"], "web"),
        (['team="web"'], "web"),
        (["team=db"], "default"),
        ([], "default"),
    ],
)
def test_receivers_are_told_in_order(run: Run, file: str, labels: list[str], receivers: str) -> None:
    outcome = run("notify", "routes", file, *labels)

    assert (outcome.exit_code, outcome.output) == (0, f"{receivers}\n")


def test_expected_receivers_decide_the_exit_code(run: Run, file: str) -> None:
    right = run("notify", "routes", file, "--verify-receivers", "pager,web", "severity=page", "team=web")
    wrong = run("notify", "routes", file, "--verify-receivers", "web", "severity=page", "team=web")

    assert (right.exit_code, wrong.exit_code) == (0, 1)
    assert wrong.stderr == "receivers are pager,web: expected web\n"


def test_the_tree_marks_each_route_that_is_taken_and_no_twin_of_it(run: Run, file: str) -> None:
    outcome = run("notify", "routes", "--tree", file, "severity=page", "team=web")

    assert outcome.stdout.splitlines() == [
        "  any alert -> default",
        '*   severity="page" -> pager, continue',
        '*   team="web" -> web',
        '    team="web" -> web',
    ]


def test_the_long_form_says_when_a_group_is_told(run: Run, file: str) -> None:
    outcome = run("notify", "routes", "-l", file, "severity=page", "alertname=Slow")

    assert [line.split() for line in outcome.stdout.splitlines()] == [
        ["RECEIVER", "ROUTE", "GROUP", "WAIT", "INTERVAL", "REPEAT"],
        ["pager", '{}/{severity="page"}', '{alertname="Slow"}', "10s", "5m", "4h"],
    ]


def test_json_names_the_group(run: Run, file: str) -> None:
    outcome = run("notify", "routes", "--json", file, "team=web", "alertname=Slow")

    body = json.loads(outcome.stdout)
    assert body["receivers"] == ["web"]
    assert body["routes"][0]["groupKey"] == '{}/{team="web"}:{alertname="Slow"}'


def test_a_label_without_a_value_is_refused(run: Run, file: str) -> None:
    outcome = run("notify", "routes", file, "page")

    assert outcome.exit_code == 2
    assert "'page': expected label=value" in outcome.output


def test_a_bad_file_leaves_with_its_problems(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text("route: {receiver: nobody}\nreceivers: []\n")

    outcome = run("notify", "routes", str(path), "a=b")

    assert outcome.exit_code == 1
    assert f"{path}:1:" in outcome.stderr
