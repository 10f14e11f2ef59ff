"""Metrics of the Python runtime."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.semconv._incubating.attributes import cpython_attributes
from opentelemetry.semconv._incubating.metrics import cpython_metrics

from otel_monitoring.errors import SettingsError
from otel_monitoring.guard import Guard
from otel_monitoring.instrument.runtime import METRICS, LoopLag, LoopMonitor, RuntimeMetrics
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class FakeLoop:
    """An event loop whose timers run when the test says so."""

    def __init__(self) -> None:
        self.ready: list[Callable[[], object]] = []
        self.delays_s: list[float] = []
        self.running = True

    def call_soon_threadsafe(self, callback: Callable[[], object]) -> None:
        self.ready.append(callback)

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> None:
        self.delays_s.append(delay_s)
        self.ready.append(callback)

    def is_running(self) -> bool:
        return self.running

    def run(self) -> None:
        """Run what is ready, once."""
        ready, self.ready = self.ready, []
        for callback in ready:
            callback()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def loop() -> Any:
    return FakeLoop()


def beat(clock: FakeClock, loop: FakeLoop, *late_s: float) -> None:
    """Let heartbeats of half a second run, each so many seconds late."""
    for each_s in late_s:
        clock.advance(0.5 + each_s)
        loop.run()


def attached(clock: FakeClock, loop: Any, **options: float) -> LoopMonitor:
    monitor = LoopMonitor(clock=clock, **options)
    monitor.attach(loop)
    loop.run()
    return monitor


def test_a_loop_in_time_has_no_lag(clock: FakeClock, loop: Any) -> None:
    monitor = attached(clock, loop)

    beat(clock, loop, 0.0, 0.0)

    assert monitor.lag() == LoopLag(last_s=0.0, max_s=0.0)
    assert loop.delays_s == [0.5, 0.5, 0.5]


def test_keeps_the_newest_and_the_worst_lag(clock: FakeClock, loop: Any) -> None:
    monitor = attached(clock, loop)

    beat(clock, loop, 0.25, 2.0, 0.125)

    assert monitor.lag() == LoopLag(last_s=0.125, max_s=2.0)


def test_any_number_of_readers_see_the_same(clock: FakeClock, loop: Any) -> None:
    monitor = attached(clock, loop)
    beat(clock, loop, 2.0)

    first, second = monitor.lag(), monitor.lag()

    assert first == second == LoopLag(last_s=2.0, max_s=2.0)


def test_a_loop_that_is_blocked_is_seen_while_it_is(clock: FakeClock, loop: Any) -> None:
    monitor = attached(clock, loop)

    clock.advance(0.5 + 7.0)

    assert monitor.lag() == LoopLag(last_s=7.0, max_s=7.0)


def test_a_lag_is_forgotten_when_its_window_has_passed(clock: FakeClock, loop: Any) -> None:
    monitor = attached(clock, loop, window_s=5.0)
    beat(clock, loop, 2.0)

    beat(clock, loop, *[0.0] * 11)

    assert monitor.lag() == LoopLag(last_s=0.0, max_s=0.0)


def test_a_loop_that_runs_early_is_not_late(clock: FakeClock, loop: Any) -> None:
    monitor = attached(clock, loop)

    beat(clock, loop, -0.125)

    assert monitor.lag() == LoopLag(last_s=0.0, max_s=0.0)


def test_what_is_kept_of_the_past_is_bounded(clock: FakeClock, loop: Any) -> None:
    monitor = attached(clock, loop, lag_interval_s=0.5, window_s=5.0)

    beat(clock, loop, *[0.0] * 1000)

    assert monitor._heartbeat is not None
    assert len(monitor._heartbeat._lags) == 11


def test_without_a_loop_nothing_is_said(clock: FakeClock) -> None:
    monitor = LoopMonitor(clock=clock)

    assert monitor.lag() is None
    assert monitor.tasks() is None


def test_a_loop_that_stopped_is_not_late(clock: FakeClock, loop: Any) -> None:
    monitor = attached(clock, loop)

    loop.running = False
    clock.advance(3600)

    assert monitor.lag() is None


def test_a_detached_loop_is_left_alone(clock: FakeClock, loop: Any) -> None:
    monitor = attached(clock, loop)

    monitor.detach()
    loop.run()

    assert loop.ready == []
    assert monitor.lag() is None


def test_another_loop_takes_the_place_of_the_first(clock: FakeClock, loop: Any) -> None:
    monitor = attached(clock, loop)
    other: Any = FakeLoop()

    monitor.attach(other)
    loop.run()
    other.run()
    beat(clock, other, 1.0)

    assert loop.ready == []
    assert monitor.lag() == LoopLag(last_s=1.0, max_s=1.0)


def test_a_child_process_forgets_the_loop_of_its_parent(clock: FakeClock, loop: Any) -> None:
    monitor = attached(clock, loop)

    monitor.after_fork()

    assert monitor.lag() is None


@pytest.mark.parametrize(("lag_interval_s", "window_s"), [(0.0, 30.0), (-1.0, 30.0), (5.0, 1.0)])
def test_an_interval_that_makes_no_sense_is_refused(
    clock: FakeClock, lag_interval_s: float, window_s: float
) -> None:
    with pytest.raises(SettingsError, match=f"lag_interval_s is {lag_interval_s}"):
        LoopMonitor(clock=clock, lag_interval_s=lag_interval_s, window_s=window_s)


def test_a_loop_must_be_given_or_run(clock: FakeClock) -> None:
    with pytest.raises(RuntimeError):
        LoopMonitor(clock=clock).attach()


def test_measures_the_running_loop_from_another_thread(clock: FakeClock) -> None:
    """The real loop, blocked on purpose, while another thread looks."""
    monitor = LoopMonitor(clock=clock)

    async def block() -> tuple[LoopLag | None, int | None]:
        monitor.attach()
        await asyncio.sleep(0)
        clock.advance(4.5)
        found: list[Any] = []
        looker = threading.Thread(target=lambda: found.extend([monitor.lag(), monitor.tasks()]))
        looker.start()
        looker.join()
        return found[0], found[1]

    lag, tasks = asyncio.run(block())

    assert lag == LoopLag(last_s=4.0, max_s=4.0)
    assert tasks == 1
    assert monitor.lag() is None


def test_counts_the_tasks_that_are_not_done(clock: FakeClock) -> None:
    monitor = LoopMonitor(clock=clock)

    async def spawn() -> int | None:
        monitor.attach()
        waiting = [asyncio.create_task(asyncio.Event().wait()) for _ in range(7)]
        done = asyncio.create_task(asyncio.sleep(0))
        await done
        count = monitor.tasks()
        for task in waiting:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        return count

    assert asyncio.run(spawn()) == 8


@pytest.fixture
def collected(clock: FakeClock, loop: Any) -> Iterator[dict[str, Any]]:
    """Return what a collection finds, by name, with a loop that is three seconds late."""
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader], shutdown_on_exit=False)
    monitor = attached(clock, loop)
    RuntimeMetrics(provider.get_meter("test"), loop_monitor=monitor, guard=Guard("instrument"))
    beat(clock, loop, 3.0)
    data = reader.get_metrics_data()
    assert data is not None
    yield {metric.name: metric for metric in data.resource_metrics[0].scope_metrics[0].metrics}
    provider.shutdown()


def test_every_metric_is_collected_as_described(collected: dict[str, Any]) -> None:
    assert {(metric.name, metric.unit, metric.description) for metric in collected.values()} == {
        (row.name, row.unit, row.description) for row in METRICS
    }


def test_every_generation_of_the_collector_is_told(collected: dict[str, Any]) -> None:
    points = {
        point.attributes["cpython.gc.generation"]: point.value
        for point in collected["cpython.gc.collections"].data.data_points
    }

    assert set(points) == {value.value for value in cpython_attributes.CPythonGCGenerationValues}
    for generation, counts in enumerate(gc.get_stats()):
        assert 0 <= points[generation] <= counts["collections"]
    assert collected["cpython.gc.collections"].data.is_monotonic


def test_the_lag_is_a_gauge_of_the_worst(collected: dict[str, Any]) -> None:
    assert [point.value for point in collected["otel_monitoring.asyncio.loop.lag"].data.data_points] == [3.0]


def test_names_are_those_of_the_conventions_where_there_are_some() -> None:
    known = {value for name, value in vars(cpython_metrics).items() if name.isupper()}

    assert {row.name for row in METRICS if row.name.startswith("cpython.")} == known
    assert all(row.name.startswith(("cpython.gc.", "otel_monitoring.asyncio.")) for row in METRICS)
