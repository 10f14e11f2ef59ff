"""One thread that writes: whoever has something to keep hands it over and goes on.

Jobs wait in a bounded queue and are written in batches, one transaction each. Where the database cannot be
used they wait for it; where too many wait, the oldest is left out and counted.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from otel_monitoring.guard import Guard
from otel_monitoring.storage.errors import BusyError, StorageError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.storage.database import Database

Write: TypeAlias = "Callable[[Connection], None]"
Done: TypeAlias = "Callable[[bool], None]"
Outcome: TypeAlias = Literal["written", "refused", "busy", "later"]

_log = logging.getLogger(__name__)

_BATCH_JOBS = 256
_BATCH_BYTES = 8 << 20
_JOB_BYTES = 512
_MOST_BUSY = 20
_COUNTED = ("batches", "written", "failed", "dropped", "refused")


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Something to write.

    Attributes:
        kind: What it is, for the counters, such as ``samples``.
        write: Writes it within the transaction of a batch; may be called again where that came to nothing, so
            that twice must be the same as once. Raises a ``StorageError`` to have this job alone left out.
        size_bytes: About what it holds in memory.
        done: Told once whether it was written, by the writer's thread; ``None`` where nobody asks.
    """

    kind: str
    write: Write
    size_bytes: int = _JOB_BYTES
    done: Done | None = None


