"""What messages say and offer besides their alerts, wired from settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.bootstrap.messages.backing import page_url
from otel_monitoring.model.alert import Notice
from otel_monitoring.notify.message import message_of
from otel_monitoring.settings import Settings
from tests.bootstrap.test_analysis import Rig

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from otel_monitoring.notify.message import Message

RULES = """
groups:
  - name: shop
    rules:
      - {alert: TooManyOrders, expr: orders_total > 2, labels: {severity: critical}}
"""


@pytest.fixture
def fired(fresh_process: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Rig]:
    """An instance with an alert that has fired for a minute."""
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)

    def make(**settings: Any) -> Rig:
        alerts = {"rule_files": [str(rules)], "default_rules": False, **settings.pop("alerts", {})}
        made = Rig(service_name="shop", alerts=alerts, **settings)
        made.counter.add(3)
        made.pass_time(60)
        made.counter.add(5)
        made.pass_time(60)
        return made

    return make


def message_from(made: Rig) -> Message:
    """Return what is told of all alerts of an instance."""
    alerts = tuple(made.analysis.telling.dispatcher.alerts())
    notice = Notice("k", "ops", "{}", alerts[0].labels, alerts)
    return message_of(notice, backing=made.analysis.backing.backing()).completed()


@pytest.fixture
def told(fired: Callable[..., Rig]) -> Callable[..., Message]:
    """What a message says of an alert that has fired for a minute."""

    def tell(**settings: Any) -> Message:
        made = fired(**settings)
        message = message_from(made)
        made.analysis.stop(5)
        return message

    return tell


def test_a_message_tells_the_value_its_course_and_how_often(told: Callable[..., Message]) -> None:
    """P20."""
    evidence = told().alerts[0].evidence

    assert evidence is not None
    assert (evidence.value_text, evidence.threshold_text, evidence.peak_text) == ("8", "above 2", "8")
    assert (evidence.recent_count, evidence.week_count) == (1, 1)
    assert evidence.curve is not None
    assert {3.0, 8.0} <= set(evidence.curve.values)


def test_how_often_it_fired_is_known_with_external_labels_too(told: Callable[..., Message]) -> None:
    evidence = told(alerts={"external_labels": {"env": "prod"}}).alerts[0].evidence

    assert evidence is not None
    assert evidence.recent_count == 1
    assert evidence.curve is not None


def test_whoever_looks_at_pages_takes_nothing_from_what_messages_may_ask(fired: Callable[..., Rig]) -> None:
    made = fired()
    (alert, *_) = made.analysis.telling.dispatcher.alerts()
    shown = made.analysis.backing.shown()

    seen = [shown.evidence(alert) for _ in range(200)]

    evidence = message_from(made).alerts[0].evidence
    made.analysis.stop(5)
    assert seen[0] is not None
    assert seen[0].curve is not None
    assert seen[-1] is not None
    assert seen[-1].curve is None  # their own allowance is used up
    assert evidence is not None
    assert evidence.curve is not None


def test_there_are_links_where_the_pages_can_be_reached(told: Callable[..., Message]) -> None:
    links = told(alerts={"external_url": "https://shop.example"}).alerts[0].links

    assert links.acknowledge.startswith("https://shop.example/monitoring/act?token=")
    assert links.silence.startswith("https://shop.example/monitoring/act?token=")


def test_there_are_no_links_where_nobody_could_open_them(told: Callable[..., Message]) -> None:
    links = told().alerts[0].links

    assert (links.acknowledge, links.silence) == ("", "")


def test_an_alert_says_where_its_expression_can_be_looked_at(told: Callable[..., Message]) -> None:
    """S8.2."""
    inside = told().alerts[0].generator_url
    outside = told(alerts={"external_url": "https://shop.example"}).alerts[0].generator_url

    assert inside == ""
    address = "https://shop.example/monitoring/prometheus/graph?g0.expr=orders_total+%3E+2&g0.tab=1"
    assert outside == address


@pytest.mark.parametrize(
    ("external", "api", "expected"),
    [
        ("", {}, ""),
        ("https://shop.example", {"enabled": False}, ""),
        ("https://shop.example/", {}, "https://shop.example/monitoring/act"),
        ("https://shop.example/monitoring", {}, "https://shop.example/monitoring/act"),
        ("https://shop.example/shop", {"prefix": "/ops"}, "https://shop.example/shop/ops/act"),
    ],
)
def test_the_page_of_links_lies_below_the_address_from_outside(
    external: str, api: dict[str, Any], expected: str
) -> None:
    settings = Settings.model_validate({"alerts": {"external_url": external}, "api": api})

    assert page_url(settings) == expected


def test_a_link_of_a_message_acknowledges_its_alert_in_the_zone_of_its_receiver(
    fired: Callable[..., Rig],
) -> None:
    """P20."""
    made = fired(
        alerts={"external_url": "https://shop.example"},
        notify={"timezone": "Europe/Berlin", "timezones": {"default": "Asia/Tokyo"}},
    )
    token = message_from(made).alerts[0].links.acknowledge.partition("=")[2]
    deeds = made.analysis.backing.deeds()
    assert deeds is not None

    asked = deeds.ask(token)
    done, again = (deeds.act(token, lasting="", name="Ada") for _ in range(2))

    assert "CET" in asked.subjects[0].detail
    assert (asked.mood, done.mood, again.mood) == ("ask", "done", "late")
    ((word,), (action,)) = made.analysis.telling.acknowledged.all(), made.analysis.audit.newest(10)
    assert (word.actor, action.name, action.actor) == ("link/ops", "alert.acknowledged", "link/ops")
    made.analysis.stop(5)


def test_a_child_process_reads_the_links_of_its_parent(fired: Callable[..., Rig]) -> None:
    made = fired(alerts={"external_url": "https://shop.example"})
    token = message_from(made).alerts[0].links.silence.partition("=")[2]
    deeds = made.analysis.backing.deeds()
    assert deeds is not None

    made.analysis.backing.after_fork()

    assert deeds.ask(token).button == "Silence"
    made.analysis.stop(5)


def test_without_an_address_from_outside_there_is_no_page(fired: Callable[..., Rig]) -> None:
    made = fired()

    assert made.analysis.backing.deeds() is None
    made.analysis.stop(5)
