"""Events and results of health checks, from where they are heard to where they are kept and found.

It runs with and without a storage: the newest are in memory in either case.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import MonitoringError
from otel_monitoring.guard import Guard
from otel_monitoring.health.samples import HealthSamples
from otel_monitoring.ingest.events import event_of
from otel_monitoring.model.metric import MetricDescription
from otel_monitoring.model.record import EVENT
from otel_monitoring.stores.records import RecordStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.bootstrap.storage.keeping import Keeping
    from otel_monitoring.health.report import HealthReport
    from otel_monitoring.model.record import Record

    Row = tuple[float, Mapping[str, str]]

_AT_ONCE = 2000
_AUDIT = "audit"

METRICS = (
    MetricDescription(
        "otel_monitoring.records.kept",
        "{record}",
        "counter",
        "Events, results of health checks and audit entries of this process that the storage took.",
        ("kind",),
    ),
    MetricDescription(
        "otel_monitoring.records.dropped",
        "{record}",
        "counter",
        "Those that were lost: queue_full because too many waited, storage because it did not take them.",
        ("kind", "reason"),
    ),
    MetricDescription(
        "otel_monitoring.records.waiting",
        "{record}",
        "updowncounter",
        "Those that wait to be written to the storage.",
        ("kind",),
    ),
)


class Recording:
    """Keep what happens in this process, and find what happened in all of them.

    Args:
        builder: The tap on events, and what takes secrets out of them.
        keeping: The storage; ``None`` for memory alone.
    """

    def __init__(self, builder: Builder, keeping: Keeping | None) -> None:
        self._tap = builder.events
        self._redactor = builder.redactor
        self._keeping = keeping
        self._store = RecordStore()
        self._guard = Guard("job.records")
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._samples = HealthSamples(redact=self._redactor.text)

    def step(self, report: HealthReport | None = None) -> bool:
        """Take events that wait, and what is worth keeping of a report; a job.

        Returns:
            Whether there was anything.
        """
        with self._lock:  # those who ask take what waits as well
            records = self._events()
            if report is not None:
                records += self._samples.of(report)
            if records:
                self._store.append(records)
                if self._keeping is not None:
                    self._keeping.records.append(records)
        if self._keeping is not None:
            self._keeping.audit.hand_over()
        return bool(records)

    def finish(self) -> None:
        """Take everything that waits, before the storage is closed."""
        while self.step():
            pass

    def find(self, kind: str, **asked: Any) -> tuple[list[Record], bool]:
        """Return records of a kind, newest first; waits a moment for what has just happened here.

        Args:
            kind: What is asked for.
            asked: As :meth:`RecordStore.find` takes it.

        Returns:
            The records; and whether they are those of all processes, from the storage. Else they are the
            newest of this one.
        """
        self.step()
        if self._keeping is not None:
            with suppress(MonitoringError):
                return self._keeping.records.find(kind, **asked), True
        return self._store.find(kind, **asked), False

    def instances(self) -> Mapping[int, str]:
        """Return the ``service.instance.id`` of each source of the storage that is known, by its number."""
        if self._keeping is None:
            return {}
        return {seen.run.id: seen.run.source.label for seen in self._keeping.instances()}

    def rows(self, name: str) -> Iterable[Row]:
        """Return what a metric of ``METRICS`` says at a collection."""
        return {
            "otel_monitoring.records.kept": self._kept,
            "otel_monitoring.records.dropped": self._dropped,
            "otel_monitoring.records.waiting": self._waiting,
        }[name]()

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._begin()
        self._store.after_fork()

    def _events(self) -> list[Record]:
        made = (self._guard.call(event_of, one, self._redactor) for one in self._tap.take(_AT_ONCE))
        return [record for record in made if record is not None]

    def _kept(self) -> list[Row]:
        if self._keeping is None:
            return []
        written = self._keeping.records.stats()["written"]
        counts = {**written, _AUDIT: self._keeping.audit.stats()["written"]}
        return [(count, {"kind": kind}) for kind, count in counts.items()]

    def _dropped(self) -> list[Row]:
        rows: list[Row] = [(self._tap.stats()["dropped"], {"kind": EVENT, "reason": "queue_full"})]
        if self._keeping is not None:
            rows.append((self._keeping.audit.stats()["dropped"], {"kind": _AUDIT, "reason": "queue_full"}))
            lost = self._keeping.records.stats()["dropped"]
            rows += [(count, {"kind": kind, "reason": "storage"}) for kind, count in lost.items()]
        return rows

    def _waiting(self) -> list[Row]:
        counts = {EVENT: self._tap.stats()["waiting"]}
        if self._keeping is not None:
            for kind, count in self._keeping.records.stats()["waiting"].items():
                counts[kind] = counts.get(kind, 0) + count
            counts[_AUDIT] = self._keeping.audit.stats()["waiting"]
        return [(count, {"kind": kind}) for kind, count in counts.items()]