class Writer:
    """Write jobs in the order in which they were handed over.

    Args:
        database: Where to.
        clock: Measures how long a flush may take.
        max_jobs: The most jobs that wait.
        max_bytes: What those that wait may hold in memory together.
        idle_s: How often the thread looks whether the database is back, in seconds.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        max_jobs: int = 10_000,
        max_bytes: int = 64 << 20,
        idle_s: float = 1.0,
    ) -> None:
        self._database = database
        self._clock = clock
        self._max_jobs = max_jobs
        self._max_bytes = max_bytes
        self._idle_s = idle_s
        self._guard = Guard("storage.writer")
        self._begin()

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._step_lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._size_bytes = 0
        self._taken = 0
        self._counts: Counter[str] = Counter()
        self._refused_kinds: set[str] = set()
        self._impatient: tuple[Job | None, int] = (None, 0)
        self._thread: threading.Thread | None = None
        self._is_stopping = False
        self._is_stuck = False

    def put(self, job: Job) -> bool:
        """Hand over a job; never waits for the database.

        Returns:
            Whether it was taken: not after :meth:`stop`. The oldest that wait make room for it.
        """
        left_out: list[Job] = []
        with self._changed:
            if self._is_stopping:
                self._counts["refused"] += 1
                return False
            self._waiting.append(job)
            self._size_bytes += job.size_bytes
            while len(self._waiting) > 1 and self._is_over():
                left_out.append(self._drop_oldest())
            self._changed.notify_all()
        for one in left_out:
            self._tell(one, written=False)
        return True

    def start(self) -> None:
        """Start the thread, unless it runs; take jobs again after :meth:`stop`."""
        with self._changed:
            if self._thread is not None:
                return
            self._is_stopping = False
            self._thread = threading.Thread(target=self._run, name="otel-monitoring-writer", daemon=True)
            self._thread.start()

    def write_once(self) -> bool:
        """Write one batch of what waits; open the database first where it is not open.

        Returns:
            Whether anything was written or given up, so that it is worth to go on at once.
        """
        with self._step_lock:
            if not self._database.ensure():
                return False
            batch = self._take()
            if not batch:
                return False
            is_done = self._write(batch)
            with self._changed:
                self._taken = 0
                self._changed.notify_all()
            return is_done

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything that was handed over so far is written or given up.

        Where no thread runs, the caller writes.

        Returns:
            Whether nothing waits any more; at once ``False`` where the database cannot be used.
        """
        deadline_s = self._clock.monotonic_s() + timeout_s
        if self._thread is None:
            while self.write_once() and self._clock.monotonic_s() < deadline_s:
                pass
            return self._is_empty()
        with self._changed:
            self._is_stuck = False  # the thread is to try once more, whatever it found before
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_empty() or self._is_stuck, timeout_s)
            return self._is_empty()

    def stop(self, timeout_s: float) -> bool:
        """Take nothing more, write what waits, and end the thread.

        Returns:
            Whether everything was written or given up in time.
        """
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        deadline_s = self._clock.monotonic_s() + timeout_s
        is_empty = self.flush(timeout_s)
        thread, self._thread = self._thread, None
        with self._changed:
            self._changed.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join(max(0.0, deadline_s - self._clock.monotonic_s()))
        return is_empty

    def stats(self) -> dict[str, int]:
        """Return what waits, and how many jobs were written, left out, failed or refused so far."""
        with self._changed:
            counts = {name: self._counts[name] for name in _COUNTED}
            return {**counts, "waiting": len(self._waiting) + self._taken, "waiting_bytes": self._size_bytes}

    def after_fork(self) -> None:
        """Begin empty in a child process: the parent writes what it was given."""
        self._guard = Guard("storage.writer")
        self._begin()

    def _run(self) -> None:
        thread = threading.current_thread()
        while self._thread is thread:
            is_worth_it = self._guard.call(self.write_once)
            with self._changed:
                self._is_stuck = not is_worth_it and not self._database.is_available
                self._changed.notify_all()
                if not is_worth_it and self._thread is thread and not self._is_stopping:
                    self._changed.wait(self._idle_s if self._is_stuck or not self._is_empty() else None)

    def _take(self) -> list[Job]:
        """Take the oldest jobs, as many as go into one transaction."""
        batch: list[Job] = []
        size_bytes = 0
        with self._changed:
            while self._waiting and len(batch) < _BATCH_JOBS and size_bytes < _BATCH_BYTES:
                job = self._waiting.popleft()
                size_bytes += job.size_bytes
                batch.append(job)
            self._taken = len(batch)
        return batch

    def _write(self, batch: Sequence[Job]) -> bool:
        """Write a batch; where that does not do, each job of it in a transaction of its own."""
        outcome = self._commit(batch)
        if outcome == "written":
            self._finish(batch, written=True)
            return True
        if len(batch) > 1 and outcome != "later":
            return self._write_each(batch)
        return self._settle(batch, outcome)

    def _write_each(self, batch: Sequence[Job]) -> bool:
        return all(self._settle(batch[place:], self._commit([job])) for place, job in enumerate(batch))

    def _settle(self, jobs: Sequence[Job], outcome: Outcome) -> bool:
        """Finish the first of some jobs, or put them all back; tell whether the next one may be tried."""
        if outcome == "busy" and self._has_patience(jobs[0]):
            outcome = "later"
        if outcome == "later":
            self._put_back(jobs)
            return False
        self._finish(jobs[:1], written=outcome == "written")
        return True

    def _has_patience(self, job: Job) -> bool:
        """Count how often a job found the database busy: one that takes too long would hold up all others."""
        before, tries = self._impatient
        self._impatient = (job, tries + 1 if before is job else 1)
        return self._impatient[1] < _MOST_BUSY

    def _commit(self, batch: Sequence[Job]) -> Outcome:
        outcome: Outcome = "refused"
        with self._guard:
            try:
                with self._database.write() as connection:
                    for job in batch:
                        job.write(connection)
                outcome = "written"
            except UnavailableError:
                outcome = "later"
            except BusyError:
                outcome = "busy"
            except StorageError as error:
                if len(batch) == 1:
                    self._say_refused(batch[0], error)
        with self._changed:
            self._counts["batches"] += outcome == "written"
        return outcome

    def _say_refused(self, job: Job, error: StorageError) -> None:
        if job.kind not in self._refused_kinds:
            self._refused_kinds.add(job.kind)
            _log.warning("the storage left out %s, further ones are only counted: %s", job.kind, error)

    def _put_back(self, jobs: Sequence[Job]) -> None:
        left_out: list[Job] = []
        with self._changed:
            self._waiting.extendleft(reversed(jobs))
            self._taken = 0
            while len(self._waiting) > 1 and self._is_over():
                left_out.append(self._drop_oldest())
        for job in left_out:
            self._tell(job, written=False)

    def _finish(self, batch: Sequence[Job], *, written: bool) -> None:
        with self._changed:
            self._counts["written" if written else "failed"] += len(batch)
            self._size_bytes -= sum(job.size_bytes for job in batch)
        for job in batch:
            self._tell(job, written=written)

    def _tell(self, job: Job, *, written: bool) -> None:
        if job.done is not None:
            with self._guard:
                job.done(written)

    def _is_over(self) -> bool:
        return len(self._waiting) + self._taken > self._max_jobs or self._size_bytes > self._max_bytes

    def _is_empty(self) -> bool:
        return not self._waiting and not self._taken

    def _drop_oldest(self) -> Job:
        job = self._waiting.popleft()
        self._size_bytes -= job.size_bytes
        self._counts["dropped"] += 1
        return job
