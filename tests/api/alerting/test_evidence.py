"""What backs an alert up, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.api.alerting.instance import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.alerting.instance import Instance


def test_the_value_stands_beside_its_threshold(instance: Instance) -> None:
    """P20."""
    body = instance.get(f"/alerts/{instance.fingerprint('TooManyOrders')}/evidence")

    assert (body["value"], body["threshold"], body["peak"]) == ("3", "above 2", "3")
    assert (body["watched"]["op"], body["watched"]["bound"], body["watched"]["unit"]) == (">", 2.0, "")


def test_the_list_says_the_same_of_the_value_as_one_alert(instance: Instance) -> None:
    listed = {one["rule"]: one for one in instance.get("/alerts")["alerts"]}
    evidence = instance.get(f"/alerts/{instance.fingerprint('Watched')}/evidence")

    assert (listed["Watched"]["unit"], listed["Watched"]["threshold"]) == ("1", "above 50%")
    assert (evidence["watched"]["unit"], evidence["threshold"]) == ("1", "above 50%")
    assert (listed["TooManyOrders"]["unit"], listed["TooManyOrders"]["threshold"]) == ("", "above 2")


def test_what_is_watched_can_be_asked_for_the_series_of_the_alert(instance: Instance) -> None:
    body = instance.get(f"/alerts/{instance.fingerprint('TooManyOrders')}/evidence")

    expr = body["watched"]["expr"]
    assert expr.startswith("orders_total{")
    assert 'job="shop"' in expr
    assert [value for _labels, value in instance.rig.ask(expr)] == [3.0]


def test_how_often_it_fired_counts_the_present_time(instance: Instance) -> None:
    body = instance.get(f"/alerts/{instance.fingerprint('TooManyOrders')}/evidence")

    assert (body["recentCount"], body["weekCount"]) == (1, 1)


def test_an_alert_that_is_only_pending_has_evidence_too(instance: Instance) -> None:
    body = instance.get(f"/alerts/{instance.fingerprint('Patient')}/evidence")

    assert body["threshold"] == "above 2"


def test_an_alert_of_the_past_is_told_by_the_last_time_that_it_fired(instance: Instance) -> None:
    fingerprint = instance.fingerprint("Informed")
    instance.analysis.rules.set_mode("Informed", "disabled", actor="kim")
    instance.rig.pass_time(60)
    instance.analysis.trim(instance.clock.now_ms())
    instance.analysis.rules.set_mode("Informed", "enabled", actor="kim")
    assert all(one["rule"] != "Informed" for one in instance.get("/alerts")["alerts"])

    body = instance.get(f"/alerts/{fingerprint}/evidence")

    assert body["threshold"] == "above 2"
    assert body["weekCount"] == 1


def test_an_alert_whose_rule_has_gone_has_no_evidence_but_is_known(instance: Instance) -> None:
    fingerprint = instance.fingerprint("Informed")
    instance.analysis.rules.set_mode("Informed", "disabled", actor="kim")
    instance.rig.pass_time(60)
    instance.analysis.trim(instance.clock.now_ms())
    instance.clock.advance(60)

    body = instance.get(f"/alerts/{fingerprint}/evidence")

    assert (body["watched"], body["value"], body["traces"]) == (None, "", [])


def test_an_unknown_alert_is_named(instance: Instance) -> None:
    fields, detail = refused(instance.ask("GET", "/alerts/0123456789abcdef/evidence"), 404)

    assert fields == ["path.fingerprint"]
    assert "0123456789abcdef" in detail


def test_rules_say_whether_they_are_only_observed(make: Callable[..., Instance]) -> None:
    made = make()
    made.fire()
    made.analysis.rules.set_mode("TooManyOrders", "observe", actor="kim")
    made.rig.pass_time(15)

    modes = {one["name"]: one["mode"] for group in made.get("/rules")["groups"] for one in group["rules"]}

    assert (modes["TooManyOrders"], modes["Watched"], modes["Informed"]) == ("observe", "observe", "enabled")
