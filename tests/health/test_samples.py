"""Which results of checks are kept."""

from __future__ import annotations

from typing import Any

from otel_monitoring.health.report import CheckResult, HealthReport
from otel_monitoring.health.samples import HealthSamples
from otel_monitoring.model.record import Record

MINUTE_MS = 60_000


def report(status: str | None, *, at_ms: int, since_ms: int | None = None, **more: Any) -> HealthReport:
    fields: dict[str, Any] = {"name": "db", "message": "", "is_critical": True, "latency_s": 0.25, **more}
    changed_at_ms = at_ms if since_ms is None else since_ms
    result = CheckResult(status=status, checked_at_ms=at_ms, changed_at_ms=changed_at_ms, **fields)  # type: ignore[arg-type]
    return HealthReport("healthy", (result,), at_ms)


def test_a_first_result_is_kept() -> None:
    [found] = HealthSamples().of(report("degraded", at_ms=5, message="slow"))

    said = {"status": "degraded", "previous": None, "message": "slow", "critical": True}
    assert found == Record("health", 5, "db", said, severity=13, value=0.25)


def test_a_check_without_a_result_is_left_out() -> None:
    result = CheckResult("db", None, "", True, None, None, 0.0)

    assert HealthSamples().of(HealthReport("healthy", (result,), 5)) == []


def test_each_change_is_kept_with_what_was_before() -> None:
    samples = HealthSamples()

    found = [
        record
        for at_ms, status in enumerate(("healthy", "unhealthy", "unhealthy", "healthy"), 1)
        for record in samples.of(report(status, at_ms=at_ms, since_ms=min(at_ms, 2) if at_ms < 4 else 4))
    ]

    assert [(one.time_ms, one.document["previous"], one.document["status"]) for one in found] == [
        (1, None, "healthy"),
        (2, "healthy", "unhealthy"),
        (4, "unhealthy", "healthy"),
    ]


def test_what_stays_the_same_is_kept_now_and_then() -> None:
    samples = HealthSamples(every_s=900)

    found = [
        record
        for minute in range(31)
        for record in samples.of(report("healthy", at_ms=minute * MINUTE_MS, since_ms=0))
    ]

    assert [one.time_ms // MINUTE_MS for one in found] == [0, 15, 30]


def test_a_change_that_came_and_went_between_two_looks_is_kept() -> None:
    samples = HealthSamples()
    samples.of(report("healthy", at_ms=1))

    assert len(samples.of(report("healthy", at_ms=9, since_ms=8))) == 1


def test_a_clock_that_was_set_back_does_not_end_it() -> None:
    samples = HealthSamples(every_s=900)
    samples.of(report("healthy", at_ms=100 * MINUTE_MS, since_ms=0))

    assert len(samples.of(report("healthy", at_ms=10 * MINUTE_MS, since_ms=0))) == 1


def test_a_check_that_was_removed_begins_anew() -> None:
    samples = HealthSamples()
    samples.of(report("healthy", at_ms=1, since_ms=1))
    samples.of(HealthReport("healthy", (), 2))

    assert len(samples.of(report("healthy", at_ms=3, since_ms=1))) == 1


def test_what_a_check_says_is_redacted() -> None:
    samples = HealthSamples(redact=lambda text: text.replace("hunter2", "***"))

    [found] = samples.of(report("unhealthy", at_ms=1, message="login hunter2 failed"))

    assert found.document["message"] == "login *** failed"
