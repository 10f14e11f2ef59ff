"""The health score: what it is made of, and what has no say."""

from __future__ import annotations

import pytest

from otel_monitoring.alerts.history import Episode
from otel_monitoring.health.check import Health
from otel_monitoring.health.registry import HealthRegistry
from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.insights.score import (
    ERRORS,
    AlertsPart,
    ChecksPart,
    ScoreDesk,
    ScorePart,
    asked_parts,
    read_off,
    whole,
)
from otel_monitoring.testing import FakeClock
from tests.reports.insights.scenes import engine, histogram
from tests.reports.made_up import END_MS

SERVER = "http_server_request_duration_seconds"
OK = 'http_response_status_code="200"'
FAILED = {f'{SERVER}_count{{http_response_status_code="500"}}': "0+100x24"}


def desk(series: dict[str, str]) -> ScoreDesk:
    return ScoreDesk(FakeClock(END_MS), sources=asked_parts(engine(series)))


def part(name: str, score: float, weight: float = 10) -> ScorePart:
    return ScorePart(name, score, weight, 0.0, "", "")


def test_without_data_there_is_no_score() -> None:
    found = desk({}).score()

    assert (found.score, found.status, found.parts) == (None, "unknown", ())


def test_what_does_well_is_healthy() -> None:
    found = desk(histogram(SERVER, OK, 100, seconds=0.05, le="0.1")).score()

    assert (found.score, found.status) == (100.0, "healthy")
    assert {one.name for one in found.parts} == {"availability", "latency"}


def test_half_of_all_requests_failing_is_not_made_up_for() -> None:
    found = desk(
        {
            **histogram(SERVER, OK, 100, seconds=0.05, le="0.1"),
            **FAILED,
            "otel_monitoring_cpu_utilization_ratio": "0.1x24",
        }
    ).score()

    assert found.status != "healthy"
    assert found.score == 50.0
    assert found.parts[0].name == "availability"
    assert found.parts[0].why == "50% of the requests of the last 15 minutes failed."


def test_the_fullest_of_all_counts() -> None:
    found = desk(
        {
            "otel_monitoring_cpu_utilization_ratio": "0.1x3",
            'system_filesystem_utilization_ratio{system_filesystem_mountpoint="/"}': "0.95x3",
        }
    ).score()

    assert [one.name for one in found.parts] == ["saturation"]
    assert found.parts[0].score == pytest.approx(20)
    assert found.parts[0].why == "The disk is at 95% of what there is."


def test_a_pool_that_may_open_more_connections_is_not_full() -> None:
    """What it has opened by now is all in use, yet it is at most twice as much."""
    pool = 'db_client_connection_pool_name="shop"'
    found = desk(
        {
            f'db_client_connection_count{{{pool},db_client_connection_state="used"}}': "5x3",
            f"db_client_connection_max{{{pool}}}": "10x3",
        }
    ).score()

    assert found.parts[0].score == pytest.approx(100)
    assert found.parts[0].why == "The connection pool is at 50% of what there is."


def test_few_requests_say_nothing() -> None:
    assert desk(histogram(SERVER, OK, 1, seconds=3, le="5")).score().score is None


def test_parts_count_by_their_weight() -> None:
    assert whole([part("a", 70, 30), part("b", 100, 10)], at_ms=0).score == 77.5


def test_the_whole_is_at_most_fifty_above_the_worst() -> None:
    found = whole([part("a", 0, 1), part("b", 100, 99)], at_ms=0)

    assert (found.score, found.status) == (50.0, "degraded")


@pytest.mark.parametrize(("value", "score"), [(-1, 100), (0, 100), (0.03, 45), (0.2, 0), (1e300, 0)])
def test_scores_are_read_off_a_line(value: float, score: float) -> None:
    assert read_off(ERRORS, value) == pytest.approx(score)


def test_alerts_take_by_their_severity() -> None:
    firing = [
        Episode(Labels.of(alertname=name, severity=severity), 1, 1.0)
        for name, severity in (("B", "info"), ("B", "info"), ("A", "warning"), ("C", "other"))
    ]
    over = Episode(Labels.of(alertname="D", severity="critical"), 1, 1.0, {}, 2)

    found = AlertsPart(lambda _since_ms, _until_ms: [*firing, over]).part(5)

    assert (found.score, found.why) == (50.0, "4 alerts fire: A, C, B.")
    assert AlertsPart(lambda _since_ms, _until_ms: []).part(5).score == 100.0


@pytest.mark.parametrize(
    ("status", "is_critical", "score"),
    [("healthy", True, 100), ("degraded", False, 70), ("unhealthy", False, 30), ("unhealthy", True, 0)],
)
def test_the_worst_check_counts(status: str, score: float, *, is_critical: bool) -> None:
    registry = HealthRegistry(clock=FakeClock())
    registry.register("database", lambda: Health(status), critical=is_critical)  # type: ignore[arg-type]
    registry.register("fine", Health)
    registry.run_due()
    registry.wait(5)

    found = ChecksPart(registry.report).part(0)

    assert found is not None
    assert found.score == score
    assert ("database" in found.why) == (status != "healthy")


def test_without_checks_there_is_no_part() -> None:
    assert ChecksPart(lambda: None).part(0) is None


def test_checks_that_have_not_run_have_no_say() -> None:
    registry = HealthRegistry(clock=FakeClock())
    registry.register("database", Health)

    assert ChecksPart(registry.report).part(0) is None


class Slos:
    name = "slos"

    def part(self, _now_ms: int) -> ScorePart | None:
        return part("slos", 10)


class Broken:
    name = "broken"

    def part(self, now_ms: int) -> ScorePart | None:
        raise ZeroDivisionError(now_ms)


def test_others_add_parts_and_one_that_fails_has_no_say() -> None:
    found = desk({})
    found.add(Slos())
    found.add(Broken())

    assert [one.name for one in found.score().parts] == ["slos"]
