"""A callback that raises or hangs costs its own instrument, and nobody else's."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from otel_monitoring.telemetry.callbacks import CallbackGuard, GuardedMeterProvider
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator


class Rig:
    """A guarded meter provider and what is collected from it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.callbacks = CallbackGuard(clock=self.clock, timeout_s=0.5)
        self.reader = InMemoryMetricReader()
        self.provider = GuardedMeterProvider(
            callbacks=self.callbacks, metric_readers=[self.reader], shutdown_on_exit=False
        )
        self.meter = self.provider.get_meter("shop")

    def collect(self) -> dict[str, float]:
        data: Any = self.reader.get_metrics_data()
        return {
            metric.name: metric.data.data_points[0].value
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.fixture
def rig() -> Rig:
    made = Rig()
    made.meter.create_observable_gauge("good", [seven])
    return made


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Return an event that opens at the end of the test at the latest."""
    event = threading.Event()
    yield event
    event.set()


def seven(_options: CallbackOptions) -> Iterable[Observation]:
    return [Observation(7)]


def hanging_at(gate: threading.Event) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def callback(_options: CallbackOptions) -> Iterable[Observation]:
        gate.wait(60)
        return [Observation(8)]

    return callback


def test_every_kind_of_observable_instrument_is_collected(rig: Rig) -> None:
    rig.meter.create_observable_counter("counter", callbacks=[seven], unit="{x}")
    rig.meter.create_observable_up_down_counter(name="updown", callbacks=[seven])
    rig.meter.create_observable_gauge("silent")

    assert rig.collect() == {"good": 7, "counter": 7, "updown": 7}


def test_a_generator_is_a_callback_too(rig: Rig) -> None:
    def counting() -> Generator[Iterable[Observation], CallbackOptions, None]:
        for number in (1, 2, 3):
            yield [Observation(number)]

    rig.meter.create_observable_gauge("numbers", [counting()])

    assert [rig.collect()["numbers"] for _ in range(3)] == [1, 2, 3]


def test_one_that_raises_stops_no_other_and_is_muted_after_the_third_time(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    calls = []

    def failing(_options: CallbackOptions) -> Iterable[Observation]:
        calls.append(1)
        raise ZeroDivisionError

    rig.meter.create_observable_gauge("bad", [failing])

    collected = [rig.collect() for _ in range(5)]

    assert collected == [{"good": 7}] * 5
    assert len(calls) == 3
    assert rig.callbacks.muted() == ["bad"]
    assert "bad raised ZeroDivisionError 3 times" in caplog.text


def test_one_that_recovers_in_time_is_not_muted(rig: Rig) -> None:
    answers: list[Any] = [None, None, 5, None, None, 6]

    def shaky(_options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(answers.pop(0) / 1)]

    rig.meter.create_observable_gauge("shaky", [shaky])

    found = [rig.collect().get("shaky") for _ in range(6)]

    assert found == [None, None, 5, None, None, 6]
    assert rig.callbacks.muted() == []


def test_one_that_hangs_is_left_behind_and_muted_at_once(
    rig: Rig, gate: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    rig.meter.create_observable_gauge("stuck", [hanging_at(gate)])
    rig.meter.create_observable_gauge("later", [seven])

    first, second = rig.collect(), rig.collect()

    assert first == second == {"good": 7, "later": 7}
    assert rig.callbacks.muted() == ["stuck"]
    assert "stuck did not return within 0.5 s" in caplog.text


def test_after_a_while_it_is_asked_again(rig: Rig, gate: threading.Event) -> None:
    rig.meter.create_observable_gauge("stuck", [hanging_at(gate)])
    rig.collect()
    gate.set()

    rig.clock.advance(301)

    assert rig.callbacks.muted() == []
    assert rig.collect()["stuck"] == 8


def test_callbacks_of_our_own_run_in_the_collecting_thread(rig: Rig) -> None:
    threads = []

    def note(_options: CallbackOptions) -> Iterable[Observation]:
        threads.append(threading.current_thread())
        return [Observation(1)]

    rig.provider.get_meter("otel_monitoring.system").create_observable_gauge("ours", [note])
    rig.meter.create_observable_gauge("theirs", [note])

    rig.collect()

    assert threading.current_thread() in threads
    assert {thread.name for thread in threads} == {
        threading.current_thread().name,
        "otel-monitoring-callbacks",
    }


def test_a_meter_that_is_asked_for_twice_is_guarded_once(rig: Rig) -> None:
    meter = rig.provider.get_meter("shop")
    create = meter.create_observable_gauge

    again = rig.provider.get_meter("shop")

    assert again is meter
    assert again.create_observable_gauge == create


def test_a_forked_child_takes_a_fresh_thread(rig: Rig) -> None:
    rig.collect()
    before = rig.callbacks._runner

    rig.callbacks.after_fork()

    assert rig.collect() == {"good": 7}
    assert rig.callbacks._runner is not before
