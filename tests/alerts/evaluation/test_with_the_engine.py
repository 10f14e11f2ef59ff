"""The built-in rules over the real store and the real engine, by the file that promtool runs as well."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.load import default_text
from otel_monitoring.testing.unit_file import read_unit_file
from otel_monitoring.testing.unit_run import run_test

if TYPE_CHECKING:
    import pytest

UNIT_TESTS = Path(__file__).parents[1] / "default_rules_test.yml"


def test_the_built_in_rules_fire_when_they_should(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """A2, P20."""
    (tmp_path / "default_rules.yml").write_text(default_text())
    file = read_unit_file(shutil.copy(UNIT_TESTS, tmp_path))

    assert sum(len(test.alerts) + len(test.exprs) for test in file.tests) == 30
    for number, test in enumerate(file.tests, 1):
        with subtests.test(test.name):
            assert run_test(file, test, number=number).failures == ()
