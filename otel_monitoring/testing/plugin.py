"""A pytest plugin: the fixture ``rule_bench``, and a report of each bench below a test that fails.

``pytest_plugins = ["otel_monitoring.testing.plugin"]`` in the topmost ``conftest.py`` switches it on.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from otel_monitoring.alerts.rules.simple import AlertRule
    from otel_monitoring.testing.rules import BenchOptions, RuleBench

_BENCHES = pytest.StashKey["list[RuleBench]"]()


class MakeBench:
    """Makes benches whose state is reported where the test fails.

    Args:
        root: The folder that paths of rule files begin at.
        made: Where to put each bench.
    """

    def __init__(self, *, root: Path, made: list[RuleBench]) -> None:
        self._root = root
        self._made = made

    def __call__(
        self, *rules: str | Path | AlertRule, text: str = "", **options: Unpack[BenchOptions]
    ) -> RuleBench:
        """Return a bench for rule files, rules in words, and the text of a rule file.

        Args:
            rules: Paths or patterns of rule files, from pytest's root folder on, and ``AlertRule``s.
            text: The text of a rule file.
            options: What :class:`RuleBench` takes besides its rules.

        Raises:
            RuleError: A file or the text is not valid.
        """
        from otel_monitoring.testing import sources
        from otel_monitoring.testing.rules import RuleBench

        files = [self._root / one for one in rules if isinstance(one, str | Path)]
        in_words = [one for one in rules if not isinstance(one, str | Path)]
        groups = [
            *sources.groups_of_files(files),
            *(sources.groups_of_rules(in_words) if in_words else ()),
            *(sources.groups_of_text(text) if text else ()),
        ]
        bench = RuleBench(groups, **options)
        self._made.append(bench)
        return bench


@pytest.fixture
def rule_bench(request: pytest.FixtureRequest) -> MakeBench:
    """Give a function that makes benches: ``rule_bench("rules/*.yml", AlertRule(...), interval="15s")``."""
    made: list[RuleBench] = []
    request.node.stash[_BENCHES] = made
    return MakeBench(root=request.config.rootpath, made=made)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the benches of a test that failed below its error."""
    report = yield
    if call.when == "call" and report.failed:
        benches: list[RuleBench] = item.stash.get(_BENCHES, [])
        for number, bench in enumerate(benches, 1):
            report.sections.append((f"rule bench {number}", bench.report()))
    return report
