"""The audit of one process: appended to the chain in the order in which it was done, each entry once.

Entries wait here until the storage has them, whatever else waits for it, and are written by its one thread.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from otel_monitoring.guard import Guard
from otel_monitoring.model.action import Action, Audited
from otel_monitoring.storage.repositories.audit_chain import append_audit, has_audit, newest_audit
from otel_monitoring.storage.writer import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.repositories.audit_chain import AuditEntry
    from otel_monitoring.storage.writer import Writer

_log = logging.getLogger(__name__)

_AT_ONCE = 100
_FLUSH_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    time_ms: int
    action: str
    document: Mapping[str, Any]


class AuditLog:
    """Append what people do; any thread may hand it over, and none waits for the storage.

    Args:
        database: Where the chain is.
        writer: Writes in its own time.
        service: The key of the service whose audit it is.
        instance: Returns the ``service.instance.id`` of this process.
        max_waiting: How many entries wait for a storage that is away; then the oldest go, and are counted.
    """

    def __init__(
        self,
        *,
        database: Database,
        writer: Writer,
        service: str,
        instance: Callable[[], str],
        max_waiting: int = 10_000,
    ) -> None:
        self._database = database
        self._writer = writer
        self._service = service
        self._instance = instance
        self._max_waiting = max_waiting
        self._begin()

    def _begin(self) -> None:
        self._guard = Guard("storage.audit")
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._is_on_its_way = False
        self._tried: tuple[_Waiting, ...] = ()
        self._counts = {"written": 0, "dropped": 0}

    def put(self, action: Action) -> None:
        """Take an action; never raises, since it is done already."""
        with self._guard:
            entry = _Waiting(action.at_ms, action.name, _document(action, self._instance()))
            with self._lock:
                self._waiting.append(entry)
                is_over = len(self._waiting) > self._max_waiting
                if is_over:
                    self._waiting.popleft()
                    self._counts["dropped"] += 1
            if is_over:
                _log.error("the storage has been away for so long that the audit loses its oldest entries")
            self.hand_over()

    def hand_over(self) -> None:
        """Have written what waits, unless that is under way; also asked for from time to time."""
        with self._lock:
            if self._is_on_its_way or not self._waiting:
                return
            self._is_on_its_way = True
        if not self._writer.put(Job("audit", self._write, done=self._written)):
            with self._lock:
                self._is_on_its_way = False

    def find(
        self,
        *,
        since_ms: int = 0,
        until_ms: int | None = None,
        before: tuple[int, int] | None = None,
        most: int = 100,
    ) -> list[Audited]:
        """Return what was done at any process with ``since_ms <= time < until_ms``, newest first.

        Waits a moment for what was done here just now.

        Args:
            since_ms: Unix milliseconds.
            until_ms: Unix milliseconds; ``None`` for no end.
            before: The time and the number of an entry: only what comes after it in the answer.
            most: The most entries that are returned.

        Raises:
            StorageError: The storage cannot be used now.
        """
        if self._waiting:
            self._writer.flush(_FLUSH_S)
        with self._database.read() as connection:
            found = newest_audit(
                connection,
                service=self._service,
                since_ms=since_ms,
                until_ms=until_ms,
                before=before,
                most=most,
            )
        return [audited(entry) for entry in found]

    def stats(self) -> dict[str, int]:
        """Return how many entries wait, were written, and were dropped because too many waited."""
        with self._lock:
            return {**self._counts, "waiting": len(self._waiting)}

    def after_fork(self) -> None:
        """Begin empty in a child process: the parent writes what was done there."""
        self._begin()

    def _write(self, connection: Connection) -> None:
        """Append what waits; what an earlier try may have appended after all is not appended again."""
        with self._lock:
            batch = tuple(islice(self._waiting, _AT_ONCE))
        for entry in batch:
            ours, at_ms, document = self._service, entry.time_ms, entry.document
            if not has_audit(connection, service=ours, time_ms=at_ms, key=document["id"]):
                append_audit(connection, service=ours, time_ms=at_ms, action=entry.action, document=document)
        self._tried = batch

    def _written(self, written: bool) -> None:  # noqa: FBT001 - what a job is told
        with self._lock:
            self._is_on_its_way = False
            if not written:
                return  # the next call of hand_over tries again
            done = set(self._tried)
            while self._waiting and self._waiting[0] in done:
                self._waiting.popleft()
            self._counts["written"] += len(done)
        self.hand_over()


def audited(entry: AuditEntry) -> Audited:
    """Return an entry of the chain as what was done."""
    said = entry.document
    action = Action(
        name=entry.action,
        target=str(said.get("target", "")),
        actor=str(said.get("actor", "")),
        at_ms=entry.time_ms,
        before=_mapping(said.get("before")),
        after=_mapping(said.get("after")),
    )
    return Audited(action, entry.number, entry.digest, str(said.get("instance", "")))


def _mapping(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, dict) else {}


def _document(action: Action, instance: str) -> Mapping[str, Any]:
    """Return what is written besides time and name, as plain values."""
    said = {
        "id": uuid.uuid4().hex,
        "actor": action.actor,
        "target": action.target,
        "instance": instance,
        "before": dict(action.before),
        "after": dict(action.after),
    }
    found: dict[str, Any] = json.loads(json.dumps(said, default=str))
    return found
