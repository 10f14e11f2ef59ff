"""Checks that run in the background (P16)."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from otel_monitoring.health.check import Health, HealthError, Pace
from otel_monitoring.health.metrics import duration_rows, ready_rows, status_rows
from otel_monitoring.health.registry import HealthRegistry
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


def test_a_check_runs_again_after_its_interval_and_keeps_the_time_of_the_change() -> None:
    clock = FakeClock(0)
    registry = HealthRegistry(clock=clock, scatter=lambda: 0.5)
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
    assert (report.status, report.checks[0].message) == ("unhealthy", "the check raised ValueError")


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
        ("", {}, "health check '': expected a name of 1 to 100 characters, none of them /"),
        ("a/b", {}, "health check 'a/b': expected a name of 1 to 100 characters, none of them /"),
        ("db", {}, "health check 'db': expected a name that is not taken"),
        ("x", {"timeout_s": 0}, "health check 'x', timeout_s 0: expected a time above 0"),
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


def serving(clock: FakeClock, **terms: Any) -> HealthRegistry:
    """Return a registry that has started, without scatter."""
    return HealthRegistry(clock=clock, scatter=lambda: 0.5, **terms)


def test_a_function_is_registered_by_a_decorator_and_stays_what_it_is() -> None:
    registry = serving(FakeClock())

    @registry.check("orders-db", critical=True, interval_s=10)
    def orders() -> bool:
        return False

    @registry.check("pay")
    async def pay() -> bool:
        return True

    registry.start()
    assert registry.wait(10)

    assert orders() is False
    assert [(one.name, one.status) for one in registry.report().checks] == [
        ("orders-db", "unhealthy"),
        ("pay", "healthy"),
    ]
    registry.stop(10)


def test_it_is_ready_once_it_serves_and_every_critical_check_has_said_so() -> None:
    registry = serving(FakeClock())
    gate = threading.Event()
    registry.register("db", lambda: gate.wait(10), critical=True)
    seen = [registry.readiness().reasons]

    registry.start()
    seen.append(registry.readiness().reasons)
    gate.set()
    assert registry.wait(10)
    seen.append(registry.readiness().reasons)
    registry.drain()
    seen.append(registry.readiness().reasons)

    assert seen == [
        ("the application is starting", "db has no result yet"),
        ("db has no result yet",),
        (),
        ("the application is draining",),
    ]


def test_a_check_that_is_removed_is_no_longer_against_it() -> None:
    registry = serving(FakeClock())
    registry.start()
    registry.register("db", Health, critical=True)
    before = registry.readiness().is_ready

    registry.unregister("db")

    assert (before, registry.readiness().is_ready) == (False, True)


def test_it_takes_failures_in_a_row_to_be_down() -> None:
    clock = FakeClock()
    registry = serving(clock, pace=Pace(interval_s=10, failures=2))
    answers = [True, False, False, True]
    registry.register("db", lambda: answers.pop(0), critical=True)
    registry.start()
    seen = []
    for _ in range(4):
        registry.run_due()
        assert registry.wait(10)
        seen.append((registry.report().status, registry.readiness().is_ready))
        clock.advance(10)

    assert seen == [("healthy", True), ("healthy", True), ("unhealthy", False), ("healthy", True)]


def test_a_check_that_hangs_fails_once_for_each_run_that_is_left_out() -> None:
    """It is not run again, and counted as if it were."""
    clock = FakeClock()
    registry = serving(clock)
    release, runs, entered = threading.Event(), [], threading.Event()

    def hang() -> None:
        runs.append(1)
        entered.set()
        release.wait(10)

    registry.register("db", hang, timeout_s=2, interval_s=10)
    registry.start()
    assert entered.wait(10)
    failures = []
    for second in (1, 2.5, 3, 9, 12.6, 13, 22.7):
        clock.advance(second - (clock.monotonic_s() - 1000))
        registry.run_due()
        failures.append(registry.report().checks[0].failures)
    release.set()
    assert registry.wait(10)

    assert failures == [0, 1, 1, 1, 2, 2, 3]
    assert len(runs) == 1
    assert registry.report().checks[0].failures == 3


@pytest.mark.parametrize(("scattered", "interval_s"), [(0.0, 9), (0.5, 10), (1.0, 11)])
def test_processes_do_not_check_in_step(scattered: float, interval_s: float) -> None:
    clock = FakeClock()
    registry = HealthRegistry(clock=clock, scatter=lambda: scattered)
    runs: list[int] = []
    registry.register("db", lambda: runs.append(1), interval_s=10)
    counts = []
    for step_s in (0, interval_s - 0.01, 0.02):
        clock.advance(step_s)
        registry.run_due()
        assert registry.wait(10)
        counts.append(len(runs))

    assert counts == [1, 1, 2]


def test_a_check_is_run_on_demand_and_never_twice_at_a_time() -> None:
    registry = serving(FakeClock())
    release, runs = threading.Event(), threading.Semaphore(0)

    def slow() -> None:
        runs.release()
        release.wait(10)

    registry.register("db", slow)
    asked = [registry.run("db"), registry.run("db"), registry.run("other")]
    release.set()
    assert registry.run("db", wait_s=10) is True

    assert asked == [False, False, None]
    assert runs.acquire(timeout=10)
    assert not runs.acquire(blocking=False)


def test_a_check_takes_the_place_of_another_when_it_says_so() -> None:
    registry = serving(FakeClock())
    registry.register("db", lambda: False)
    registry.register("db", lambda: True, replace=True)

    registry.run("db", wait_s=10)

    assert registry.report().checks[0].status == "healthy"


def test_there_are_no_more_checks_than_threads_may_hang() -> None:
    registry = serving(FakeClock())
    for number in range(100):
        registry.register(f"check {number}", Health)

    with pytest.raises(HealthError, match=r"^health check 'one more': expected at most 100 checks"):
        registry.register("one more", Health)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_check_that_ends_its_thread_is_unhealthy() -> None:
    registry = serving(FakeClock())

    def leave() -> None:
        raise SystemExit

    registry.register("leaving", leave)
    registry.run("leaving", wait_s=10)
    for thread in threading.enumerate():
        if thread.name == "otel-monitoring-health-leaving":
            thread.join(10)

    assert registry.report().checks[0].message == "the check ended its thread"


def test_asynchronous_checks_end_with_it_and_go_on_when_it_starts_again() -> None:
    clock = FakeClock()
    registry = serving(clock)
    begun = threading.Semaphore(0)

    async def wait() -> None:
        begun.release()
        await asyncio.Event().wait()

    registry.register("db", wait, timeout_s=30, interval_s=1)
    registry.start()
    assert begun.acquire(timeout=10)
    registry.stop(10)
    assert registry.wait(10)
    stopped = registry.report().checks[0].status
    clock.advance(2)
    registry.start()

    assert begun.acquire(timeout=10)
    assert stopped is None  # that it was stopped says nothing about the database
    registry.stop(10)


def test_a_child_process_knows_nothing_of_what_its_parent_found_out() -> None:
    registry = serving(FakeClock())
    registry.register("db", lambda: True, critical=True)
    registry.start()
    assert registry.wait(10)
    before = registry.readiness().is_ready

    registry.after_fork()

    assert before
    assert registry.report().checks[0].checked_at_ms is None
    assert registry.readiness().reasons == ("the application is starting", "db has no result yet")


def test_its_metrics_say_what_checks_found() -> None:
    registry = serving(FakeClock())
    registry.register("a", lambda: True, critical=True)
    registry.register("b", lambda: Health("degraded"))
    registry.register("c", lambda: False)
    registry.start()
    assert registry.wait(10)
    registry.register("d", lambda: True)

    assert list(status_rows(registry)) == [
        (1, {"check": "a", "critical": "true"}),
        (0.5, {"check": "b", "critical": "false"}),
        (0, {"check": "c", "critical": "false"}),
    ]
    assert [labels["check"] for _, labels in duration_rows(registry)] == ["a", "b", "c"]
    assert list(ready_rows(registry)) == [(1, {})]


def test_a_check_can_be_left_out_by_its_name() -> None:
    registry = serving(FakeClock(), left_out=["db"])

    registry.register("db", lambda: False, critical=True)
    registry.start()

    assert registry.report().checks == ()
    assert registry.readiness().is_ready
