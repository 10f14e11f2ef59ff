"""The fixture ``rule_bench``, in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RULES = "groups: [{name: a, rules: [{alert: ShopDown, expr: 'up == 0', for: 5m}]}]"
TESTS = """
from otel_monitoring import AlertRule

HOT = AlertRule(name="Hot", metric="temperature", operator=">", threshold=30)


def test_passes(rule_bench):
    bench = rule_bench("rules/*.yml", HOT, text="groups: [{name: b, rules: [{alert: B, expr: up == 1}]}]")
    bench.load("up", "1 0x10")
    bench.set("temperature", 35)
    bench.advance("1m")
    bench.expect_firing("Hot")
    bench.advance("5m")
    bench.expect_firing("Hot", "ShopDown")


def test_fails(rule_bench):
    bench = rule_bench("rules/shop.yml")
    bench.load("up", "1 0x10")
    bench.advance("3m")
    assert [alert.name for alert in bench.firing()] == ["ShopDown"]
"""


def ran(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "rules").mkdir()
    (folder / "rules" / "shop.yml").write_text(RULES)
    (folder / "conftest.py").write_text('pytest_plugins = ["otel_monitoring.testing.plugin"]\n')
    (folder / "test_shop.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_rules_come_from_patterns_words_and_text(tmp_path: Path) -> None:
    ended = ran(tmp_path, "-k", "passes")

    assert ended.returncode == 0, ended.stdout


def test_a_failure_shows_what_the_rules_found_and_what_the_series_were(tmp_path: Path) -> None:
    ended = ran(tmp_path, "-k", "fails")

    assert ended.returncode == 1
    _, _, section = ended.stdout.partition("- rule bench 1 -")
    for line in (
        "rules after 3m, evaluated every 1m:",
        "  ShopDown: up == 0 for 5m",
        "    pending since 1m, value 0",
        "  up  1 0 0 0",
    ):
        assert f"\n{line}\n" in section


def test_the_plugin_imports_nothing_heavy() -> None:
    program = (
        "import sys, otel_monitoring.testing.plugin\n"
        "print({'numpy', 'yaml', 'pydantic', 'opentelemetry', 'otel_monitoring.promql'} & set(sys.modules))"
    )

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ended.stdout == "set()\n"
