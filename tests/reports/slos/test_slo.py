"""Service levels stated in Python."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.errors import RuleError
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.reports.slos.indicator import Looks, Ratio, slices
from otel_monitoring.reports.slos.slo import SLO, availability, latency, ratio

MINUTE_MS = 60_000


def test_availability_counts_server_errors_of_a_route() -> None:
    found = availability(route="/pay", method="POST")

    assert (
        found.total
        == 'http_server_request_duration_seconds_count{http_route="/pay",http_request_method="POST"}'
    )
    assert found.bad.endswith('http_request_method="POST",http_response_status_code=~"5.."}')


def test_latency_counts_the_bucket_of_its_threshold() -> None:
    assert latency(threshold_s=0.25).good == 'http_server_request_duration_seconds_bucket{le="0.25"}'


def test_a_whole_threshold_is_found_however_it_is_written() -> None:
    assert latency(threshold_s=1).good.endswith('{le=~"1(\\\\.0)?"}')


def test_a_threshold_between_two_buckets_is_refused_with_the_bounds() -> None:
    with pytest.raises(
        RuleError, match=r"threshold_s is 0.3: expected a bound .*: 0.005, .*, 0.25, 0.5, .*10$"
    ):
        latency(threshold_s=0.3)


def test_own_buckets_have_own_bounds() -> None:
    assert latency(threshold_s=0.3, metric="work_seconds", bounds_s=(0.3, 1)).total == "work_seconds_count"


def test_selectors_become_rates_over_any_window() -> None:
    found = ratio(total="sum by (route) (requests_total)", bad='requests_total{code="500"}')

    assert found.events(5 * MINUTE_MS) == "sum by (route) (rate(requests_total[5m]))"
    assert 'sum(rate(requests_total{code="500"}[1h]))' in found.errors(60 * MINUTE_MS, events="T")


def test_a_placeholder_stands_for_the_window() -> None:
    found = ratio(total="sum(rate(a_total[{{.window}}]))", good="sum(rate(b_total[{{ .window }}]))")

    assert found.events(MINUTE_MS) == "sum(rate(a_total[1m]))"


def test_counts_are_brought_to_a_second() -> None:
    found = ratio(total="sum(increase(a_total[{{.window}}]))", bad="sum(increase(b_total[{{.window}}]))")

    assert found.events(MINUTE_MS) == "(sum(increase(a_total[1m]))) / 60"


def test_gauges_of_events_are_added_up() -> None:
    found = Ratio(total="jobs", bad="jobs_failed", kind="gauge")

    assert found.events(MINUTE_MS) == "(sum(sum_over_time(jobs[1m]))) / 60"


def test_slices_of_time_are_good_where_enough_events_are() -> None:
    found = slices(ratio(total="a_total", bad="b_total"), target=0.95, slice_ms=MINUTE_MS)

    parse(found.bad())
    assert (found.value, found.every_ms, found.op) == (0.95, MINUTE_MS, "gte")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"total": "a_total"}, "expected one of the two"),
        ({"total": "a_total", "bad": "b", "good": "c"}, "expected one of the two"),
        ({"total": "rate(a_total[5m])", "bad": "b"}, "total is 'rate.*expected a selector of a counter"),
        ({"total": "a_total", "bad": "b_total{"}, "bad is 'b_total{'"),
        ({"total": "a_total[5m]", "bad": "b"}, "total is"),
        ({"total": "rate(a[{{.window}}]", "bad": "b"}, "total is"),
    ],
)
def test_queries_that_cannot_be_used_are_named(given: dict[str, Any], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        ratio(**given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "a b"}, "name is 'a b': expected letters"),
        ({"target": 1}, "target is 1: expected a share above 0 and below 1"),
        ({"target": "0.9"}, "target is '0.9'"),
        ({"sli": "up"}, "sli is 'up'"),
        ({"window": "1d"}, "window is '1d': expected 7d to 366d, or month"),
        ({"window": "soon"}, "'soon' is not a valid duration"),
        ({"min_events": -1}, "min_events is -1"),
        ({"labels": {"slo": "x"}}, "labels has 'slo'"),
        ({"labels": {"a-b": "x"}}, "labels has 'a-b'"),
        ({"time_zone": "Mars/North"}, "time_zone is 'Mars/North'"),
        ({"absent_after": "x"}, "'x' is not a valid duration"),
    ],
)
def test_fields_that_cannot_be_used_are_named(given: dict[str, Any], told: str) -> None:
    fields = {"name": "checkout", "target": 0.999, "sli": availability(), **given}

    with pytest.raises(RuleError, match=told):
        SLO(**fields)


def test_looks_need_fewer_than_events() -> None:
    events = SLO(name="a", target=0.9, sli=availability())
    looks = SLO(name="b", target=0.9, sli=Looks("up", "gte", 1))

    assert (events.least_events, looks.least_events) == (20, 5)


def test_calendar_months_have_the_alerts_of_thirty_days() -> None:
    months = SLO(name="a", target=0.9, sli=availability(), window="month")

    assert months.levels == SLO(name="b", target=0.9, sli=availability()).levels
