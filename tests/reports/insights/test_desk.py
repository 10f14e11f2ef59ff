"""What is found is ranked, told once, and told again where it has changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.history import Episode
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.insights.alerts import NoisyAlerts
from otel_monitoring.reports.insights.desk import InsightsDesk
from otel_monitoring.reports.insights.insight import Evidence, Insight, recommended
from otel_monitoring.reports.insights.memory import Memory
from otel_monitoring.reports.insights.rule import InsightRule, Ramp
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR_S = 3600
LOAD = InsightRule(
    name="Load",
    expr="load > 1",
    sentence="{{ $labels.host }} carries {{ $value }}, of {{ $labels.cpus }}",
    advice="add a host",
    values={"cpus": "max(cpus)"},
    effect=Ramp(0, 10),
)


class Shop:
    """A desk, and the series that it looks at."""

    def __init__(self, *rules: InsightRule) -> None:
        self.clock = FakeClock()
        self.store = SeriesStore(retention_s=10 * HOUR_S, interval_s=60)
        self.desk = InsightsDesk(Engine(self.store), self.clock, rules=lambda: rules or (LOAD,))

    def load(self, **hosts: float) -> list[Insight]:
        """Let a quarter of an hour pass, and look."""
        self.clock.advance(HOUR_S / 4)
        labels = [Labels.of(__name__="load", host=host) for host in hosts]
        values = [*hosts.values(), 4.0]
        self.store.append(Batch("self", self.clock.now_ms(), [*labels, Labels.of(__name__="cpus")], values))
        return self.desk.insights()

    def told(self, **hosts: float) -> list[str]:
        self.load(**hosts)
        return [one.sentence for one in self.desk.news()]


def test_the_largest_effect_is_first() -> None:
    found = Shop().load(a=2, b=7, c=0.5)

    assert [(one.labels.get("host"), one.effect) for one in found] == [("b", 0.7), ("a", 0.2)]


def test_a_sentence_has_its_evidence() -> None:
    shop = Shop()

    (found,) = shop.load(a=2)

    assert found.sentence == "a carries 2, of 4.0"
    assert found.evidence == Evidence("load > 1", 2.0, {"cpus": 4.0}, HOUR_S, shop.clock.now_ms())
    assert found.since_ms == shop.clock.now_ms()


def test_nobody_hears_the_same_from_hour_to_hour() -> None:
    shop = Shop()

    assert len(shop.told(a=4)) == 1
    assert [shop.told(a=4 + 0.1 * at) for at in range(8)] == [[]] * 8


def test_what_has_changed_by_a_quarter_is_told_again() -> None:
    shop = Shop()
    shop.told(a=4)

    assert shop.told(a=4.9) == []
    assert shop.told(a=5) == ["a carries 5, of 4.0"]
    assert shop.told(a=5) == []


def test_what_came_back_is_told_again_and_began_anew() -> None:
    shop = Shop()
    shop.told(a=4)
    for _ in range(5):
        shop.load()

    (found,) = shop.load(a=4)

    assert found.is_new
    assert found.since_ms == shop.clock.now_ms()


def test_what_was_away_for_a_moment_is_not_told_again() -> None:
    shop = Shop()
    shop.told(a=4)
    began_ms = shop.clock.now_ms()
    shop.load()

    (found,) = shop.load(a=4)

    assert not found.is_new
    assert found.since_ms == began_ms


def test_another_process_knows_what_was_told() -> None:
    shop, heir = Shop(), Memory()
    shop.told(a=4)

    heir.restore(shop.desk.memory.state())

    assert [one.is_new for one in heir.seen(shop.desk.insights(), shop.clock.now_ms())] == [False]


def test_a_rule_that_cannot_be_asked_is_told_and_stops_no_other() -> None:
    shop = Shop(InsightRule(name="Broken", expr="nonsense(", sentence="x"), LOAD)

    assert len(shop.load(a=4)) == 1
    assert list(shop.desk.problems()) == ["Broken"]


class SourceFake:
    name = "trends"

    def __init__(self, found: Sequence[Insight] | None) -> None:
        self._found = found

    def insights(self, now_ms: int) -> Sequence[Insight]:
        if self._found is None:
            raise ZeroDivisionError(now_ms)
        return self._found


def test_other_desks_find_insights_as_well() -> None:
    shop = Shop()
    shop.desk.add(SourceFake([Insight("Trend", Labels.of(), "it grows", effect=0.9)]))

    assert [one.rule for one in shop.load(a=4)] == ["Trend", "Load"]


def test_a_source_that_fails_stops_nothing() -> None:
    shop = Shop()
    shop.desk.add(SourceFake(None))

    assert [one.rule for one in shop.load(a=4)] == ["Load"]
    assert shop.desk.problems() == {"trends": "failed; the log says more"}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_no_insight(value: float) -> None:
    rule = InsightRule(name="Any", expr="load", sentence="{{ $value }}")

    assert Shop(rule).load(a=value) == []


def test_a_minimum_and_an_effect_are_asked_for_the_same_labels() -> None:
    rule = InsightRule(
        name="Any", expr="load", sentence="x", minimum='load{host=~"a|b"} > 1', effect="load / 10", most=1
    )

    assert [(one.labels.get("host"), one.effect) for one in Shop(rule).load(a=2, b=5, c=9)] == [("b", 0.5)]


def test_what_to_do_is_said_once_with_all_that_asks_for_it() -> None:
    found = recommended(Shop().load(a=2, b=7))

    assert [(one.advice, one.effect, len(one.because)) for one in found] == [("add a host", 0.7, 2)]


def episodes(lasted_s: float, count: int = 6, marks: tuple[str, ...] = ()) -> list[Episode]:
    return [
        Episode(Labels.of(alertname="Slow"), at * 1000, 1.0, {}, at * 1000 + round(lasted_s * 1000), marks)
        for at in range(count)
    ]


def test_an_alert_that_is_over_by_itself_again_and_again_is_noise() -> None:
    found = NoisyAlerts(lambda _since_ms, _until_ms: episodes(120)).insights(10**6)

    assert "Slow fired 6 times in a day and resolved by itself each time, after 2 min" in found[0].sentence


@pytest.mark.parametrize(
    "found", [episodes(120, count=4), episodes(3600), episodes(120, marks=("acknowledged",))]
)
def test_rare_long_and_tended_alerts_are_no_noise(found: list[Episode]) -> None:
    assert NoisyAlerts(lambda _since_ms, _until_ms: found).insights(10**6) == []
