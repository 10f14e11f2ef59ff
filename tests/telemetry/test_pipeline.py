"""The queue and its thread, with exporters that behave in every bad way."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.guard import Guard
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.telemetry.circuit import Circuit
from otel_monitoring.telemetry.pipeline import ExportError, Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONG_S = 30.0


class Recorder:
    """An exporter that keeps what it gets, and misbehaves when told to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.failures: list[Exception] = []
        self.block: threading.Event | None = None
        self.entered = threading.Event()
        self.closed = threading.Event()
        self.rejects = 0
        self.prepared = False

    def prepare(self) -> None:
        self.prepared = True

    def export(self, batch: Sequence[int], timeout_s: float) -> int:
        self.entered.set()
        if self.block is not None:
            self.block.wait(LONG_S)
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append(list(batch))
        return self.rejects

    def close(self) -> None:
        self.closed.set()


class Rig:
    def __init__(self, **options: Any) -> None:
        self.clock = SystemClock()
        self.recorder = Recorder()
        self.made = 0
        self.guard = Guard("export.test")
        self.circuit = Circuit(clock=self.clock, failures=3, probe_s=60, backoff_s=60)
        self.pipeline: Pipeline[int] = Pipeline(
            "traces",
            make_exporter=self.make,
            clock=self.clock,
            guard=self.guard,
            circuit=self.circuit,
            shield=nullcontext,
            delay_s=options.pop("delay_s", LONG_S),
            **options,
        )

    def make(self) -> Recorder:
        self.made += 1
        return self.recorder

    def stop(self, timeout_s: float = LONG_S) -> bool:
        return self.pipeline.stop(self.pipeline.begin_flush(timeout_s))


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig(batch_size=4, capacity=8)
    yield made
    if made.recorder.block is not None:
        made.recorder.block.set()
    made.pipeline.close(0.0)


def unavailable() -> ExportError:
    return ExportError("connect", "collector:4318 cannot be reached", retry=True)


def test_nothing_runs_and_nothing_is_opened_before_the_first_item(rig: Rig) -> None:
    assert rig.pipeline.flush(LONG_S)
    assert rig.made == 0
    assert rig.pipeline._worker is None


def test_a_start_prepares_and_exports_nothing(rig: Rig) -> None:
    rig.pipeline.start()
    rig.pipeline.flush(LONG_S)

    assert rig.recorder.prepared
    assert not rig.recorder.entered.is_set()


def test_a_flush_exports_everything_in_batches(rig: Rig) -> None:
    for number in range(7):
        rig.pipeline.put(number)

    assert rig.pipeline.flush(LONG_S)
    assert list(chain.from_iterable(rig.recorder.batches)) == list(range(7))
    assert max(len(batch) for batch in rig.recorder.batches) <= 4
    assert rig.pipeline.stats().exported == 7


def test_a_full_batch_leaves_without_a_flush(rig: Rig) -> None:
    for number in range(4):
        rig.pipeline.put(number)

    assert rig.recorder.entered.wait(LONG_S)


def test_a_full_queue_forgets_the_oldest_and_counts(rig: Rig) -> None:
    rig.recorder.block = threading.Event()
    rig.pipeline.put(-1)
    rig.pipeline.begin_flush(LONG_S)
    assert rig.recorder.entered.wait(LONG_S)

    for number in range(20):
        rig.pipeline.put(number)
    rig.recorder.block.set()

    assert rig.pipeline.flush(LONG_S)
    assert list(chain.from_iterable(rig.recorder.batches))[-8:] == list(range(12, 20))
    assert rig.pipeline.stats().dropped == {"queue_full": 12}


def test_a_batch_that_may_succeed_later_is_kept_and_not_doubled(rig: Rig) -> None:
    rig.recorder.failures = [unavailable()]
    rig.pipeline.put(1)

    first = rig.pipeline.flush(LONG_S)
    waiting = rig.pipeline.stats().queued
    second = rig.pipeline.flush(LONG_S)

    assert (first, waiting, second) == (False, 1, True)
    assert rig.recorder.batches == [[1]]
    assert rig.pipeline.stats().dropped == {}


def test_a_refused_batch_is_dropped_by_reason_and_the_next_goes_on(rig: Rig) -> None:
    rig.recorder.failures = [ExportError("http_400", "bad", retry=False)]
    rig.pipeline.put(1)
    rig.pipeline.flush(LONG_S)
    rig.pipeline.put(2)

    assert rig.pipeline.flush(LONG_S)
    assert rig.recorder.batches == [[2]]
    assert rig.pipeline.stats().dropped == {"http_400": 1}


def test_three_failures_open_the_circuit_and_tries_stop(rig: Rig) -> None:
    rig.recorder.failures = [unavailable() for _ in range(3)]
    rig.pipeline.put(1)
    for _ in range(3):
        rig.pipeline.flush(LONG_S)

    stats = rig.pipeline.stats()

    assert stats.is_open
    assert "cannot be reached" in stats.last_error
    assert rig.recorder.batches == []


