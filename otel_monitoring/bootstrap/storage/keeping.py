"""What outlives the process: the storage, what is written to it, and what others wrote there.

SQLAlchemy takes 34 MiB; this module is therefore imported where a storage is set, with the first collection.
"""

from __future__ import annotations

import logging
import os
import socket
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring.bootstrap.storage.alone import Alone
from otel_monitoring.bootstrap.storage.rule_series import RuleSeries
from otel_monitoring.bootstrap.storage.upkeep import keep_of, upkeep
from otel_monitoring.bootstrap.storage.voice import Voice
from otel_monitoring.storage.crashes import instance_rows
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.ends import own_end_reason
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.history.keeps import KeepNote
from otel_monitoring.storage.history.replay import replayed
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.storage.lease import Lease
from otel_monitoring.storage.metrics import storage_rows
from otel_monitoring.storage.recording.audit import AuditLog
from otel_monitoring.storage.recording.records import RecordLog
from otel_monitoring.storage.samples.follow import Follower, Pace
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.samples.sources import INSTANCE_ID, WRITTEN_BY, Source
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.writer import Writer
from otel_monitoring.stores.carried import Carried

if TYPE_CHECKING:
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.bootstrap.storage.memory import Memory
    from otel_monitoring.model.sample import Batch
    from otel_monitoring.storage.samples.follow import Seen
    from otel_monitoring.storage.state import State
    from otel_monitoring.stores.series import SeriesStore

_log = logging.getLogger(__name__)

_COLLECTIONS_UNTIL_DEAD = 3
_DEAD_AFTER_S = 30.0
_LOOK_EVERY_S = 5.0
_REMEMBER_S = 30 * 86_400.0
_CLOCKS_DIFFER_S = 86_400.0
"""When a process was seen last is told by the clock of its own host."""
_OWN_SOURCE = "self"
_NEVER_MS = 1 << 60
_LEASE = "evaluator"
_SPAN_PER_INTERVAL = 0.6
"""Asked for every third of it, a lease that lapses is taken and used within two intervals."""
_SHORTEST_SPAN_S, _LONGEST_SPAN_S = 1.5, 30.0


