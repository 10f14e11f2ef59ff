"""Rules from Python, from the one call to the alert."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring import AlertRule, setup_telemetry
from otel_monitoring.bootstrap.setup import running
from otel_monitoring.errors import RuleError

if TYPE_CHECKING:
    from otel_monitoring import Monitoring

pytestmark = pytest.mark.usefixtures("fresh_process")

QUIET: dict[str, Any] = {
    "system": {"enabled": False},
    "instrumentation": {"libraries": False, "threads": False},
}
HOT = AlertRule(name="Hot", metric="temperature", operator=">", threshold=30)


def names_that_run(monitoring: Monitoring) -> set[str]:
    return {line.strip() for line in monitoring.rules.export().splitlines() if "alert:" in line}


def test_rules_of_the_call_are_evaluated_beside_the_built_in_ones() -> None:
    monitoring = setup_telemetry(rules=[HOT], **QUIET)

    assert {"- alert: Hot", "- alert: HighCpu"} <= names_that_run(monitoring)


def test_a_rule_of_the_call_takes_the_place_of_a_built_in_one() -> None:
    own = AlertRule(name="HighCpu", metric="temperature", operator=">", threshold=30)

    monitoring = setup_telemetry(rules=[own], **QUIET)

    text = monitoring.rules.export()
    assert text.count("alert: HighCpu") == 1
    assert "temperature" in text[text.index("alert: HighCpu") :]


def test_a_rule_put_later_runs_too_and_one_switched_off_does_not() -> None:
    monitoring = setup_telemetry(rules=[HOT], **QUIET)

    monitoring.rules.put(AlertRule(name="Cold", metric="temperature", operator="<", threshold=0))
    monitoring.rules.set_mode("Hot", "disabled")

    assert "- alert: Cold" in names_that_run(monitoring)
    assert "- alert: Hot" not in names_that_run(monitoring)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (["Hot"], "rule is 'Hot': expected an AlertRule"),
        ([HOT, HOT], "rule 'Hot' is there twice"),
    ],
)
def test_bad_rules_raise_at_once_and_nothing_runs(rules: Any, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        setup_telemetry(rules=rules, **QUIET)

    assert running() is None


def test_a_second_call_with_the_same_rules_says_nothing_and_with_others_names_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    setup_telemetry(rules=[HOT], **QUIET)
    setup_telemetry(rules=[HOT], **QUIET)
    assert "called again" not in caplog.text

    setup_telemetry(rules=[HOT, AlertRule(name="New", metric="a", operator=">", threshold=1)], **QUIET)

    assert "other rules, which are not used: New; monitoring.rules.put(rule) adds one" in caplog.text


def test_an_instance_that_is_switched_off_takes_rules_and_evaluates_none() -> None:
    monitoring = setup_telemetry(enabled=False, rules=[HOT])

    assert monitoring.rules.put(HOT) is True


def test_without_alerts_no_rule_is_evaluated() -> None:
    monitoring = setup_telemetry(rules=[HOT], alerts={"enabled": False}, **QUIET)

    monitoring.rules.put(AlertRule(name="Cold", metric="temperature", operator="<", threshold=0))
    monitoring.collect()
    monitoring.tick(round(time.time() * 1000))

    found = running()
    assert found is not None
    assert monitoring.rules.names() == {"Hot", "Cold"}
