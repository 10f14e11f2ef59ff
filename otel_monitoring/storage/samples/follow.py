"""Keep the series of this process in step with what all the others append.

After a restart that is what earlier runs left; with several workers, what each of them collects; with several
hosts the same. So any process answers for all of them, and whoever evaluates the rules sees everything.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from otel_monitoring.guard import Guard
from otel_monitoring.storage.ends import SILENT, STOPPED
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.samples.sources import Run, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.samples.polling import SampleReader
    from otel_monitoring.stores.carried import Carried
    from otel_monitoring.stores.series import SeriesStore

State: TypeAlias = Literal["running", "stopped", "crashed"]

_log = logging.getLogger(__name__)

_JOIN_S = 1.0
_MOST_BATCHES = 200
_LOOK_BACK_EVERY_S = 600.0
_LOOKS_MISSED = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """One run of a process, and whether it lives.

    Attributes:
        run: What the storage knows of it.
        is_alive: Whether it appended something lately, by our own monotonic clock.
    """

    run: Run
    is_alive: bool

    @property
    def state(self) -> State:
        """Whether it runs, was stopped as planned, or is gone in another way."""
        if self.is_alive:
            return "running"
        return "stopped" if self.run.exit_reason.startswith(STOPPED) else "crashed"

    @property
    def reason(self) -> str:
        """Why it does not run; empty while it does."""
        return "" if self.is_alive else self.run.exit_reason or SILENT


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a follower does what; seconds all.

    Attributes:
        look_s: From one look to the next.
        dead_after_s: A process that appended nothing for so long is dead.
        carry_s: Between two samples of a counter that is carried on.
        remember_s: How long a process that is gone is known.
        recent_s: One that was seen within this is looked at each time, the others every now and then: a month
            of workers that are replaced every few minutes is tens of thousands.
    """

    look_s: float
    dead_after_s: float
    carry_s: float
    remember_s: float
    recent_s: float = 86_400.0


