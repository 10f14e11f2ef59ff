"""The built-in rules, and files of the user's own beside them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from otel_monitoring.alerts.rules.load import default_rules, default_text, load_rules
from otel_monitoring.alerts.rules.rule import AlertingRule, RuleFile
from otel_monitoring.alerts.rules.rulefile import RuleFileError
from otel_monitoring.errors import RuleError

UNIT_TESTS = Path(__file__).parents[1] / "default_rules_test.yml"
PROMTOOL = shutil.which("promtool")
FILE = "groups: [{name: own, rules: [{alert: HighCpu, expr: mine}, {alert: Mine, expr: mine}]}]"
DEFAULT_NAMES = {
    "HighCpu",
    "CriticalCpu",
    "HighMemory",
    "CriticalMemory",
    "DiskAlmostFull",
    "DiskFullWithinADay",
    "ManyDatabaseConnections",
    "MemoryGrowsTowardsItsLimit",
    "RestartLoop",
    "InstanceCrashed",
    "HighErrorRate",
    "SlowResponses",
    "HighLatency",
    "SlowQueries",
    "EventLoopBlocked",
    "ServiceDown",
    "DependencyDown",
    "CollectorPipelineDown",
    "TelemetryDropped",
    "CardinalityOverflow",
    "NotificationsFailing",
    "StorageUnavailable",
    "StorageDamaged",
    "StorageLosesData",
    "AnomalyDetected",
    "LimitReachedWithinThreeDays",
    "WorseSinceRelease",
}


def accept_fake(_expr: str) -> None:
    """Stand in for the parser of expressions: everything parses."""


def load(*paths: Path | str, **options: object) -> RuleFile:
    return load_rules(rule_files=[str(path) for path in paths], check_expr=accept_fake, **options)  # type: ignore[arg-type]


def names(file: RuleFile) -> list[str]:
    return [rule.name for group in file.groups for rule in group.rules]


def alerts() -> list[AlertingRule]:
    rules = [rule for group in default_rules(check_expr=accept_fake).groups for rule in group.rules]
    return [rule for rule in rules if isinstance(rule, AlertingRule)]


def test_the_built_in_rules_are_those_of_the_checklist() -> None:
    """A2."""
    assert {rule.name for rule in alerts()} == DEFAULT_NAMES


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule.name)
def test_every_built_in_rule_says_what_fired(rule: AlertingRule) -> None:
    """P20."""
    assert rule.labels["severity"] in ("info", "warning", "critical")
    assert rule.labels["category"]
    assert "$value" in rule.annotations["summary"] + rule.annotations["description"]
    assert {"summary", "description"} == set(rule.annotations)
    assert rule.for_ms >= 60_000 or rule.name in ("RestartLoop", "AnomalyDetected")  # long enough already


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")
def test_the_built_in_rules_are_valid_on_a_real_prometheus(tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(default_text())

    checked = subprocess.run(
        [str(PROMTOOL), "check", "rules", file], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(DEFAULT_NAMES)} rules found" in checked.stdout


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")
def test_the_built_in_rules_fire_on_a_real_prometheus_when_they_should(tmp_path: Path) -> None:
    """A2, P20."""
    (tmp_path / "default_rules.yml").write_text(default_text())
    shutil.copy(UNIT_TESTS, tmp_path)

    tested = subprocess.run(
        [str(PROMTOOL), "test", "rules", UNIT_TESTS.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_files_come_after_the_built_in_rules_and_win_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(FILE)

    found = load(tmp_path / "a.yml")

    assert sorted(names(found)) == sorted([*DEFAULT_NAMES, "Mine"])
    assert names(found)[-2:] == ["HighCpu", "Mine"]


def test_rules_are_switched_off_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(FILE)

    runtime = ("EventLoopBlocked", "InstanceCrashed", "RestartLoop")

    found = load(tmp_path / "a.yml", disabled=(*runtime, "Mine"))

    assert sorted(names(found)) == sorted(DEFAULT_NAMES.difference(runtime))
    assert "runtime" not in [group.name for group in found.groups]


def test_the_built_in_rules_can_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(FILE)

    assert names(load(tmp_path / "a.yml", with_defaults=False)) == ["HighCpu", "Mine"]


def test_a_name_that_no_rule_has_cannot_be_switched_off() -> None:
    with pytest.raises(
        RuleError, match=r"disabled rules 'Hihg' do not exist: expected names among A.*HighCpu"
    ):
        load(disabled=("Hihg", "HighCpu"))


def test_patterns_stand_for_files_each_read_once(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.yml").write_text(f"groups: [{{name: {name}}}]")

    found = load(tmp_path / "*.yml", tmp_path / "b.yml", tmp_path / "*.yaml", with_defaults=False)

    assert [group.name for group in found.groups] == ["a", "b"]


def test_the_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("rules: []")
    (tmp_path / "b.yml").write_bytes(b"\xff")

    with pytest.raises(RuleFileError) as caught:
        load(tmp_path / "a.yml", tmp_path / "b.yml", tmp_path / "c.yml")

    assert str(caught.value).splitlines() == [
        f"{tmp_path}/a.yml:1:1: unknown field 'rules' in the file: expected one of groups",
        f"{tmp_path}/b.yml:0:0: cannot be read: expected UTF-8",
        f"{tmp_path}/c.yml:0:0: cannot be read: No such file or directory",
    ]


def test_warnings_are_handed_on(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("groups: []\n---\n")

    assert len(load(tmp_path / "a.yml").warnings) == 1
