"""``notify …`` against a real application: receivers are listed and tried, deliveries are told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome, Run
    from tests.cli.served import Served


@pytest.fixture
def notify(run: Run, served: Served) -> Callable[..., Outcome]:
    """Give a function that runs a command of the group against the application."""

    def call(*words: str) -> Outcome:
        return run("notify", *words, "--url", served.url)

    return call


def test_receivers_are_listed_without_secrets(notify: Callable[..., Outcome]) -> None:
    outcome = notify("receivers")

    rows = [line.split() for line in outcome.stdout.splitlines()]
    assert rows[0] == ["RECEIVER", "CHANNEL", "TO", "MESSAGES"]
    assert [row[:2] for row in rows[1:]] == [["web", "webhook[0]"], ["dead", "webhook[0]"]]
    assert "geheim" not in outcome.output


def test_a_test_message_arrives(notify: Callable[..., Outcome], served: Served) -> None:
    outcome = notify("test", "web", "--by", "kim")

    assert outcome.exit_code == 0
    assert outcome.stdout.splitlines()[1].split() == ["webhook[0]", "delivered", "-"]
    assert b"MonitoringTest" in served.received[-1]


def test_a_receiver_that_cannot_be_reached_leaves_with_one(notify: Callable[..., Outcome]) -> None:
    outcome = notify("test", "dead")

    assert outcome.exit_code == 1
    assert "failed" in outcome.stdout
    assert "Connection refused" in outcome.stdout
    assert "geheim" not in outcome.output


def test_with_several_receivers_one_has_to_be_named(notify: Callable[..., Outcome]) -> None:
    several, unknown = notify("test"), notify("test", "nobody")

    assert (several.exit_code, unknown.exit_code) == (1, 1)
    assert "there are 2 receivers with channels: expected one of web, dead" in several.error
    assert "nobody" in unknown.error


def test_deliveries_say_how_messages_ended(notify: Callable[..., Outcome]) -> None:
    notify("test", "dead")

    failed = json.loads(notify("deliveries", "--receiver", "dead", "--json").stdout)
    told = notify("deliveries", "--outcome", "delivered").stdout

    assert failed[0]["outcome"] == "failed"
    assert "ShopDown firing" in told
    assert notify("deliveries", "--receiver", "nobody").exit_code == 1
