"""``otel-monitoring insights`` against a real application."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Run
    from tests.cli.served import Served


def test_the_score_and_its_parts_are_shown(run: Run, served: Served) -> None:
    outcome = run("insights", "--url", served.url)

    assert outcome.exit_code == 0, outcome.output
    lines = outcome.stdout.splitlines()
    assert lines[0].startswith("health score: ")
    assert [line for line in lines if line.strip().startswith("alerts") and "3 alerts fire" in line]


def test_insights_are_json_for_programs(run: Run, served: Served) -> None:
    outcome = run("insights", "--json", "--new", "--url", served.url)

    assert json.loads(outcome.stdout).keys() == {"insights", "total", "problems"}
