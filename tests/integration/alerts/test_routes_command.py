"""``notify routes`` says what ``amtool config routes test`` says (S9.2, S9.3)."""

from __future__ import annotations

import itertools
import subprocess
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from otel_monitoring.cli.main import build
from tests.integration.servers import program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

CONFIG = """
route:
  receiver: default
  group_by: [alertname]
  routes:
    - receiver: audit
      matchers: [severity=~"page|ticket"]
      continue: true
    - receiver: pager
      matchers: [severity="page", team!=""]
      routes:
        - {receiver: web, match: {team: web}, continue: true}
        - {receiver: night, match_re: {team: "w.*"}}
    - receiver: db
      matchers: ['{team="db", env!~"dev|test"}']
    - receiver: web
      matchers: [team="web"]
receivers: [{name: default}, {name: audit}, {name: pager}, {name: web}, {name: night}, {name: db}]
"""
LABELS = {
    "severity": ("", "page", "ticket", "info"),
    "team": ("", "web", "db", "wonder"),
    "env": ("", "dev", "prod"),
}


def test_every_combination_of_labels_gets_to_the_same_receivers(tmp_path: Path) -> None:
    path = tmp_path / "am.yml"
    path.write_text(CONFIG)
    app, amtool = build(), program("amtool")
    ours: dict[tuple[str, ...], str] = {}
    theirs: dict[tuple[str, ...], str] = {}

    for values in itertools.product(*LABELS.values()):
        words = [f"{name}={value}" for name, value in zip(LABELS, values, strict=True) if value]
        ours[values] = CliRunner().invoke(app, ["notify", "routes", str(path), *words]).stdout
        command = [str(amtool), "config", "routes", "test", f"--config.file={path}", *words]
        theirs[values] = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert ours == theirs
    assert len(set(ours.values())) > 5
