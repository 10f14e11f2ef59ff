"""Rules over the real store and the real engine: the shared unit tests, and those of the built-in rules."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from otel_monitoring.alerts.rules.load import default_text
from tests.alerts.unit_runner import cases

OWN = Path(__file__).parents[4] / "shared" / "conformance" / "rules" / "own"
FILES = sorted(OWN.glob("*_test.yml")) if OWN.is_dir() else []


@pytest.mark.skipif(not FILES, reason="../shared/conformance/rules is not there")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_shared_unit_tests_pass(path: Path) -> None:
    """S2, S3, S4, S5."""
    for name, case in cases(path):
        for outcome in case.outcomes():
            assert outcome.actual == outcome.expected, f"{name}: {outcome.what}"


def test_the_built_in_rules_fire_when_they_should(tmp_path: Path) -> None:
    """A2, P20: the file that promtool runs as well."""
    (tmp_path / "default_rules.yml").write_text(default_text())
    path = Path(shutil.copy(Path(__file__).parents[1] / "default_rules_test.yml", tmp_path))

    outcomes = [outcome for _, case in cases(path) for outcome in case.outcomes()]

    assert len(outcomes) == 15
    for outcome in outcomes:
        assert outcome.actual == outcome.expected, outcome.what
