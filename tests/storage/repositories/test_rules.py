from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.storage.repositories.rules import KeptRule, load_rules, remove_rule, save_rule

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database

RULE = KeptRule("HighCpu", 1, 1000, "ada", {"expr": "up == 0", "for_s": 60})


def test_a_rule_comes_back_as_it_was(database: Database) -> None:
    with database.write() as connection:
        assert save_rule(connection, RULE)

    with database.read() as connection:
        assert load_rules(connection) == [RULE]


def test_a_change_replaces_the_version_before(database: Database) -> None:
    changed = replace(RULE, version=2, actor="bob")
    with database.write() as connection:
        save_rule(connection, RULE)
        assert save_rule(connection, changed)

        assert load_rules(connection) == [changed]


def test_of_two_who_change_the_same_version_one_is_told(database: Database) -> None:
    with database.write() as connection:
        save_rule(connection, RULE)
        assert not save_rule(connection, replace(RULE, actor="bob"))
        save_rule(connection, replace(RULE, version=2))
        assert not save_rule(connection, replace(RULE, version=2, actor="bob"))

        assert [rule.actor for rule in load_rules(connection)] == ["ada"]


def test_a_rule_can_be_forgotten_once(database: Database) -> None:
    with database.write() as connection:
        save_rule(connection, RULE)

        assert remove_rule(connection, "HighCpu")
        assert not remove_rule(connection, "HighCpu")
        assert load_rules(connection) == []