class Keeping:
    """The storage as one instance uses it.

    Args:
        builder: The settings and what the parts share.
        url: Where the storage is.
        store: The series in memory.
    """

    def __init__(self, builder: Builder, *, url: str, store: SeriesStore) -> None:
        self._builder = builder
        self._store = store
        self.database = Database(url=url, clock=builder.clock, shield=suppress_instrumentation)
        self.writer = Writer(database=self.database, clock=builder.clock)
        self.service = Service.of(builder.resource.attributes)
        self.rows = {
            **storage_rows(self.database, self.writer),
            **instance_rows(self.instances, clock=builder.clock),
        }
        self.records = RecordLog(
            database=self.database, writer=self.writer, source=lambda: self.samples.source
        )
        self.audit = AuditLog(
            database=self.database,
            writer=self.writer,
            service=self.service.key,
            instance=lambda: self.samples.source.label,
        )
        self._keep_note = KeepNote(keep_of(builder.settings), service=self.service.key)
        self.upkeep = upkeep(builder.settings, database=self.database, clock=builder.clock)
        self.history = HistoryStore(
            memory=store,
            database=self.database,
            since_ms=lambda: self._since_ms if self.is_caught_up else _NEVER_MS,
            service=self.service.key,
            names=lambda: {self.samples.source.instance: _OWN_SOURCE},
            cache_bytes=builder.settings.storage.cache_bytes,
        )
        self._begin()

    def _begin(self) -> None:
        """Be a new source: what is appended from here on is this process's."""
        clock, settings = self._builder.clock, self._builder.settings
        source = _source(self._builder, self.service)
        interval_s = settings.telemetry.collect_interval_s
        self.collects_since_ms: int | None = None
        self._since_ms = clock.now_ms() - round(settings.store.retention_s * 1000)
        self.samples = SampleLog(database=self.database, writer=self.writer, source=source)
        self.follower = Follower(
            database=self.database,
            reader=SampleReader(
                database=self.database,
                service=self.service.key,
                own=[source.instance],
                since_ms=self._since_ms,
                replay=replayed,
            ),
            store=self._store,
            carried=Carried(self._store, for_s=settings.store.retention_s),
            clock=clock,
            pace=Pace(
                look_s=min(_LOOK_EVERY_S, interval_s),
                dead_after_s=max(_DEAD_AFTER_S, _COLLECTIONS_UNTIL_DEAD * interval_s),
                carry_s=settings.query.lookback_s / 2,
                remember_s=_REMEMBER_S,
                recent_s=settings.store.retention_s + _CLOCKS_DIFFER_S,
            ),
            own=source.label,
        )
        self.follower.then = self.agree

    def rule_series(self) -> RuleSeries:
        """Return what keeps the series that rules write, here and for the other processes."""
        return RuleSeries(keep=self._store.append, log=self._rule_log)

    def _rule_log(self, group: str) -> SampleLog:
        ours = self.samples.source
        source = replace(
            ours,
            instance=uuid.uuid4().hex,
            attributes={**ours.attributes, WRITTEN_BY: ours.instance, "group": group},
        )
        return SampleLog(database=self.database, writer=self.writer, source=source)

    def append(self, batch: Batch) -> None:
        """Keep one collection of this process."""
        if self.collects_since_ms is None:
            self.collects_since_ms = batch.time_ms
        self.writer.start()
        self.follower.start()
        self.upkeep.start()
        self.samples.append(batch)

    def agree(self) -> None:
        """Agree with others, where the storage answers: what opens the pages and signs links, what stays."""
        credentials = self._builder.credentials
        try:
            if self.database.ensure():
                now_ms = self._builder.clock.now_ms()
                credentials.share(self.database, service=self.service.key, now_ms=now_ms)
                for look in self._builder.on_agree:
                    look(self.database, service=self.service.key, now_ms=now_ms)
                self._keep_note.write(self.database, now_ms=now_ms)
        except StorageError as error:
            _log.debug("the storage does not say what others agreed on: %s", error)

    def voice(self, memory: Memory) -> Voice:
        """Return who speaks for all processes of this service on this storage."""
        settings, clock = self._builder.settings, self._builder.clock
        span_s = settings.alerts.interval_s * _SPAN_PER_INTERVAL
        owner = uuid.uuid4().hex
        span_s = min(max(span_s, _SHORTEST_SPAN_S), _LONGEST_SPAN_S)
        lease = Lease(
            database=self.database, name=f"{_LEASE}/{self.service.key}", holder=owner, span_s=span_s
        )
        alone = Alone(
            place=str(self.database.place.url),
            service=self.service.key,
            identity=lambda: self.database.identity,
            has_other_hosts=self._has_other_hosts,
            contact_s=2 * max(span_s, settings.alerts.interval_s),
            alone_after_s=settings.storage.alone_after_s,
        )
        return Voice(
            database=self.database,
            lease=lease,
            owner=owner,
            memory=memory,
            clock=clock,
            alone=alone,
            catch_up=lambda *, at_once: self.follower.catch_up(at_once=at_once),
            can_speak=settings.alerts.enabled,
        )

    def _has_other_hosts(self) -> bool | None:
        """Tell whether the service lived on another host at the last look; ``None`` before the first one."""
        if self.database.is_sqlite:
            return False
        host, seen = self.samples.source.host, self.follower.instances()
        return any(one.is_alive and one.run.source.host != host for one in seen) if seen else None

    @property
    def state(self) -> State:
        """Whether the storage can be used, and if not, why."""
        return self.database.state

    @property
    def is_caught_up(self) -> bool:
        """Whether what was there at the start has been read, or cannot be read now."""
        return self.follower.has_looked

    def instances(self) -> tuple[Seen, ...]:
        """Return every process of this service that the storage knows."""
        return self.follower.instances()

    def after_fork(self) -> None:
        """Start anew in a child process: a source of its own."""
        self.writer.after_fork()
        self.upkeep.after_fork()
        self.history.after_fork()
        self.records.after_fork()
        self.audit.after_fork()
        self._begin()

    def stop(self, timeout_s: float) -> None:
        """Say that this process ends, write what waits, and close."""
        self.follower.stop(timeout_s)
        self.upkeep.stop(timeout_s)
        self.samples.end(at_ms=self._builder.clock.now_ms(), reason=own_end_reason())
        if not self.writer.stop(timeout_s):
            _log.warning("the storage did not take everything before the end: %s", self.writer.stats())
        self.database.close()
        self._begin()  # whatever starts again is another run


def _source(builder: Builder, service: Service) -> Source:
    """Return who this process is: one run, whatever ``service.instance.id`` the user may have fixed."""
    attributes = builder.resource.attributes
    return Source(
        instance=uuid.uuid4().hex,
        service=service,
        host=str(attributes.get("host.name") or socket.gethostname()),
        pid=os.getpid(),
        version=str(attributes.get("service.version", "")),
        started_ms=builder.clock.now_ms(),
        attributes={INSTANCE_ID: str(attributes.get(INSTANCE_ID, ""))},
    )
