"""What backs an alert up."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.bootstrap.messages.allowance import Allowance
from otel_monitoring.bootstrap.messages.evidence import Gatherer, Sources
from otel_monitoring.model.alert import SentAlert
from otel_monitoring.model.evidence import Watched
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.stores.exemplars import Exemplar, ExemplarStore
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW_MS = 1_700_000_000_000
MINUTE_MS = 60_000
RULES = """
groups:
- name: shop
  rules:
  - record: job:load:max
    expr: max by (job) (load_seconds)
  - alert: Slow
    expr: load_seconds > 2
    labels: {severity: warning, route: rewritten}
  - alert: Slow
    expr: load_seconds > 4
    labels: {severity: critical, route: rewritten}
  - {alert: Recorded, expr: "job:load:max > 2"}
  - {alert: Idle, expr: load_seconds < 5}
  - {alert: Missing, expr: absent(nothing)}
  - {alert: Latency, expr: 'histogram_quantile(0.9, sum by (le, job) (rate(h_seconds_bucket[5m]))) > 1'}
  - {alert: Failing, expr: "load_seconds > on () nothing(1)"}
"""


def groups_of(text: str) -> Any:
    return parse_rules(text, source="rules.yml", check_expr=lambda _: None).groups


class Bench:
    """An hour of one series at 1 s a minute until it rises to 7 s and comes back to 3 s."""

    def __init__(self, **sources: Any) -> None:
        self.clock = FakeClock(NOW_MS)
        self.store = SeriesStore(retention_s=7200, interval_s=60, max_series=100, max_bytes=1 << 24)
        self.exemplars = ExemplarStore()
        for minute in range(60, -1, -1):
            value = {2: 7.0, 1: 5.0, 0: 3.0}.get(minute, 1.0)
            labels = [Labels.of(__name__="load_seconds", job=job, route="/a") for job in ("shop", "other")]
            self.store.append(Batch("a", NOW_MS - minute * MINUTE_MS, labels, [value, 100.0]))
        engine = Engine(self.store, clock=self.clock)
        made: dict[str, Any] = {
            "external_labels": ["env"],
            "query": engine.tuned(timeout_s=2),
            "exemplars": self.exemplars,
        }
        self.gather = Gatherer(
            Sources(rules=partial(groups_of, RULES), parse=parse, **{**made, **sources}), clock=self.clock
        )


def alert_of(name: str = "Slow", **labels: str) -> SentAlert:
    return SentAlert(
        labels=Labels.of({"alertname": name, "job": "shop", "env": "prod", **labels}),
        annotations={},
        value=7.0,
        starts_at_ms=NOW_MS - 2 * MINUTE_MS,
        ends_at_ms=NOW_MS + MINUTE_MS,
        is_resolved=False,
    )


SLOW = alert_of(severity="warning", route="rewritten")


def test_the_value_now_is_told_beside_the_bound_of_the_rule() -> None:
    """P20."""
    found = Bench().gather(SLOW)

    assert found is not None
    assert (found.value_text, found.threshold_text, found.peak_text) == ("3 s", "above 2 s", "7 s")


def test_the_rule_is_the_one_whose_labels_the_alert_has() -> None:
    found = Bench().gather(replace(SLOW, labels=alert_of(severity="critical", route="rewritten").labels))

    assert found is not None
    assert found.threshold_text == "above 4 s"


def test_the_curve_is_that_of_the_series_of_the_alert_over_the_last_hour() -> None:
    found = Bench().gather(SLOW)

    assert found is not None
    assert found.curve is not None
    assert found.curve.threshold == 2.0
    assert found.curve.times_ms[-1] == NOW_MS
    assert found.curve.times_ms[0] <= NOW_MS - 59 * MINUTE_MS
    assert len(found.curve.times_ms) <= 241
    assert {one for one in found.curve.values if one == one} == {1.0, 3.0, 5.0, 7.0}  # noqa: PLR0124 - no NaN


def test_only_the_series_of_the_alert_is_asked_for() -> None:
    asked: list[str] = []
    bench = Bench()
    engine = bench.gather._sources.query

    def ask(expr: str, *times_ms: int) -> Any:
        asked.append(expr)
        return engine(expr, *times_ms)

    found = Bench(query=ask).gather(SLOW)

    assert asked == ['load_seconds{job="shop"}']
    assert found is not None
    assert found.curve is not None


def test_what_is_watched_can_be_asked_for_the_alert_alone() -> None:
    found = Bench().gather(SLOW)

    assert found is not None
    assert found.watched == Watched('load_seconds{job="shop"}', ">", 2.0, "s")


def test_what_is_watched_costs_no_question() -> None:
    bench = Bench(query=lambda *_: pytest.fail("nothing is asked"))

    found = bench.gather.brief(SLOW)

    assert found is not None
    assert found.watched == Watched("load_seconds", ">", 2.0, "s")


def test_two_values_are_no_course() -> None:
    bench = Bench()
    bench.store.forget("a")
    for minute in (1, 0):
        labels = [Labels.of(__name__="load_seconds", job="shop", route="/a")]
        bench.store.append(Batch("b", NOW_MS - minute * 1000, labels, [7.0]))

    found = bench.gather(SLOW)

    assert found is not None
    assert (found.curve, found.value_text) == (None, "7 s")


def test_a_label_that_came_from_elsewhere_hides_no_curve() -> None:
    found = Bench(external_labels=()).gather(SLOW)

    assert found is not None
    assert found.curve is not None


def test_the_peak_of_what_must_not_be_low_is_its_lowest() -> None:
    found = Bench().gather(alert_of("Idle", route="/a"))

    assert found is not None
    assert (found.threshold_text, found.peak_text) == ("below 5 s", "3 s")


def test_what_is_resolved_is_told_by_its_last_value_that_was_too_much() -> None:
    over = replace(SLOW, is_resolved=True, ends_at_ms=NOW_MS - MINUTE_MS)

    found = Bench().gather(over)

    assert found is not None
    assert (found.value_text, found.peak_text) == ("7 s", "7 s")


def test_a_rule_that_compares_nothing_has_neither_bound_nor_curve() -> None:
    found = Bench().gather(alert_of("Missing"))

    assert found is not None
    assert (found.threshold_text, found.curve) == ("", None)


def test_an_alert_whose_rule_has_gone_is_told_without_evidence() -> None:
    assert Bench().gather(alert_of("Gone")) is None


def test_how_often_it_fired_is_counted_for_a_day_and_a_week() -> None:
    day_ms = 86_400_000

    def starts(_alert: SentAlert, since_ms: int) -> Sequence[int]:
        known = [NOW_MS - 8 * day_ms, NOW_MS - 3 * day_ms, NOW_MS - 3_600_000, NOW_MS]
        return [one for one in known if one >= since_ms]

    found = Bench(starts=starts).gather(SLOW)

    assert found is not None
    assert (found.recent_count, found.week_count) == (2, 3)


def put(bench: Bench, name: str, *, trace: str, value: float, minutes: int = 1, **labels: str) -> None:
    exemplar = Exemplar(Labels.of(trace_id=trace), value, NOW_MS - minutes * MINUTE_MS)
    bench.exemplars.put(Labels.of(labels, __name__=name), exemplar)


def test_traces_are_those_of_the_series_of_the_alert_the_slowest_first() -> None:
    """P20."""
    bench = Bench()
    put(bench, "h_seconds_bucket", trace="aa", value=1.5, job="shop", le="2.0", http_route="/x")
    put(bench, "h_seconds_bucket", trace="bb", value=9.0, job="shop", le="+Inf", http_route="/x")
    put(bench, "h_seconds_bucket", trace="cc", value=99.0, job="other", le="+Inf", http_route="/x")
    put(bench, "h_seconds_bucket", trace="dd", value=50.0, minutes=59, job="shop", le="+Inf", http_route="/y")

    found = bench.gather(alert_of("Latency"))

    assert found is not None
    assert found.traces == ("bb", "aa")


def test_traces_are_found_behind_a_recording_rule() -> None:
    bench = Bench()
    put(bench, "load_seconds", trace="ee", value=7.0, job="shop", route="/a")

    found = bench.gather(alert_of("Recorded"))

    assert found is not None
    assert found.traces == ("ee",)


def test_a_question_that_fails_leaves_its_part_out_and_is_counted() -> None:
    def fail(*_: object) -> Any:
        raise ValueError

    bench = Bench(starts=fail, related=fail, errors=lambda _: ["TimeoutError in pay()"])

    found = bench.gather(SLOW)

    assert found is not None
    assert (found.recent_count, found.related, found.errors) == (None, (), ("TimeoutError in pay()",))
    assert found.curve is not None
    assert bench.gather._guard.counts() == {"ValueError": 2}


def test_a_query_that_fails_leaves_the_curve_out() -> None:
    def fail(*_: object) -> Any:
        raise TimeoutError

    found = Bench(query=fail).gather(SLOW)

    assert found is not None
    assert (found.curve, found.value_text, found.threshold_text) == (None, "7 s", "above 2 s")


def test_in_a_storm_the_rest_goes_without_queries() -> None:
    asked: list[str] = []
    clock = FakeClock(NOW_MS)
    bench = Bench()
    sources = Sources(
        rules=partial(groups_of, RULES),
        parse=parse,
        query=bench.gather._sources.query,
        exemplars=bench.exemplars,
        errors=lambda alert: asked.append(alert.labels.get("job")) or (),  # type: ignore[func-returns-value]
    )
    gather = Gatherer(sources, clock=clock, allowance=Allowance(clock=clock, per_minute=2))

    found = [gather(SLOW) for _ in range(5)]
    clock.advance(30)
    later = gather(SLOW)

    assert len(asked) == 3
    assert [one.threshold_text if one else "" for one in found] == ["above 2 s"] * 5
    assert [bool(one and one.curve) for one in (*found, later)] == [True, True, False, False, False, True]


@pytest.mark.parametrize("labels", [{"job": "nowhere"}, {"job": "shop", "route": "/b"}])
def test_no_curve_is_shown_of_another_series(labels: dict[str, str]) -> None:
    found = Bench().gather(alert_of("Idle", **labels))

    assert found is not None
    assert found.curve is None
