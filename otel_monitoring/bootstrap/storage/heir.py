"""Settle what killed processes of this service and host left: in the storage, and at whoever gets metrics.

Source: decision 0026.
"""

from __future__ import annotations

import logging
import threading
import uuid
from typing import TYPE_CHECKING, Any

import numpy as np
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from otel_monitoring.guard import Guard
from otel_monitoring.model.sample import Batch
from otel_monitoring.storage.ends import STOPPED, Watch
from otel_monitoring.storage.ledger import claim_all, pid_of
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.sources import INSTANCE_ID, Run, Source
from otel_monitoring.storage.writer import Job
from otel_monitoring.stores.carried import counters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from otel_monitoring.bootstrap.storage.keeping import Keeping
    from otel_monitoring.ingest.convert import Converter
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.storage.ledger import Claim, Entry, Estate
    from otel_monitoring.storage.service import Service
    from otel_monitoring.stores.series import SeriesStore

_log = logging.getLogger(__name__)


class Heir:
    """Look for processes that are gone, and say for them what they could not say any more.

    Args:
        folder: Where they note what they count.
        keeping: The storage.
        store: The series in memory, which follow what the others appended.
        converter: Makes a converter like the one of the process's own collections.
        export: Takes metrics for whoever gets ours.
        clock: Stamps what is settled.
    """

    def __init__(
        self,
        *,
        folder: Path,
        keeping: Keeping,
        store: SeriesStore,
        converter: Callable[[], Converter],
        export: Callable[[MetricsData], object],
        clock: Clock,
    ) -> None:
        self._folder = folder
        self._keeping = keeping
        self._store = store
        self._converter = converter
        self._export = export
        self._clock = clock
        self._guard = Guard("storage.heir")
        self._watch = Watch()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Look whether anybody is gone; settle it from a thread of its own, for it reads the storage."""
        if self._thread is not None and self._thread.is_alive():
            return
        claims = self._claims()
        if claims:
            self._thread = threading.Thread(
                target=self.settle, args=(claims,), name="otel-monitoring-heir", daemon=True
            )
            self._thread.start()

    def settle(self, claims: Sequence[tuple[Claim, str]]) -> None:
        """Settle every claim that can be settled now; let go of the others for a later look.

        Args:
            claims: What processes left that are gone, each with how its process ended.
        """
        can_read = self._guard.call(
            self._keeping.follower.look
        )  # what they appended to the last, they have by now
        for claim, reason in claims:
            handed_over = bool(can_read) and self._guard.call(self._settle, claim, reason)
            if not handed_over:
                claim.release(is_settled=False)

    def after_fork(self) -> None:
        """Let go in a child process of what its parent holds."""
        self._watch.close()

    def _claims(self) -> list[tuple[Claim, str]]:
        """Return what can be settled now, and hold on to those who live."""
        held: list[str] = []
        claims = claim_all(self._folder, held=held.append)
        self._watch.keep({*held, *(claim.name for claim in claims)})
        for name in held:
            pid = pid_of(name)
            if pid is not None:
                self._watch.hold(name, pid)
        found = []
        for claim in claims:
            reason = self._watch.end_of(claim.name)
            if reason is None:
                claim.release(is_settled=False)
            else:
                found.append((claim, reason))
        return found

    def _settle(self, claim: Claim, reason: str) -> bool:
        estate = claim.read()
        writer = self._keeping.writer
        if estate is None:
            return writer.put(Job("ledger", _nothing, done=lambda _written: claim.release(is_settled=True)))
        run = self._run(estate)
        if run is None or run.ended_ms is None:
            self._say_for(run, estate, estate.ended or reason)
        return writer.put(Job("ledger", _nothing, done=lambda written: claim.release(is_settled=written)))

    def _say_for(self, run: Run | None, estate: Estate, reason: str) -> None:
        now_ms = self._clock.now_ms()
        source = _source(estate, self._keeping.service, now_ms) if run is None else run.source
        log = SampleLog(database=self._keeping.database, writer=self._keeping.writer, source=source)
        if run is not None:
            with self._keeping.database.read() as connection:
                log.go_on(connection, run)
        data = metrics_of(estate, time_ns=now_ms * 1_000_000)
        noted = self._converter().convert(data, now_ms)
        log.append(self._last_words(source.instance, noted))
        log.end(at_ms=now_ms, reason=reason)
        self._export(data)
        level = logging.INFO if reason.startswith(STOPPED) else logging.WARNING
        _log.log(level, "process %d of %s is settled: %s", source.pid, source.host, reason)

    def _run(self, estate: Estate) -> Run | None:
        """Return the run whose estate it is; ``None`` where it had appended nothing yet."""
        who = (estate.resource.get(INSTANCE_ID), estate.resource.get("process.pid"))
        known = (one.run for one in self._keeping.instances())
        return max((run for run in known if _who(run) == who), key=lambda run: run.id, default=None)

    def _last_words(self, instance: str, noted: Batch) -> Batch:
        """Return all counters of a source, with what was noted in the place of what was collected."""
        last = self._store.last(instance)
        values: dict[Labels, float] = {}
        if last is not None:
            keep = counters(last.labels, self._store.metadata())
            pairs = zip(last.labels, np.asarray(last.values).tolist(), keep, strict=True)
            values = {labels: value for labels, value, is_kept in pairs if is_kept}
        names = {one.name: one for one in noted.metadata}
        is_count = counters(noted.labels, names)
        for labels, value, is_kept in zip(
            noted.labels, np.asarray(noted.values).tolist(), is_count, strict=True
        ):
            if is_kept:
                values[labels] = max(value, values.get(labels, 0.0))
        return Batch(instance, noted.time_ms, tuple(values), np.array(list(values.values())), noted.metadata)


def metrics_of(estate: Estate, *, time_ns: int) -> MetricsData:
    """Return what a process left as what its SDK would have collected."""
    metrics: dict[str, list[Entry]] = {}
    for entry in estate.entries:
        metrics.setdefault(repr((entry.about["scope"], entry.about["name"])), []).append(entry)
    scopes = [_scope(entries, time_ns) for entries in metrics.values()]
    return MetricsData([ResourceMetrics(Resource(dict(estate.resource)), scopes, "")])


def _scope(entries: Sequence[Entry], time_ns: int) -> ScopeMetrics:
    about = entries[0].about
    name, version, schema_url = about["scope"]
    points = [_point(entry, time_ns) for entry in entries if sum(entry.counts)]
    data = Histogram(points, AggregationTemporality.CUMULATIVE)
    metric = Metric(about["name"], about["description"], about["unit"], data)
    return ScopeMetrics(InstrumentationScope(name, version, schema_url), [metric], schema_url or "")


def _point(entry: Entry, time_ns: int) -> HistogramDataPoint:
    return HistogramDataPoint(
        attributes=dict(entry.about["attributes"]),
        start_time_unix_nano=entry.about["started_ns"],
        time_unix_nano=time_ns,
        count=sum(entry.counts),
        sum=entry.total,
        bucket_counts=entry.counts,
        explicit_bounds=entry.about["bounds"],
        min=entry.least,
        max=entry.greatest,
        exemplars=[],
    )


def _who(run: Run) -> tuple[Any, Any]:
    return run.source.label, run.source.pid


def _source(estate: Estate, service: Service, now_ms: int) -> Source:
    """Return who a process of our service was that appended nothing."""
    resource = estate.resource
    return Source(
        instance=uuid.uuid4().hex,
        service=service,
        host=str(resource.get("host.name", "")),
        pid=int(resource.get("process.pid", 0)),
        version=str(resource.get("service.version", "")),
        started_ms=min((one.about["started_ns"] // 1_000_000 for one in estate.entries), default=now_ms),
        attributes={INSTANCE_ID: str(resource.get(INSTANCE_ID, ""))},
    )


def _nothing(_connection: Connection) -> None:
    """Write nothing: what was handed over before is written by then."""
