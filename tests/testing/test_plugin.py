"""The fixture ``rule_bench``, in a pytest of its own."""

from __future__ import annotations

import re
import subprocess
import sys
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


def test_the_example_of_the_guide_passes_and_fails_as_it_says(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs/guides/testing-rules.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(python|text)\n(.*?)```", guide, re.DOTALL)
    example = next(code for _, code in blocks if code.startswith("# test_rules.py"))
    shown = next(text for kind, text in blocks if kind == "text" and "rule bench 1" in text)
    conftest = next(code for _, code in blocks if code.startswith("# conftest"))
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_right.py").write_text(example)
    (tmp_path / "test_wrong.py").write_text(
        example.replace("bench.expect_firing()", "assert bench.firing()", 1)
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]

    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "1 failed, 1 passed" in ended.stdout
    assert shown.split("\n", 1)[1].strip() in ended.stdout
