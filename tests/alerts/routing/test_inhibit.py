"""Alerts that make others not worth telling."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.alerts.routing.config import InhibitRule
from otel_monitoring.alerts.routing.groups import Held
from otel_monitoring.alerts.routing.inhibit import Inhibitor
from otel_monitoring.alerts.routing.matcher import condition, parse_matchers
from otel_monitoring.model.labels import Labels
from tests.alerts.routing.desk import alert

RULE = InhibitRule(
    source=parse_matchers("severity=page"), target=parse_matchers("severity=~info|warning"), equal=("team",)
)


def inhibitor(*sources: Held, rule: InhibitRule = RULE) -> Inhibitor:
    found = Inhibitor((rule,), lambda held: not held.is_resolved(0.0))
    for one in sources:
        found.see(one)
    return found


def held(*, resolved: bool = False, expires_s: float = 10.0, **labels: str) -> Held:
    return Held(replace(alert(resolved=resolved), labels=target(**labels)), expires_s=expires_s)


def target(**labels: str) -> Labels:
    return Labels.of(labels, alertname="A")


def test_a_firing_source_mutes_targets_with_the_same_labels() -> None:
    """S9.9."""
    page = held(severity="page", team="web")
    rule = inhibitor(page)

    assert rule.inhibits(target(severity="info", team="web")) == page.alert.labels
    assert rule.inhibits(target(severity="info", team="db")) is None
    assert rule.inhibits(target(severity="none", team="web")) is None


def test_labels_that_both_lack_are_the_same() -> None:
    """S9.9."""
    rule = inhibitor(held(severity="page"))

    assert rule.inhibits(target(severity="info")) is not None
    assert rule.inhibits(target(severity="info", team="web")) is None


def test_a_source_that_is_over_mutes_nothing() -> None:
    """S9.9: resolved, or not sent again."""
    page = held(severity="page")
    rule = inhibitor(page)
    rule.see(held(severity="page", resolved=True))
    lapsed = inhibitor(held(severity="page", expires_s=0.0))

    assert rule.inhibits(target(severity="info")) is None
    assert lapsed.inhibits(target(severity="info")) is None


def test_a_source_that_is_forgotten_leaves_the_other_ones() -> None:
    one, other = held(severity="page", job="a"), held(severity="page", job="b")
    rule = inhibitor(one, other)

    rule.forget(one)
    assert rule.inhibits(target(severity="info")) == other.alert.labels
    rule.forget(other)
    rule.forget(other)
    assert rule.inhibits(target(severity="info")) is None


def test_an_alert_does_not_inhibit_itself() -> None:
    """S9.9."""
    both = InhibitRule(source=parse_matchers("team=web"), target=parse_matchers("team=web"))
    page = held(team="web")

    assert inhibitor(page, rule=both).inhibits(page.alert.labels) is None


LABELS = st.fixed_dictionaries({}, optional={name: st.sampled_from("xy") for name in ("a", "b", "c")})
MATCHERS = st.sampled_from(["a=x", "a=y", "b=x", 'b!=""', "a=~x|y", 'c=""', ""])


@given(
    sources=MATCHERS,
    targets=MATCHERS,
    equal=st.sampled_from([(), ("c",), ("b", "c")]),
    alerts=st.lists(LABELS, max_size=4),
    one=LABELS,
)
def test_is_what_the_clause_says(
    sources: str,
    targets: str,
    equal: tuple[str, ...],
    alerts: list[dict[str, str]],
    one: dict[str, str],
) -> None:
    """S9.9, word by word."""
    rule = InhibitRule(source=parse_matchers(sources), target=parse_matchers(targets), equal=equal)
    is_source, is_target = condition(rule.source), condition(rule.target)
    muted = target(**one)
    firing = [Held(replace(alert(), labels=target(**labels)), expires_s=10.0) for labels in alerts]

    expected = is_target(muted) and any(
        is_source(other)
        and all(other.get(name) == muted.get(name) for name in equal)
        and not (is_source(muted) and is_target(other))
        for other in (each.alert.labels for each in firing)
    )

    assert (inhibitor(*firing, rule=rule).inhibits(muted) is not None) is expected
