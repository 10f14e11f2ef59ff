"""Observable callbacks of an application that raise, hang and go on for ever."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.telemetry.callbacks import CallbackGuard, GuardedMeterProvider
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from otel_monitoring.model.clock import Clock

LONG_S = 30.0


class Rig:
    def __init__(self, *, timeout_s: float = LONG_S, clock: Clock | None = None, **guard: Any) -> None:
        self.guard = CallbackGuard(clock=clock or SystemClock(), timeout_s=timeout_s, **guard)
        self.reader = InMemoryMetricReader()
        self.provider = GuardedMeterProvider(
            callbacks=self.guard, metric_readers=[self.reader], shutdown_on_exit=False
        )
        self.released = threading.Event()

    def observe(self, name: str, callback: Any) -> None:
        self.provider.get_meter("shop").create_observable_gauge(name, [callback])

    def hang(self, _options: Any) -> list[Observation]:
        self.released.wait(LONG_S)
        return []

    def collect(self) -> dict[str, float]:
        data: Any = self.reader.get_metrics_data()
        return {
            metric.name: metric.data.data_points[0].value
            for scope in (data.resource_metrics[0].scope_metrics if data else ())
            for metric in scope.metrics
        }


@pytest.fixture
def make() -> Iterator[Callable[..., Rig]]:
    made: list[Rig] = []

    def one(**options: Any) -> Rig:
        made.append(Rig(**options))
        return made[-1]

    yield one
    for rig in made:
        rig.released.set()


def fine(_options: Any) -> list[Observation]:
    return [Observation(7)]


def raises(_options: Any) -> list[Observation]:
    msg = "no database"
    raise ConnectionError(msg)


def test_a_callback_that_raises_does_not_keep_the_others_from_being_read(make: Callable[..., Rig]) -> None:
    rig = make()
    rig.observe("bad", raises)
    rig.observe("good", fine)

    assert rig.collect() == {"good": 7}


def test_after_three_failures_it_is_muted_and_reported(
    make: Callable[..., Rig], caplog: pytest.LogCaptureFixture
) -> None:
    rig = make()
    rig.observe("bad", raises)

    for _ in range(4):
        rig.collect()

    assert rig.guard.muted() == ["bad"]
    assert caplog.text.count("the callback of bad raised ConnectionError 3 times in a row") == 1


def test_a_callback_that_hangs_is_muted_at_once_and_the_others_are_read(
    make: Callable[..., Rig], caplog: pytest.LogCaptureFixture
) -> None:
    rig = make(timeout_s=1.0)
    rig.observe("stuck", rig.hang)
    rig.observe("good", fine)

    assert rig.collect() == {"good": 7}
    assert rig.guard.muted() == ["stuck"]
    assert "the callback of stuck did not return within 1 s" in caplog.text


def test_many_that_hang_do_not_use_up_the_time_of_a_collection(make: Callable[..., Rig]) -> None:
    rig = make(clock=FakeClock(), timeout_s=1.0)
    limits: list[float] = []

    for _ in range(4):
        limits.append(rig.guard._limit_s())
        rig.guard._waited_s += limits[-1]

    assert limits == [1.0, 1.0, 0.02, 0.02]


def test_patience_comes_back(make: Callable[..., Rig]) -> None:
    clock = FakeClock()
    rig = make(clock=clock, timeout_s=1.0)
    rig.guard._waited_s = 2.0

    clock.advance(6)

    assert rig.guard._limit_s() == 1.0


def test_a_muted_callback_is_tried_again_later(make: Callable[..., Rig]) -> None:
    clock = FakeClock()
    rig = make(clock=clock)
    failures = iter([True] * 3)

    def recovers(_options: Any) -> list[Observation]:
        if next(failures, False):
            raise ConnectionError
        return [Observation(1)]

    rig.observe("moody", recovers)
    for _ in range(3):
        rig.collect()
    while_muted = rig.collect()
    clock.advance(301)

    assert while_muted == {}
    assert rig.collect() == {"moody": 1}


def test_a_callback_without_an_end_is_cut_off(make: Callable[..., Rig]) -> None:
    rig = make(max_observations=100)
    drawn = itertools.count()
    rig.observe("endless", lambda _options: (Observation(1) for _ in drawn))

    assert rig.collect() == {"endless": 1}
    assert next(drawn) == 100


def test_a_callback_that_ends_its_thread_is_a_failure_like_any_other(make: Callable[..., Rig]) -> None:
    rig = make()

    def leaves(_options: Any) -> list[Observation]:
        raise SystemExit

    rig.observe("leaving", leaves)
    rig.observe("good", fine)

    assert [rig.collect() for _ in range(3)] == [{"good": 7}] * 3
    assert rig.guard.muted() == ["leaving"]


def test_our_own_callbacks_are_called_directly(make: Callable[..., Rig]) -> None:
    rig = make()
    threads: list[threading.Thread] = []

    def note(_options: Any) -> list[Observation]:
        threads.append(threading.current_thread())
        return [Observation(1)]

    rig.provider.get_meter("otel_monitoring.system").create_observable_gauge("ours", [note])
    rig.collect()

    assert threads == [threading.current_thread()]


def test_a_forked_child_can_make_instruments_whatever_its_parent_held(make: Callable[..., Rig]) -> None:
    rig = make()
    meter: Any = rig.provider.get_meter("shop")
    meter._instrument_registration_lock.acquire()

    rig.provider._handle_fork()

    assert meter._instrument_registration_lock.acquire(blocking=False)


def test_at_the_end_of_the_interpreter_callbacks_are_left_out(
    make: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = make()
    rig.observe("theirs", fine)

    def refuse(_thread: threading.Thread) -> None:
        msg = "can't create new thread at interpreter shutdown"
        raise RuntimeError(msg)

    monkeypatch.setattr(threading.Thread, "start", refuse)

    assert rig.collect() == {}
