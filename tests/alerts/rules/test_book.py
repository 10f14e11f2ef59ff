"""All rules of an instance, and what is done to them while it runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.alerts.rules.book import RuleBook
from otel_monitoring.alerts.rules.load import load_rules
from otel_monitoring.alerts.rules.rulefile import RuleFileError, parse_rules
from otel_monitoring.alerts.rules.simple import AlertRule
from otel_monitoring.errors import RuleError
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from otel_monitoring.alerts.rules.rule import RuleGroup
    from otel_monitoring.model.action import Action

FILE = "groups: [{name: own, rules: [{alert: Mine, expr: mine > 1}, {record: a, expr: b}]}]"


def rule(name: str = "Fresh", **fields: Any) -> AlertRule:
    return AlertRule(**{"name": name, "metric": "m", "operator": ">", "threshold": 1, **fields})


class Instance:
    """A book over one file, and what it told."""

    def __init__(self, path: Path, *, rules: Sequence[AlertRule] = (), defaults: bool = False) -> None:
        self.path = path
        path.write_text(FILE)
        self.applied: list[Sequence[RuleGroup]] = []
        self.actions: list[Action] = []
        self.book = RuleBook(
            load=lambda: load_rules(rule_files=[str(path)], check_expr=parse, with_defaults=defaults),
            apply=self.applied.append,
            clock=FakeClock(),
            rules=rules,
            patterns=[str(path)],
            audit=self.actions.append,
        )

    def running(self) -> dict[str, list[str]]:
        return {group.source: [r.name for r in group.rules] for group in self.book.groups()}

    def rewrite(self, text: str) -> None:
        """Write the file as an editor does a moment later."""
        status = self.path.stat()
        self.path.write_text(text)
        os.utime(self.path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path / "rules.yml", rules=[rule("Coded", threshold=2)])


def test_rules_come_from_files_and_from_python(instance: Instance) -> None:
    assert instance.running() == {str(instance.path): ["Mine", "a"], "python": ["Coded"]}
    assert instance.book.names() == {"Mine", "Coded"}


def test_a_rule_is_made_changed_and_removed_at_run_time(instance: Instance) -> None:
    assert instance.book.put(rule(threshold=5), actor="ada") is True
    assert instance.book.put(rule(threshold=6), actor="bob") is False
    assert instance.running()["runtime"] == ["Fresh"]
    instance.book.remove("Fresh", actor="ada")

    assert "runtime" not in instance.running()
    assert len(instance.applied) == 3
    assert [(one.name, one.target, one.actor) for one in instance.actions] == [
        ("rule.created", "Fresh", "ada"),
        ("rule.changed", "Fresh", "bob"),
        ("rule.removed", "Fresh", "ada"),
    ]
    assert instance.actions[1].before["threshold"] == 5
    assert instance.actions[1].after["threshold"] == 6
    assert instance.actions[2].after == {}


def test_a_rule_made_at_run_time_takes_the_place_of_any_other(instance: Instance) -> None:
    instance.book.put(rule("Mine"), actor="ada")
    instance.book.put(rule("Coded"), actor="ada")

    assert instance.running() == {str(instance.path): ["a"], "runtime": ["Mine", "Coded"]}


def test_any_rule_is_switched_off_observed_and_switched_on(instance: Instance) -> None:
    instance.book.set_mode("Mine", "disabled", actor="ada")
    assert instance.running()[str(instance.path)] == ["a"]
    assert instance.book.mode("Mine") == "disabled"

    instance.book.set_mode("Mine", "observe", actor="ada")
    assert instance.book.groups()[0].rules[0].labels == {"observe": "true"}

    instance.book.set_mode("Mine", "enabled", actor="ada")
    assert instance.book.groups()[0].rules[0].labels == {}
    assert instance.actions[1].before == {"mode": "disabled"}
    assert instance.actions[1].after == {"mode": "observe"}


def test_a_rule_may_begin_switched_off_or_observed(tmp_path: Path) -> None:
    rules = [rule("Off", enabled=False), rule("Seen", observe_only=True)]
    instance = Instance(tmp_path / "rules.yml", rules=rules)

    assert instance.running()["python"] == ["Seen"]
    assert (instance.book.mode("Off"), instance.book.mode("Seen")) == ("disabled", "observe")
    instance.book.set_mode("Off", "enabled", actor="ada")
    assert instance.running()["python"] == ["Off", "Seen"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda book: book.remove("Nope", actor="a"),
            "rule 'Nope' does not exist: expected one of Coded, Mine",
        ),
        (
            lambda book: book.remove("Mine", actor="a"),
            "rule 'Mine' was not made at run time: expected its mode",
        ),
        (lambda book: book.set_mode("Nope", "disabled", actor="a"), "rule 'Nope' does not exist"),
        (
            lambda book: book.set_mode("Mine", "off", actor="a"),
            "mode is 'off': expected enabled, disab",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(instance: Instance, call: Any, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        call(instance.book)

    assert instance.applied == []
    assert instance.actions == []


def test_a_name_is_there_once(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="rule 'A' is there twice"):
        Instance(tmp_path / "rules.yml", rules=[rule("A"), rule("A")])


def test_a_file_that_changed_is_read_anew(instance: Instance) -> None:
    assert instance.book.reload_if_changed() is None

    instance.rewrite(FILE.replace("Mine", "Yours"))

    assert instance.book.reload_if_changed() is not None
    assert instance.running()[str(instance.path)] == ["Yours", "a"]
    assert instance.book.reload_if_changed() is None


def test_a_file_that_is_not_valid_changes_nothing(instance: Instance) -> None:
    """The running configuration stays, and the file is read again once it has changed again."""
    instance.rewrite("groups: [{name: own, rules: [{alert: A}]}]")

    with pytest.raises(RuleFileError, match="field 'expr' must be set"):
        instance.book.reload_if_changed()
    assert instance.running()[str(instance.path)] == ["Mine", "a"]
    assert instance.book.reload_if_changed() is None
    with pytest.raises(RuleFileError):
        instance.book.reload(actor="ada")

    instance.rewrite(FILE)
    assert instance.book.reload_if_changed() is not None


def test_what_runs_is_exported_as_a_rule_file(instance: Instance) -> None:
    instance.book.set_mode("Coded", "disabled", actor="ada")
    instance.book.put(rule(), actor="ada")

    again = parse_rules(instance.book.export(), source="", check_expr=parse)

    assert [[r.name for r in group.rules] for group in again.groups] == [["Mine", "a"], ["Fresh"]]


def test_what_is_done_at_another_process_holds_here_and_is_not_noted_again(
    instance: Instance, tmp_path: Path
) -> None:
    there = Instance(tmp_path / "there.yml")
    there.book.put(rule(), actor="ops")
    there.book.set_mode("Mine", "disabled", actor="ops")

    instance.book.restore(there.book.state())

    assert instance.running()["runtime"] == ["Fresh"]
    assert instance.book.mode("Mine") == "disabled"
    assert instance.actions == []
    assert [g.source for g in instance.applied[-1]] == list(instance.running())
    instance.book.discard(there.book.state())
    assert "runtime" not in instance.running()
    assert instance.book.mode("Mine") == "enabled"