def test_what_an_exporter_raises_unexpectedly_is_counted_and_the_thread_lives(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.recorder.failures = [ZeroDivisionError("bug")]
    rig.pipeline.put(1)
    rig.pipeline.flush(LONG_S)
    rig.pipeline.put(2)

    assert rig.pipeline.flush(LONG_S)
    assert rig.guard.counts() == {"ZeroDivisionError": 1}
    assert rig.pipeline.stats().dropped == {"error": 1}
    assert "ZeroDivisionError" in caplog.text


def test_what_the_other_side_rejects_is_counted(rig: Rig) -> None:
    rig.recorder.rejects = 1
    rig.pipeline.put(1)
    rig.pipeline.put(2)

    rig.pipeline.flush(LONG_S)

    assert (rig.pipeline.stats().exported, rig.pipeline.stats().dropped) == (1, {"rejected": 1})


def test_stopping_leaves_a_hanging_exporter_behind_and_counts_what_was_lost(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.recorder.block = threading.Event()
    for number in range(3):
        rig.pipeline.put(number)

    done = rig.stop(0.05)

    assert not done
    assert rig.pipeline.stats().dropped == {"shutdown": 3}
    assert "3 items were not exported before the deadline" in caplog.text


def test_after_a_stop_the_next_item_starts_anew(rig: Rig) -> None:
    rig.pipeline.put(1)
    rig.stop()
    closed = rig.recorder.closed.wait(LONG_S)
    rig.pipeline.put(2)

    assert rig.pipeline.flush(LONG_S)
    assert closed
    assert rig.recorder.batches == [[1], [2]]
    assert rig.made == 2


def test_after_closing_items_are_dropped_and_counted(rig: Rig) -> None:
    rig.pipeline.close(rig.pipeline.begin_flush(LONG_S))

    rig.pipeline.put(1)

    assert rig.pipeline.stats().dropped == {"shutdown": 1}


def test_a_forked_child_starts_empty(rig: Rig) -> None:
    rig.recorder.block = threading.Event()
    rig.pipeline.put(1)

    rig.pipeline.after_fork()

    assert (rig.pipeline.stats().queued, rig.pipeline.stats().dropped) == (0, {})


def test_failures_are_logged_once_a_minute(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.recorder.failures = [unavailable() for _ in range(5)]
    rig.pipeline.put(1)

    for _ in range(5):
        rig.pipeline.flush(LONG_S)

    assert caplog.text.count("traces are not exported") == 1


def test_a_flush_asked_for_at_the_end_of_a_round_waits_for_the_next_round(rig: Rig) -> None:
    rig.pipeline.start()
    worker = rig.pipeline._worker
    assert worker is not None
    answer = worker.answer
    deadlines: list[float] = []

    def answer_late(asked: int) -> None:
        if not deadlines:  # the queue is empty, and the round is about to end
            rig.pipeline.put(1)
            deadlines.append(rig.pipeline.begin_flush(LONG_S))
        answer(asked)

    worker.answer = answer_late  # type: ignore[method-assign]
    rig.pipeline.flush(LONG_S)

    assert rig.pipeline.stop(deadlines[0])
    assert rig.recorder.batches == [[1]]
    assert rig.pipeline.stats().dropped == {}


def test_an_exporter_that_goes_on_failing_for_good_is_left_alone_for_a_while(rig: Rig) -> None:
    rig.recorder.failures = [ExportError("http_500", "broken", retry=False) for _ in range(3)]
    for number in range(3):
        rig.pipeline.put(number)
        rig.pipeline.flush(LONG_S)

    assert rig.pipeline.stats().is_open
    assert rig.pipeline.stats().dropped == {"http_500": 3}


def test_what_was_left_behind_is_counted_once_whatever_becomes_of_it(rig: Rig) -> None:
    rig.recorder.block = threading.Event()
    rig.recorder.failures = [ExportError("http_400", "bad", retry=False)]
    rig.pipeline.put(1)
    rig.stop(0.05)

    rig.recorder.block.set()

    assert rig.recorder.closed.wait(LONG_S)
    assert rig.pipeline.stats().dropped == {"shutdown": 1}
    assert not rig.circuit.is_open


def test_an_exporter_that_ends_its_thread_gets_another_one(rig: Rig) -> None:
    rig.recorder.failures = [SystemExit()]  # type: ignore[list-item]
    rig.pipeline.put(1)
    rig.pipeline.flush(LONG_S)
    rig.pipeline.put(2)

    assert rig.pipeline.flush(LONG_S)
    assert rig.recorder.batches == [[2]]
    assert rig.pipeline.stats().dropped == {"error": 1}


def test_without_a_thread_a_flush_exports_in_its_own(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        msg = "can't create new thread at interpreter shutdown"
        raise RuntimeError(msg)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    rig.pipeline.put(1)

    assert rig.stop()
    assert rig.recorder.batches == [[1]]
