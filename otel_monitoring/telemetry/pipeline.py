"""A bounded queue and the one thread that empties it into an exporter.

Made for a collector that is slow, hanging, refusing or gone: handing over is an append that never
waits, a full queue forgets the oldest, tries stop while the circuit is open, flushing and stopping end at
their deadline whatever the exporter does, and everything that is lost is counted.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from otel_monitoring.telemetry.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from otel_monitoring.guard import Guard
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.telemetry.circuit import Circuit

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)

_log = logging.getLogger(__name__)

_LOG_EVERY_S = 60.0
_LEAST_S = 0.05


class ExportError(Exception):
    """A batch was not taken.

    Args:
        reason: A short word for counters, such as ``http_503`` or ``connect``.
        detail: A sentence for the log, without secrets.
        retry: Whether the same batch may succeed later.
        retry_after_s: The server's wish for a pause.
    """

    def __init__(self, reason: str, detail: str, *, retry: bool, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.retry = retry
        self.retry_after_s = retry_after_s


class Exporter(Protocol[T_contra]):
    """Where a pipeline ends: one destination of one signal."""

    def prepare(self) -> None:
        """Import what an export needs; contacts nobody."""
        ...

    def export(self, batch: Sequence[T_contra], timeout_s: float) -> int:
        """Send ``batch``; return how many items the other side rejected; raise :class:`ExportError`."""
        ...

    def close(self) -> None:
        """Close sockets; a later export opens new ones."""
        ...


@dataclass(frozen=True, slots=True)
class PipelineStats:
    """What a pipeline did so far.

    Attributes:
        exported: Items that arrived.
        dropped: Items that were lost, by reason.
        queued: Items that wait.
        capacity: How many may wait.
        is_open: Whether the circuit is open.
        last_error: The last failure in words, or the empty string.
    """

    exported: int
    dropped: dict[str, int]
    queued: int
    capacity: int
    is_open: bool
    last_error: str


class Pipeline(Generic[T]):
    """Queue items and export them in batches from a thread of its own, started by the first item.

    Args:
        name: The signal: ``traces``, ``metrics``, ``logs``.
        make_exporter: Called in the thread before the first export, so that no socket is opened earlier.
        clock: Its monotonic clock is used.
        guard: Catches what an exporter raises unexpectedly.
        circuit: Decides whether a try makes sense.
        shield: Entered by the thread, so that our own calls appear in nobody's telemetry.
        capacity: Items that may wait; beyond it the oldest is dropped.
        batch_size: Items handed to the exporter at once.
        delay_s: An item waits at most so long for others.
        timeout_s: Time limit of one export.
        encode: What whoever hands over items may do to them before, so that less waits; ``None`` for nothing.
    """

    def __init__(  # noqa: PLR0913 - one option per property of a queue
        self,
        name: str,
        *,
        make_exporter: Callable[[], Exporter[T]],
        clock: Clock,
        guard: Guard,
        circuit: Circuit,
        shield: Callable[[], AbstractContextManager[Any]],
        capacity: int = 4096,
        batch_size: int = 256,
        delay_s: float = 1.0,
        timeout_s: float = 10.0,
        encode: Callable[[T], Any] | None = None,
    ) -> None:
        self.name = name
        self.encode = encode
        self._make_exporter = make_exporter
        self._clock = clock
        self._guard = guard
        self._circuit = circuit
        self._shield = shield
        self._capacity = capacity
        self._batch_size = batch_size
        self._delay_s = delay_s
        self._timeout_s = timeout_s
        self._dropped: Counter[str] = Counter()
        self._exported = 0
        self._last_error = ""
        self._last_log_s: float | None = None
        self._worker: Worker[T] | None = None
        self._lock = _reentrant_lock()
        self._closed = False

    def lost(self, reason: str) -> None:
        """Count one item that never got here."""
        self._drop(reason, 1)

    def put(self, item: T) -> None:
        """Queue one item; never waits, never raises."""
        worker = self._worker
        if worker is None:
            worker = self._start()
            if worker is None:
                self._drop("shutdown", 1)
                return
        queue = worker.queue
        queue.append(item)
        waiting = len(queue)
        if waiting > self._capacity:
            try:
                queue.popleft()
            except IndexError:  # the thread was faster
                return
            self._drop("queue_full", 1)
        elif waiting == self._batch_size:
            worker.wake.set()

    def flush(self, timeout_s: float) -> bool:
        """Export what waits now; return whether all of it left before ``timeout_s`` was over."""
        return self.end_flush(self.begin_flush(timeout_s))

    def start(self) -> None:
        """Start the thread before the first item, so that the first export finds everything imported."""
        if self._worker is None:
            self._start()

    def begin_flush(self, timeout_s: float) -> float:
        """Ask the thread to export what waits now, without waiting for it.

        Returns:
            The deadline on the monotonic clock, for :meth:`end_flush`; several pipelines flush in
            parallel under one deadline this way, without a thread for each.
        """
        deadline_s = self._clock.monotonic_s() + timeout_s
        worker = self._worker
        if worker is not None:
            worker.ask(deadline_s)
        return deadline_s

    def end_flush(self, deadline_s: float) -> bool:
        """Wait for what :meth:`begin_flush` asked for; return whether everything left in time."""
        worker = self._worker
        if worker is None:
            return True
        if not worker.has_thread:
            self._drain_here(worker)
        worker.wait_answered(deadline_s - self._clock.monotonic_s())
        return not worker.waiting()

    def stop(self, deadline_s: float) -> bool:
        """Export what waits until ``deadline_s``, then end the thread; what is left is dropped and counted.

        Args:
            deadline_s: From :meth:`begin_flush`.

        Returns:
            Whether everything was exported. A later :meth:`put` starts again.
        """
        worker = self._worker
        if worker is None:
            return True
        done = self.end_flush(deadline_s)
        self._worker = None
        left = worker.waiting()
        worker.is_abandoned = left > 0
        worker.stopping = True
        worker.wake.set()
        if left:
            self._drop("shutdown", left)
            _log.warning(
                "%s: %d items were not exported before the deadline: %s",
                self.name,
                left,
                self._last_error or "the exporter did not answer in time",
            )
        return done

    def close(self, deadline_s: float) -> bool:
        """Stop for good; later items are dropped and counted."""
        self._closed = True
        return self.stop(deadline_s)

    def after_fork(self) -> None:
        """Start empty in a child process; what waited belongs to the parent."""
        self._lock = _reentrant_lock()
        self._worker = None
        self._dropped.clear()
        self._exported = 0
        self._circuit.succeeded()

    def stats(self) -> PipelineStats:
        """Return what was done so far."""
        worker = self._worker
        return PipelineStats(
            exported=self._exported,
            dropped=dict(self._dropped),
            queued=worker.waiting() if worker is not None else 0,
            capacity=self._capacity,
            is_open=self._circuit.is_open,
            last_error=self._last_error,
        )

    def _drop(self, reason: str, count: int) -> None:
        with self._lock:
            self._dropped[reason] += count

    def _start(self) -> Worker[T] | None:
        with self._lock:
            if self._worker is None and not self._closed:
                worker: Worker[T] = Worker()
                thread = threading.Thread(
                    target=self._run, args=(worker,), name=f"otel-monitoring-{self.name}", daemon=True
                )
                try:
                    thread.start()
                except RuntimeError:  # Python 3.12 starts no thread once the interpreter has begun to end
                    worker.has_thread = False
                self._worker = worker
            return self._worker

    def _run(self, worker: Worker[T]) -> None:
        try:
            with self._shield(), suppress(SystemExit):
                self._serve(worker)
        finally:
            self._worker_ended(worker)

    def _serve(self, worker: Worker[T]) -> None:
        with self._guard:
            worker.exporter = self._make_exporter()
            worker.exporter.prepare()
        while not worker.stopping:
            worker.wake.wait(max(self._delay_s, self._circuit.wait_s()))
            worker.wake.clear()
            asked = worker.asked
            with self._guard:
                self._drain(worker)
            worker.answer(asked)
        if worker.exporter is not None:
            self._guard.call(worker.exporter.close)

    def _worker_ended(self, worker: Worker[T]) -> None:
        """Let the next item start another thread where an exporter has ended this one, by ``SystemExit``."""
        with self._lock:
            if self._worker is not worker:
                return
            self._worker = None
        self._drop("error", worker.waiting())
        worker.answer(worker.asked)

    def _drain_here(self, worker: Worker[T]) -> None:
        """Export in the calling thread, where there could be none of our own."""
        asked = worker.asked
        with self._shield(), self._guard:
            self._drain(worker)
        worker.answer(asked)

    def _drain(self, worker: Worker[T]) -> None:
        """Export all that waits; stop where the circuit asks for a pause."""
        if worker.deadline_s is None and self._circuit.wait_s() > 0:
            return
        while not worker.stopping:
            batch = worker.held or worker.take(self._batch_size)
            if not batch or not self._export(worker, batch):
                return
            if len(worker.queue) < self._batch_size and worker.deadline_s is None:
                return

    def _export(self, worker: Worker[T], batch: list[T]) -> bool:
        worker.held = batch
        timeout_s = self._timeout_s
        if worker.deadline_s is not None:
            timeout_s = max(_LEAST_S, min(timeout_s, worker.deadline_s - self._clock.monotonic_s()))
        try:
            if worker.exporter is None:
                worker.exporter = self._make_exporter()
            rejected = worker.exporter.export(batch, timeout_s)
        except ExportError as error:
            return not worker.is_abandoned and self._failed(worker, error)
        except Exception as error:
            worker.held = []
            self._drop("error", len(batch))
            self._last_error = type(error).__qualname__
            raise
        if worker.is_abandoned:
            return False  # what it held was counted as dropped long ago
        worker.held = []
        self._exported += len(batch) - rejected
        if rejected:
            self._drop("rejected", rejected)
        if self._circuit.is_open:
            _log.warning("%s: exporting again", self.name)
        self._circuit.succeeded()
        return True

    def _failed(self, worker: Worker[T], error: ExportError) -> bool:
        """Keep the batch for a later try, or give it up; return whether the next batch may be tried."""
        self._last_error = str(error)
        self._circuit.failed(error.retry_after_s)
        if not error.retry:
            self._drop(error.reason, len(worker.held))
            worker.held = []
        now_s = self._clock.monotonic_s()
        if self._last_log_s is None or now_s - self._last_log_s >= _LOG_EVERY_S:
            self._last_log_s = now_s
            _log.warning(
                "%s are not exported: %s; %d wait, %d dropped so far",
                self.name,
                error,
                worker.waiting(),
                sum(self._dropped.values()),
            )
        return not error.retry and worker.deadline_s is not None


def _reentrant_lock() -> Any:
    """Return a lock that a signal handler or a finaliser may take while its own thread holds it."""
    return threading.RLock()
