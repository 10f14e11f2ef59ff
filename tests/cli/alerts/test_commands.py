"""``alerts …`` against a real application: what fires is listed, acknowledged, resolved and silenced."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome, Run
    from tests.cli.served import Served


@pytest.fixture
def alerts(run: Run, served: Served) -> Callable[..., Outcome]:
    """Give a function that runs a command of the group against the application."""

    def call(*words: str) -> Outcome:
        return run("alerts", *words, "--url", served.url)

    return call


def table(outcome: Outcome) -> list[list[str]]:
    assert outcome.exit_code == 0, outcome.output
    return [line.split() for line in outcome.stdout.splitlines()[1:]]


def as_json(outcome: Outcome) -> Any:
    assert outcome.exit_code == 0, outcome.output
    return json.loads(outcome.stdout)


def test_what_fires_is_listed_first(alerts: Callable[..., Outcome]) -> None:
    rows = table(alerts("list"))

    assert [row[:2] for row in rows] == [
        ["firing", "ShopDown"],
        ["firing", "SlowRoute"],
        ["firing", "SlowRoute"],
        ["pending", "NotYet"],
    ]
    assert rows[0][-3:] == ["severity=critical,", "team=shop", "-"]


def test_a_state_can_be_chosen_and_none_is_said(alerts: Callable[..., Outcome]) -> None:
    assert [row[1] for row in table(alerts("list", "--state", "pending"))] == ["NotYet"]
    none = alerts("list", "--state", "inactive")
    assert (none.exit_code, none.stdout, none.stderr) == (0, "", "no alerts\n")


def test_matchers_choose_and_a_word_is_the_name_of_a_rule(alerts: Callable[..., Outcome]) -> None:
    assert [row[1] for row in table(alerts("list", "SlowRoute", 'route=~"/p.*"'))] == ["SlowRoute"]
    assert [row[1] for row in table(alerts("list", "severity!=warning"))] == ["ShopDown", "NotYet"]
    assert alerts("list", "severity=~(").exit_code == 2


def test_json_holds_what_the_api_says(alerts: Callable[..., Outcome], served: Served) -> None:
    assert as_json(alerts("list", "--json")) == served.call("GET", "/alerts")["alerts"]


def test_an_alert_is_acknowledged_by_the_name_of_its_rule(
    alerts: Callable[..., Outcome], served: Served
) -> None:
    outcome = alerts("ack", "ShopDown", "--by", "kim", "--comment", "on it", "--for", "2h")

    assert outcome.stdout == "acknowledged ShopDown severity=critical, team=shop\n"
    assert table(alerts("list"))[0][-2:] == ["ack", "kim"]
    shown = alerts("show", "ShopDown").stdout
    assert "acknowledged by kim for 2h: on it" in shown
    assert "told to         web" in shown


def test_an_acknowledgement_is_taken_back(alerts: Callable[..., Outcome]) -> None:
    alerts("ack", "ShopDown", "--by", "kim")

    outcome = alerts("unack", "ShopDown", "--by", "lee")

    assert outcome.stdout == "no longer acknowledged ShopDown severity=critical, team=shop\n"
    assert table(alerts("list"))[0][-1] == "-"
    newest = table(alerts("audit"))[0]
    assert newest[2:5] == ["lee", "(token)", "alert.acknowledged.withdrawn"]


def test_what_was_changed_is_json_where_asked(alerts: Callable[..., Outcome]) -> None:
    acked = as_json(alerts("ack", "ShopDown", "--json", "--by", "kim"))
    unacked = as_json(alerts("unack", "ShopDown", "--json"))
    silence = as_json(alerts("silence", "ShopDown", "-c", "x", "--json"))
    ended = as_json(alerts("unsilence", silence["id"], "--json"))

    assert [one["by"] for one in acked] == ["kim"]
    assert [one["acknowledged"] for one in unacked] == [None]
    assert [(one["id"], one["state"]) for one in ended] == [(silence["id"], "expired")]


def test_the_beginning_of_a_fingerprint_is_enough(alerts: Callable[..., Outcome], served: Served) -> None:
    (pay,) = [one for one in as_json(alerts("list", "--json")) if one["labels"].get("route") == "/pay"]

    outcome = alerts("ack", pay["fingerprint"][:6])

    assert outcome.stdout == "acknowledged SlowRoute route=/pay, severity=warning\n"


@pytest.mark.parametrize("word", ["Nobody", "f", "NotYet"])
def test_what_means_no_firing_alert_is_refused_with_those_that_do(
    alerts: Callable[..., Outcome], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = alerts("ack", word)

    assert outcome.exit_code == 1
    assert f"'{word}': no alert is called that now: expected" in outcome.error
    assert "ShopDown, SlowRoute" in outcome.error


def test_an_alert_is_called_over_by_hand(alerts: Callable[..., Outcome]) -> None:
    outcome = alerts("resolve", "SlowRoute", "--comment", "rolled back", "--by", "kim")

    assert outcome.stdout.splitlines() == [
        "resolved SlowRoute route=/cart, severity=warning",
        "resolved SlowRoute route=/pay, severity=warning",
    ]
    assert "resolved by     kim for 1h: rolled back" in alerts("show", "SlowRoute").stdout


@pytest.mark.parametrize("name", ["ack", "resolve"])
def test_a_duration_that_is_none_is_refused_before_anything_is_asked(run: Run, name: str) -> None:
    outcome = run("alerts", name, "A", "--for", "2 h", "--url", "http://127.0.0.1:9")

    assert outcome.exit_code == 2
    assert "--for" in outcome.output


def test_a_silence_is_tried_made_listed_and_ended(alerts: Callable[..., Outcome]) -> None:
    tried = alerts("silence", "SlowRoute", "route=/cart", "--preview")
    assert [row[0] for row in table(tried)] == ["SlowRoute"]
    assert alerts("silences").stderr == "no silences\n"

    made = alerts("silence", "SlowRoute", "route=/cart", "--for", "2h", "-c", "known", "--by", "kim")

    silence_id = made.stdout.strip()
    row = [silence_id, "active", "in", "2h", 'alertname="SlowRoute"', 'route="/cart"', "kim", "known"]
    assert table(alerts("silences")) == [row]
    silenced = [one[-1] for one in table(alerts("list", "--state", "firing"))]
    assert silenced.count("silenced") == 1
    assert f"kim, ends in 2h: known ({silence_id})" in alerts("show", "SlowRoute").stdout
    assert alerts("unsilence", silence_id[:8], silence_id).stdout == f"ended {silence_id}\n"
    assert alerts("silences").stderr == "no silences\n"
    assert silence_id in alerts("silences", "--state", "expired").stdout


def test_a_silence_without_a_reason_or_of_nothing_is_refused(alerts: Callable[..., Outcome]) -> None:
    without_reason = alerts("silence", "SlowRoute")
    bad_matcher = alerts("silence", "route=~(", "-c", "x")
    bad_time = alerts("silence", "SlowRoute", "-c", "x", "--for", "2 hours")

    assert (without_reason.exit_code, bad_matcher.exit_code, bad_time.exit_code) == (2, 2, 2)
    assert "expected why" in without_reason.output


def test_a_silence_of_everything_is_refused_in_the_words_of_the_application(
    alerts: Callable[..., Outcome],
) -> None:
    outcome = alerts("silence", "route=~.*", "-c", "x")

    assert outcome.exit_code == 1
    assert "expected a matcher that does not match the empty value" in outcome.error


def test_a_silence_that_is_not_there_is_refused(alerts: Callable[..., Outcome]) -> None:
    outcome = alerts("unsilence", "abc")

    assert outcome.exit_code == 1
    assert "'abc': no silence that is active or pending begins so" in outcome.error


def test_the_history_tells_what_fires_and_can_be_narrowed(alerts: Callable[..., Outcome]) -> None:
    every, one = table(alerts("history")), table(alerts("history", "--rule", "ShopDown"))

    assert sorted(row[3] if row[3].isalpha() else row[4] for row in every) == [
        "ShopDown",
        "SlowRoute",
        "SlowRoute",
    ]
    assert len(one) == 1
    past = alerts("history", "--end", "2020-01-01T00:00:00Z")
    assert past.stderr == "nothing fired in 1d\n"


def test_a_wrong_token_is_said_with_the_setting(
    alerts: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_MONITORING_API__TOKEN", "wrong")

    outcome = alerts("list")

    assert outcome.exit_code == 1
    assert "refuses the token: expected the value of the setting api.token" in outcome.error
