"""Checks that run in the background (P16)."""

from __future__ import annotations

import threading

import pytest

from otel_monitoring.health.check import Health
from otel_monitoring.health.registry import HealthError, HealthRegistry
from otel_monitoring.health.report import CheckResult, overall
from otel_monitoring.testing import FakeClock


def result(status: str | None, *, critical: bool) -> CheckResult:
    return CheckResult("x", status, "", critical, None, None, 0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ([], "healthy"),
        ([result(None, critical=True)], "healthy"),
        ([result("healthy", critical=True), result("degraded", critical=True)], "degraded"),
        ([result("unhealthy", critical=False)], "degraded"),
        ([result("unhealthy", critical=False), result("unhealthy", critical=True)], "unhealthy"),
    ],
)
def test_only_critical_checks_make_the_whole_unhealthy(results: list[CheckResult], status: str) -> None:
    """P16."""
    assert overall(results) == status


def test_a_report_shows_what_was_found_before_and_runs_nothing() -> None:
    """P16."""
    clock = FakeClock(1_700_000_000_000)
    registry = HealthRegistry(clock=clock)
    runs: list[int] = []
    registry.register("db", lambda: runs.append(1) or Health("degraded", "slow"), critical=True)  # type: ignore[func-returns-value]

    before = registry.report()
    registry.run_due()
    assert registry.wait(10)
    after = registry.report()

    assert (before.status, before.checks[0].status) == ("healthy", None)
    assert (after.status, after.checks[0].status, after.checks[0].message) == ("degraded", "degraded", "slow")
    assert after.checks[0].checked_at_ms == 1_700_000_000_000
    assert runs == [1]
    assert registry.stats() == {"db": 1}


def test_a_check_runs_again_after_its_interval_and_keeps_the_time_of_the_change() -> None:
    clock = FakeClock(0)
    registry = HealthRegistry(clock=clock)
    answers = [Health(), Health(), Health("unhealthy", "gone")]
    registry.register("db", lambda: answers.pop(0), interval_s=15)
    seen = []
    for _ in range(5):
        registry.run_due()
        assert registry.wait(10)
        (check,) = registry.report().checks
        seen.append((check.status, check.checked_at_ms, check.changed_at_ms))
        clock.advance(10)

    assert seen == [
        ("healthy", 0, 0),
        ("healthy", 0, 0),
        ("healthy", 20_000, 0),
        ("healthy", 20_000, 0),
        ("unhealthy", 40_000, 40_000),
    ]


def test_a_check_that_raises_is_unhealthy_and_says_nothing_of_the_error() -> None:
    registry = HealthRegistry(clock=FakeClock())

    def fail() -> Health:
        msg = "password=hunter2"
        raise ValueError(msg)

    registry.register("db", fail, critical=True)
    registry.run_due()
    assert registry.wait(10)

    report = registry.report()
    assert (report.status, report.checks[0].message) == ("unhealthy", "the check failed, see the log")


def test_a_check_that_hangs_is_unhealthy_and_stops_no_other() -> None:
    clock = FakeClock()
    registry = HealthRegistry(clock=clock)
    release, entered, ran = threading.Event(), threading.Event(), threading.Semaphore(0)

    def hang() -> Health:
        entered.set()
        release.wait(10)
        return Health()

    def note() -> Health:
        ran.release()
        return Health()

    registry.register("hangs", hang, timeout_s=2, interval_s=1)
    registry.register("works", note, interval_s=1)
    registry.run_due()
    assert entered.wait(10)
    assert ran.acquire(timeout=10)
    clock.advance(3)
    again = any(registry.run_due() or ran.acquire(timeout=0.01) for _ in range(1000))  # type: ignore[func-returns-value]
    during = registry.report()
    release.set()
    assert registry.wait(10)

    assert again
    assert [(one.name, one.status, one.message) for one in during.checks][:1] == [
        ("hangs", "unhealthy", "no answer within 2 s")
    ]
    assert registry.report().checks[0].message == "no answer within 2 s"


def test_a_child_process_begins_anew() -> None:
    registry = HealthRegistry(clock=FakeClock())
    release, entered = threading.Event(), threading.Event()

    def hang() -> Health:
        entered.set()
        release.wait(10)
        return Health("unhealthy")

    registry.register("db", hang)
    registry.run_due()
    assert entered.wait(10)

    registry.after_fork()
    release.set()

    assert registry.wait(0)
    assert registry.report().checks[0].status is None


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("", {}, "health check '': expected a name that is not empty and not taken"),
        ("db", {}, "health check 'db': expected a name that is not empty and not taken"),
        ("x", {"timeout_s": 0}, "health check 'x', timeout_s 0, interval_s 15: expected times above 0"),
    ],
)
def test_bad_terms_are_refused(name: str, options: dict[str, float], message: str) -> None:
    registry = HealthRegistry(clock=FakeClock())
    registry.register("db", Health)

    with pytest.raises(HealthError, match=f"^{message}$"):
        registry.register(name, Health, **options)  # type: ignore[arg-type]


def test_a_check_can_be_removed() -> None:
    registry = HealthRegistry(clock=FakeClock())
    registry.register("db", Health)

    registry.unregister("db")
    registry.unregister("db")

    assert registry.report().checks == ()


def test_where_no_thread_can_be_made_the_check_stays_due(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = HealthRegistry(clock=FakeClock())
    registry.register("db", Health)

    def refuse(_: threading.Thread) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            registry.run_due()
    registry.run_due()

    assert registry.wait(10)
    assert registry.report().checks[0].status == "healthy"
