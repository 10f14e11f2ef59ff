"""One of many processes speaks: it evaluates the rules and tells people; the others show what it knows.

What an evaluation found is written before anything is told, in one transaction under the token of a lease;
what was told is written down right after. Whoever gains the lease reads all of it and goes on from there.
While the storage does not answer, one goes on in memory.

See the decision on one voice of many processes.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from otel_monitoring.errors import NotifyError
from otel_monitoring.guard import Guard
from otel_monitoring.storage.errors import FencedError, StorageError
from otel_monitoring.storage.keeper import LeaseKeeper
from otel_monitoring.storage.repositories.fenced import write_fenced
from otel_monitoring.storage.repositories.notes import NOTIFICATION_LOG
from otel_monitoring.storage.repositories.notices import lane_of, notice_of, notice_record
from otel_monitoring.storage.repositories.outbox import Outbox, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy import Connection

    from otel_monitoring.alerts.routing.dispatch import Dispatcher
    from otel_monitoring.bootstrap.storage.alone import Alone
    from otel_monitoring.bootstrap.storage.memory import Memory
    from otel_monitoring.model.alert import Notice
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.lease import Fence, Lease

_log = logging.getLogger(__name__)

_GUARD = "storage.voice"
_MOST_DECIDED = 10_000
_WELL_S = 30.0
"""A loop that has not come round for so long leaves the lease to another process."""
_BEHIND_S = 30.0
"""Whoever cannot read for so long what was collected elsewhere, evaluates what there is."""
_KEPT_OUT_S = 30.0
"""A storage that can be read and takes no lease for so long does not answer."""


class CatchUp(Protocol):
    """Reads what other processes collected."""

    def __call__(self, *, at_once: bool) -> bool:
        """Return whether it is there; ``at_once`` means up to this moment."""
        ...


class Hand(Protocol):
    """Brings notices to their channels."""

    def __call__(self, notice: Notice, done: Callable[[bool], None], *, is_firm: bool = False) -> None:
        """Take a notice; ``done`` hears what became of it."""
        ...

    def forget(self) -> None:
        """Leave everything that waits to another process."""
        ...


@dataclass(frozen=True, slots=True)
class _Decided:
    """What became of one notice."""

    notice: Notice
    was_taken: bool
    at_ms: int


class Voice:
    """Speak while the lease is ours, show what the speaker knows while it is not.

    Args:
        database: What all processes share.
        lease: Who speaks.
        owner: Who we are.
        memory: What is written and read.
        clock: The time.
        alone: Decides who goes on while the database does not answer.
        catch_up: Asked before rules are: what is not read yet would look as if nothing had changed.
        can_speak: Whether this process evaluates rules at all; one that does not only shows.
    """

    def __init__(
        self,
        *,
        database: Database,
        lease: Lease,
        owner: str,
        memory: Memory,
        clock: Clock,
        alone: Alone,
        catch_up: CatchUp,
        can_speak: bool = True,
    ) -> None:
        self._database = database
        self._lease = lease
        self._memory = memory
        self._clock = clock
        self._alone = alone
        self._catch_up = catch_up
        self._can_speak = can_speak
        self._outbox = Outbox(service=memory.service, owner=owner)
        self._guard = Guard(_GUARD)
        self.keeper = LeaseKeeper(lease=lease, is_well=self._is_well)
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.RLock()
        self._came_round_s = self._clock.monotonic_s()
        self._term = 0
        self._fence: Fence | None = None
        self._has_lapsed = False
        self._is_behind = True
        self._behind_since_s: float | None = None
        self._is_alone = False
        self._is_asking = False
        self._told_alone: set[tuple[str, str, str]] = set()
        self._under_way: dict[str, tuple[Notice, Callable[[bool], None]]] = {}
        self._pending: list[tuple[Notice, Callable[[bool], None]]] = []
        self._decided: deque[_Decided] = deque(maxlen=_MOST_DECIDED)

    def connect(self, dispatcher: Dispatcher, hand: Hand) -> None:
        """Say who decides what is told, and who tells it."""
        self._dispatcher = dispatcher
        self._hand = hand

    # ---- asked by others

    @property
    def is_speaking(self) -> bool:
        """Whether this process evaluates and tells."""
        return self._fence is not None or self._is_alone

    def may_send(self) -> bool:
        """Tell whether a message may leave at this moment; asked right before."""
        if self._is_alone:
            return True
        fence = self._fence
        try:
            may = fence is not None and self._lease.fence() == fence
        except FencedError:
            may = False
        self._has_lapsed |= not may
        return may

    def take(self, notice: Notice, done: Callable[[bool], None]) -> None:
        """Take what is to be told, once it is written down: the dispatcher's delivery."""
        self._pending.append((notice, done))
        if self._is_alone:
            self._told_alone.add(_page_of(notice))

    def share(self) -> None:
        """Write down at once what somebody did here, where the storage answers; else a later step does."""
        if self._database.is_available:
            self._with_storage(partial(self._memory.bring_together, self._database))

    # ---- the job

    def step(self, now_ms: int, evaluate: Callable[[int], object]) -> None:
        """Do what is due: speak, or show what others say.

        Args:
            now_ms: The Unix time in milliseconds.
            evaluate: Asks the rules and hands over what is to be told.
        """
        self._came_round_s = self._clock.monotonic_s()
        self._ask_for_lease()
        if self._lease.hold():
            self._speak(now_ms, evaluate)
        elif self._answers:
            self._fall_silent()
            self._with_storage(self._show)
        elif self._can_speak and self._alone.may_speak(was_holder=self.is_speaking):
            self._speak_alone(now_ms, evaluate)

    def stop(self, timeout_s: float) -> None:
        """Write what was found, and let another process take over at once."""
        if self._lease.hold() and self._fence is not None:
            self._with_storage(partial(self._commit, self._fence))
        self.keeper.stop(timeout_s)
        self._alone.close()
        self._begin()

    def after_fork(self) -> None:
        """Hold nothing in a child process."""
        owner = uuid.uuid4().hex
        self.keeper.after_fork()
        self._lease.after_fork(holder=owner)
        self._outbox = Outbox(service=self._memory.service, owner=owner)
        self._alone.close()
        self._guard = Guard(_GUARD)
        self._memory.after_fork()
        self._begin()

    def stats(self) -> dict[str, int]:
        """Return whether this process speaks, and how the lease did."""
        return {**self._lease.stats(), "speaking": int(self.is_speaking), "alone": int(self._is_alone)}

    # ---- speaking

    def _speak(self, now_ms: int, evaluate: Callable[[int], object]) -> None:
        # First what people said: no alert is to be seen, or told, without its silence or acknowledgement.
        self._with_storage(partial(self._memory.bring_together, self._database))
        if not self._with_storage(self._take_up_where_needed):
            return
        if not self._is_current():
            return
        evaluate(now_ms)
        if self._fence is not None and self._with_storage(partial(self._commit, self._fence)):
            self._alone.contact()
            self._hand_over()

    def _speak_alone(self, now_ms: int, evaluate: Callable[[int], object]) -> None:
        """Go on in memory; what is written down later is what differs then."""
        if not self._is_alone:
            _log.warning("the storage does not answer: this process evaluates and tells from memory")
            if self._fence is None:
                self._memory.settle()  # whoever was about to tell something cannot write down whether it did
            self._is_alone, self._has_lapsed = True, False
            self._hand_over_again()
        evaluate(now_ms)
        self._hand_over()

    def _is_current(self) -> bool:
        """Tell whether all that was collected is there; read it now where this process has just taken up."""
        if self._catch_up(at_once=self._is_behind):
            self._is_behind, self._behind_since_s = False, None
            return True
        now_s = self._clock.monotonic_s()
        self._behind_since_s = now_s if self._behind_since_s is None else self._behind_since_s
        return now_s - self._behind_since_s > _BEHIND_S

    def _take_up_where_needed(self) -> None:
        """Read everything where the lease is newly ours; after going on alone under it, go on."""
        fence = self._lease.fence()
        if fence == self._fence and not self._has_lapsed:
            self._is_alone = False
            return
        is_unread = self._is_alone and self._fence is None  # it spoke, and has never read anything
        knows_better = is_unread or self._memory.is_of_another(self._database.identity)
        with self._lock:
            with self._database.write() as connection:
                fence.check(connection)
                waiting = [notice_of(one.document) for one in self._outbox.take_over(connection)]
                pages = {_page_of(one) for one in waiting}
                apply = self._memory.take_up(connection, pages, self._database.identity)
            if not knows_better:
                self._leave()
                apply()
            self._fence, self._is_alone, self._has_lapsed, self._is_behind = fence, False, False, True
            told_alone, self._told_alone = self._told_alone, set()
        if knows_better:
            self._hand_over_again()
        _log.info(
            "this process evaluates the rules and tells people from now on, under token %d", fence.token
        )
        for notice in waiting:
            if knows_better and _page_of(notice) in told_alone:  # our own word on it has left already
                self._decided.append(_Decided(notice, was_taken=False, at_ms=self._clock.now_ms()))
            else:
                self._deliver(notice, self._dispatcher.resume(notice), is_firm=True)

    def _commit(self, fence: Fence) -> None:
        """Write what was found, what is to be told and what was, all or nothing."""
        with self._lock:
            decided, pending = list(self._decided), list(self._pending)
            if not self._memory.prepare(self._database.identity) and not decided and not pending:
                return
            write_fenced(
                self._database,
                fence,
                partial(self._write_notices, pending),
                *(partial(self._write_decided, one) for one in decided),
                self._memory.write,
            )
            self._memory.confirm()
            self._decided.clear()  # nobody adds to it without the lock

    def _write_notices(self, pending: list[tuple[Notice, Any]], connection: Connection) -> None:
        now_ms = self._clock.now_ms()
        for notice, _ in pending:
            waiting = Waiting(lane_of(notice), notice.key, now_ms, notice_record(notice))
            self._outbox.put(connection, waiting)

    def _write_decided(self, decided: _Decided, connection: Connection) -> None:
        self._outbox.decide(
            connection,
            lane_of(decided.notice),
            decided.notice.key,
            outcome="delivered" if decided.was_taken else "failed",
            at_ms=decided.at_ms,
        )

    def _hand_over(self) -> None:
        pending, self._pending = self._pending, []
        for notice, done in pending:
            self._deliver(notice, done)

    def _hand_over_again(self) -> None:
        """Hand over whatever was left to others meanwhile and is ours after all."""
        self._hand.forget()
        for notice, done in list(self._under_way.values()):
            self._deliver(notice, done, is_firm=True)

    def _deliver(self, notice: Notice, done: Callable[[bool], None], *, is_firm: bool = False) -> None:
        decide = partial(self._decide, notice, done, self._term)
        self._under_way[notice.key] = (notice, done)
        try:
            self._hand(notice, decide, is_firm=is_firm)
        except NotifyError as error:
            _log.warning("a message is given up: %s", error)
            decide(False)  # noqa: FBT003 - the protocol of ``done``

    def _decide(self, notice: Notice, done: Callable[[bool], None], term: int, taken: bool) -> None:  # noqa: FBT001 - the protocol of ``done``
        """Hear what became of a notice, and write it down at once: until then it may be told again."""
        if term != self._term or self._under_way.pop(notice.key, None) is None:
            return
        done(taken)
        with self._lock:
            if term != self._term:
                return
            decided = _Decided(notice, taken, self._clock.now_ms())
            if self._fence is None or not self._with_storage(partial(self._note, decided, self._fence)):
                self._decided.append(decided)

    def _note(self, decided: _Decided, fence: Fence) -> None:
        page = self._dispatcher.page_state(decided.notice)
        told = NOTIFICATION_LOG.of(self._memory.service)

        def write_page(connection: Connection) -> None:
            told.save(connection, [page] if page else [], now_ms=self._clock.now_ms())

        write_fenced(self._database, fence, partial(self._write_decided, decided), write_page)

    # ---- not speaking

    def _show(self) -> None:
        self._memory.bring_together(self._database)
        self._memory.mirror(self._database)
        if self._can_speak:
            self._alone.contact()

    def _fall_silent(self) -> None:
        """Tell nothing more; what was found and is not written is forgotten."""
        if self.is_speaking:
            _log.info("another process evaluates the rules and tells people from now on")
            with self._lock:
                self._leave()
                self._memory.forget()

    def _leave(self) -> None:
        self._term += 1
        self._fence, self._is_alone, self._has_lapsed = None, False, False
        self._pending, self._under_way, self._told_alone = [], {}, set()
        self._decided.clear()
        self._hand.forget()

    def _with_storage(self, work: Callable[[], object]) -> bool:
        """Do something with the storage; return whether that went well."""
        with self._guard:
            try:
                work()
            except FencedError:
                self._has_lapsed = True
            except StorageError as error:
                _log.debug("the storage does not answer: %s", error)
            else:
                return True
        return False

    def _ask_for_lease(self) -> None:
        """Have somebody ask; ask at once the first time, and to write down what was decided alone."""
        if not self._can_speak:
            self._database.ensure()
            return
        if not self._is_asking or (self._is_alone and self._answers):
            self.keeper.step()
        if not self._is_asking:
            self._is_asking = True
            self.keeper.start()

    def _is_well(self) -> bool:
        is_round = self._clock.monotonic_s() - self._came_round_s < _WELL_S
        return is_round and (self._lease.hold() or self._is_alone or not self._alone.is_elsewhere())

    @property
    def _answers(self) -> bool:
        """Whether the storage can be read, and written by whoever holds the lease."""
        return self._database.is_available and self._lease.in_vain_s() < _KEPT_OUT_S


def _page_of(notice: Notice) -> tuple[str, str, str]:
    return notice.group_key, notice.receiver, notice.channel
