"""``rules list``, ``mode``, ``reload`` and ``export``: the rules of a running application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.promql.language.parse import parse
from tests.cli.served import TOKEN, Served, serving
from tests.integration.servers import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run an application."""
    with serving(tmp_path_factory.mktemp("application")) as found:
        yield found


@pytest.mark.parametrize("place", ["", "/monitoring"])
def test_it_prints_a_rule_file_of_everything(run: Run, served: Served, place: str) -> None:
    outcome = run("rules", "export", "--url", f"{served.url}{place}", "--token", TOKEN)

    assert outcome.exit_code == 0
    (group,) = parse_rules(outcome.stdout, source="exported", check_expr=parse).groups
    assert [rule.name for rule in group.rules] == ["ShopDown", "SlowRoute", "NotYet"]


def test_without_a_token_the_setting_is_named(run: Run, served: Served) -> None:
    outcome = run("rules", "export", "--url", served.url)

    assert outcome.exit_code == 1
    assert "asks for a token: expected the value of the setting api.token" in outcome.error


def test_rules_are_listed_with_how_they_do(run: Run, served: Served) -> None:
    outcome = run("rules", "list", "--url", served.url, "--token", TOKEN)

    assert [line.split() for line in outcome.stdout.splitlines()] == [
        ["STATE", "RULE", "ALERTS", "FOR", "GROUP", "NOTES"],
        ["firing", "ShopDown", "1", "0s", "shop", "-"],
        ["firing", "SlowRoute", "2", "0s", "shop", "-"],
        ["pending", "NotYet", "1", "1h", "shop", "-"],
    ]
    failing = run("rules", "list", "--failing", "--url", served.url, "--token", TOKEN)
    assert (failing.exit_code, failing.stdout, failing.stderr) == (0, "", "no rules\n")


def test_a_rule_that_is_off_is_listed_to_be_switched_on(run: Run, served: Served) -> None:
    where = ("--url", served.url, "--token", TOKEN)

    run("rules", "mode", "NotYet", "disabled", "--by", "kim", *where)
    outcome = run("rules", "list", *where)
    run("rules", "mode", "NotYet", "enabled", "--by", "kim", *where)

    assert [line.split() for line in outcome.stdout.splitlines() if "NotYet" in line] == [
        ["off", "NotYet", "-", "-", "-", "`rules", "mode`", "switches", "it", "on"]
    ]


def test_a_rule_is_observed_and_switched_back(run: Run, served: Served) -> None:
    where = ("--url", served.url, "--token", TOKEN)

    observed = run("rules", "mode", "NotYet", "observe", "--by", "kim", *where)

    assert observed.stdout == "NotYet is observed\n"
    newest = served.call("GET", "/audit")["actions"][0]
    assert (newest["actor"], newest["after"]) == ("kim (token)", {"mode": "observe"})
    eventually(lambda: "observed only" in run("rules", "list", *where).stdout, what="the mode")
    assert run("rules", "mode", "NotYet", "enabled", *where).stdout == "NotYet is enabled\n"
    unknown = run("rules", "mode", "Nope", "disabled", *where)
    assert unknown.exit_code == 1
    assert "rule 'Nope' does not exist: expected one of NotYet, ShopDown, SlowRoute" in unknown.error
    assert run("rules", "mode", "NotYet", "off", *where).exit_code == 2


def test_rule_files_are_read_anew(run: Run, served: Served) -> None:
    outcome = run("rules", "reload", "--url", served.url, "--token", TOKEN)

    assert (outcome.exit_code, outcome.stdout) == (0, "3 rules in 1 groups\n")
