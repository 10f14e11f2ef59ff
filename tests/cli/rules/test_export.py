"""``rules export``: what a running application evaluates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.promql.language.parse import parse
from tests.cli.served import TOKEN, Served, serving

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
