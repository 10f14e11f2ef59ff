"""Whole reports over made-up days."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.history import Episode
from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.summary.desk import ReportsDesk
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock
from tests.reports.made_up import END_MS, Shop, gauge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.promql.result import Result
    from otel_monitoring.reports.summary.model import Figure, Report, Section
    from otel_monitoring.reports.summary.period import Period

HOUR_MS = 3_600_000
DISK = gauge(
    "system_filesystem_utilization_ratio",
    system_filesystem_mountpoint="/data",
    system_filesystem_state="used",
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Shop(gauges={DISK: 0.83}).engine()


@pytest.fixture(scope="module")
def report(engine: Engine) -> Report:
    return ReportsDesk(engine, FakeClock(END_MS), service="shop").report("daily")


def section(report: Report, name: str) -> Section:
    return next(one for one in report.sections if one.name == name)


def figure(report: Report, name: str, label: str) -> Figure:
    return next(one for one in section(report, name).figures if one.label == label)


def test_what_was_served_is_counted_against_the_day_before(report: Report) -> None:
    served = figure(report, "traffic", "Requests")

    assert served.value == pytest.approx(3.2 * 86_400, rel=0.01)
    assert served.before == pytest.approx(served.value, rel=0.01)


def test_failures_are_found_at_their_endpoint(report: Report) -> None:
    failed = figure(report, "errors", "Failed requests (5xx)")
    (table,) = section(report, "errors").tables

    assert failed.value == pytest.approx(0.08 * 0.2 * 86_400, rel=0.02)
    assert failed.verdict == "bad"
    assert table.rows[0][0] == "POST /pay"
    assert table.rows[0][2] == pytest.approx(0.08, rel=0.02)


def test_the_slowest_endpoint_is_first(report: Report) -> None:
    (table,) = section(report, "endpoints").tables

    assert [row[0] for row in table.rows] == ["GET /search", "POST /pay", "GET /cart"]
    assert table.rows[0][2] == pytest.approx(0.4, rel=0.1)


def test_the_fullest_is_first_in_capacity(report: Report) -> None:
    (table,) = section(report, "capacity").tables

    assert table.rows[0] == ("Disk /data", *[pytest.approx(0.83)] * 4)


def test_connections_are_a_share_of_all_that_may_be_opened() -> None:
    pool = {"db_client_connection_pool_name": "shop"}
    gauges = {
        gauge("db_client_connection_count", **pool, db_client_connection_state="used"): 5.0,
        gauge("db_client_connection_max", **pool): 10.0,
    }
    desk = ReportsDesk(Shop(gauges=gauges).engine(), FakeClock(END_MS), service="shop")

    rows = section(desk.report("daily"), "capacity").tables[0].rows

    name, mean, *_ = rows[0]
    assert (name, mean) == ("Connections shop", 0.5)


def test_without_anything_counted_each_section_says_so() -> None:
    found = ReportsDesk(Engine(SeriesStore()), FakeClock(END_MS)).report("daily")

    assert [one.name for one in found.sections] == ["traffic", "errors", "latency", "endpoints", "capacity"]
    assert all(one.notes[0].startswith("No data, because no ") for one in found.sections)


def test_a_question_that_cannot_be_answered_is_told() -> None:
    def refuse(_expr: str, _start_ms: int, _end_ms: int | None = None, _step_ms: int | None = None) -> Result:
        msg = "too many samples"
        raise QueryError(msg)

    found = ReportsDesk(refuse, FakeClock(END_MS)).report("daily")

    assert all("too many samples" in one.notes[0] for one in found.sections)


class Broken:
    name = "slos"

    def section(self, period: Period) -> Section | None:
        raise ZeroDivisionError(period)


class Silent:
    name = "trends"

    def section(self, _period: Period) -> Section | None:
        return None


def test_a_source_that_fails_takes_nothing_else_along(engine: Engine) -> None:
    found = ReportsDesk(engine, FakeClock(END_MS), sources=[Broken(), Silent()]).report("daily")

    names = [one.name for one in found.sections]
    assert names == ["traffic", "errors", "latency", "endpoints", "slos", "capacity"]
    assert "failed" in section(found, "slos").notes[0]


def episodes() -> list[Episode]:
    return [
        Episode(Labels.of(alertname="Slow"), END_MS - 5 * HOUR_MS, 1.0, {}, END_MS - 4 * HOUR_MS),
        Episode(Labels.of(alertname="Slow"), END_MS - 9 * HOUR_MS, 1.0, {}, END_MS - 6 * HOUR_MS),
        Episode(Labels.of(alertname="Full", mount="/"), END_MS - 30 * HOUR_MS, 1.0),
    ]


def asked(since_ms: int, until_ms: int) -> Sequence[Episode]:
    return [one for one in episodes() if one.overlaps(since_ms, until_ms)]


def test_alerts_are_told_with_the_time_to_resolve(engine: Engine) -> None:
    found = ReportsDesk(engine, FakeClock(END_MS), episodes=asked).report("daily")

    assert figure(found, "alerts", "Alerts that began").value == 2
    assert figure(found, "alerts", "Alerts that began").before == 1
    assert figure(found, "alerts", "Time to resolve, median").value == 2 * 3600
    assert figure(found, "alerts", "Still firing at the end").value == 1
    by_rule, longest = section(found, "alerts").tables
    assert by_rule.rows[0][:3] == ("Slow", "", 2.0)
    assert longest.rows[0][0] == "Full"
    assert longest.rows[0][2:] == (86_400.0, "firing", "mount=/")


def test_an_alert_that_ended_after_the_period_fired_to_its_end(engine: Engine) -> None:
    found = ReportsDesk(engine, FakeClock(END_MS), episodes=asked).report(
        "daily", end_ms=END_MS - 8 * HOUR_MS
    )

    assert figure(found, "alerts", "Still firing at the end").value == 2
    assert figure(found, "alerts", "Time to resolve, median").value is None


@pytest.mark.parametrize("value", [0.0, 1e300, 1.7e308, math.inf, math.nan, -1e300])
@pytest.mark.parametrize("grows", [False, True])
def test_odd_values_are_an_answer(value: float, *, grows: bool) -> None:
    store = SeriesStore(retention_s=200_000, interval_s=300)
    labels = [
        Labels.of({"__name__": f"http_server_request_duration_seconds{one}", "le": le, "http_route": route})
        for one in ("_count", "_sum", "_bucket")
        for le in ("1", "+Inf")
        for route in ("/a", "/b")
    ]
    labels = [*labels, DISK]
    for step in reversed(range(600)):
        now = value * (600 - step) / 600 if grows else value
        store.append(Batch("self", END_MS - step * 300_000, labels, [now] * len(labels)))

    found = ReportsDesk(Engine(store), FakeClock(END_MS)).kept("daily", end_ms=END_MS)

    assert "Capacity" in found.html
    assert "failed; the log" not in found.html