class Follower:
    """Read what others of the service appended into the store, from a thread of its own.

    Whether another process lives is told by its count of collections going up while our own clock runs, so
    that hosts whose clocks differ do not declare each other dead.

    Args:
        database: Where the others write.
        reader: Reads what is new, and says whose processes are followed.
        store: Takes it.
        carried: Carries the counters of the dead on.
        clock: The monotonic side tells who is alive, the wall clock stamps what is carried on.
        pace: How often it does what.
        own: The ``service.instance.id`` of this process.

    Attributes:
        then: Called at the end of each look, whether the database answered or not.
    """

    def __init__(
        self,
        *,
        database: Database,
        reader: SampleReader,
        store: SeriesStore,
        carried: Carried,
        clock: Clock,
        pace: Pace,
        own: str = "",
    ) -> None:
        self._database = database
        self._reader = reader
        self._store = store
        self.carried = carried
        self._clock = clock
        self._pace = pace
        self._own = own
        self.then: Callable[[], object] | None = None
        self._carry_at_s = clock.monotonic_s()
        self._progress: dict[str, tuple[int, float]] = {}
        self._was_away = False
        self._older: dict[int, Seen] = {}
        self._older_at_s = float("-inf")
        self._guard = Guard("storage.follow")
        self._seen: tuple[Seen, ...] = ()
        self._recent: tuple[Seen, ...] = ()
        self._looked = False
        self._read_at_s = float("-inf")
        self._looking = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()

    @property
    def has_looked(self) -> bool:
        """Whether everything that was there at the start has been read once, or cannot be read now."""
        return self._looked

    def instances(self) -> tuple[Seen, ...]:
        """Return every run that the storage knew at the last look, our own included."""
        return self._seen

    def look(self) -> bool:
        """Read what is new; return whether the storage could be asked.

        Without a storage, what is carried on is carried on all the same.
        """
        with self._looking:
            return self._look(self._clock.monotonic_s())

    def catch_up(self, *, at_once: bool = False) -> bool:
        """Have what the others appended, as whoever decides by it has to; whoever was suspended has not.

        Args:
            at_once: Look in any case; else only where the thread missed two looks.

        Returns:
            Whether it is there; not where the storage could not be asked.
        """
        late_s = self._clock.monotonic_s() - self._read_at_s
        return self.look() if at_once or late_s > _LOOKS_MISSED * self._pace.look_s else True

    def _look(self, now_s: float) -> bool:
        answered, known = False, self.carried.sources
        try:
            if self._database.ensure():
                self._read(now_s)
                answered, self._read_at_s = True, now_s
        except StorageError as error:
            _log.debug("nothing was read from the storage: %s", error)
        self._was_away = not answered
        if now_s >= self._carry_at_s or self.carried.sources != known:
            self._carry_at_s = now_s + self._pace.carry_s
            self.carried.append(self._clock.now_ms())
        if self.then is not None:
            self.then()
        self._looked = True
        return answered

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if self._thread is None:
            self._wake = threading.Event()
            self._thread = threading.Thread(target=self._run, name="otel-monitoring-reader", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End the thread."""
        thread, self._thread = self._thread, None
        self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(min(timeout_s, _JOIN_S))

    def stats(self) -> dict[str, int]:
        """Return how many processes are alive, how many are carried on, and what was read."""
        alive = sum(one.is_alive for one in self._seen)
        return {**self._reader.stats(), "alive": alive, "carried": len(self.carried.sources)}

    def _run(self) -> None:
        thread = threading.current_thread()
        while self._thread is thread:
            self._guard.call(self.look)
            self._looked = True
            self._wake.wait(self._pace.look_s)

    def _read(self, now_s: float) -> None:
        recent_ms = self._clock.now_ms() - round(self._pace.recent_s * 1000)
        self._reader.since_ms = max(self._reader.since_ms, recent_ms)
        while True:
            batches = self._reader.poll(most=_MOST_BATCHES)
            self._store.extend(batches)
            if not batches:
                break
        with self._database.read() as connection:
            self._note(runs(connection, service=self._reader.service, seen_since_ms=recent_ms), now_s)
            if now_s >= self._older_at_s:
                self._older_at_s = now_s + _LOOK_BACK_EVERY_S
                self._older = self._long_gone(connection, before_ms=recent_ms)
        recent = {one.run.id for one in self._recent}
        self._seen = (*(one for id_, one in self._older.items() if id_ not in recent), *self._recent)

    def _long_gone(self, connection: Connection, *, before_ms: int) -> dict[int, Seen]:
        """Return those that are only remembered, by their number."""
        since_ms = self._clock.now_ms() - round(self._pace.remember_s * 1000)
        known = runs(connection, service=self._reader.service, seen_since_ms=since_ms)
        gone = [run for run in known if run.last_seen_ms < before_ms and not run.source.written_by]
        return {run.id: Seen(run, is_alive=False) for run in gone}

    def _note(self, known: Sequence[Run], now_s: float) -> None:
        """Find out who lives, and carry on who does not.

        A process that goes on under the name of one that ended counts from zero in the same series: there the
        dead are not carried on.
        """
        grace_s = self._grace_s(now_s)
        before, self._progress = self._progress, {}
        seen = []
        for run in known:
            if run.source.written_by:
                continue  # what rules wrote goes on in the source of whoever evaluates them next
            name = run.source.instance
            seq, at_s = before.get(name, (-1, 0.0))
            at_s += grace_s
            if seq != run.last_seq:
                self.carried.revive(name)  # what it said since is what is carried on
                is_first = seq < 0
                age_s = max(0.0, (self._clock.now_ms() - run.last_seen_ms) / 1000) if is_first else 0.0
                at_s = now_s - age_s
            self._progress[name] = (run.last_seq, at_s)
            is_alive = run.ended_ms is None and now_s - at_s <= self._pace.dead_after_s
            seen.append(Seen(run, is_alive))
        self._recent = tuple(seen)
        living = {one.run.source.label for one in seen if one.is_alive} | {self._own}
        for one in seen:
            name, run = one.run.source.instance, one.run
            if one.is_alive or run.source.label in living:
                self.carried.revive(name)
            else:
                self.carried.end(name, at_ms=run.last_seen_ms if run.ended_ms is None else run.ended_ms)

    def _grace_s(self, now_s: float) -> float:
        """Return for how long the storage did not answer: who was not heard meanwhile need not be dead."""
        return now_s - self._read_at_s if self._was_away and self._progress else 0.0
