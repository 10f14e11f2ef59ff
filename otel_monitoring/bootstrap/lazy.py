"""The analysis of an instance, made when it is first needed."""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from otel_monitoring.bootstrap.storage.recording import METRICS as RECORD_METRICS
from otel_monitoring.errors import MonitoringError
from otel_monitoring.storage.crashes import METRICS as INSTANCE_METRICS
from otel_monitoring.storage.metrics import METRICS as STORAGE_METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.alerts.evaluation.status import GroupStatus
    from otel_monitoring.alerts.rules.simple import AlertRule
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.bootstrap.storage.keeping import Keeping
    from otel_monitoring.health.report import HealthReport
    from otel_monitoring.reports.slos.slo import SLO
    from otel_monitoring.settings import Settings

_log = logging.getLogger(__name__)

_REFUSED = ("batches_refused", "series_refused", "chunks_dropped", "metrics_refused", "duplicates")


class LazyAnalysis:
    """Make the analysis at the first collection, or when its rules have to be checked at once.

    Args:
        builder: What the parts share.
        rules: Rules from Python, which are valid.
        slos: Service levels from Python, which are valid.
    """

    def __init__(
        self, builder: Builder, *, rules: Sequence[AlertRule] = (), slos: Sequence[SLO] = ()
    ) -> None:
        self._builder = builder
        self._rules = tuple(rules)
        self._slos = tuple(slos)
        self._lock = threading.Lock()
        self._made: Analysis | None = None
        self._last: Any = None
        self._is_being_made = self._is_cut_off = False
        self.has_said_all = False
        if _is_stated(builder.settings) or any(rule.channels for rule in self._rules):
            self.get()  # what the user wrote is checked at start-up, where the error is seen
        self._publish()

    def get(self) -> Analysis:
        """Return the analysis, made now if need be.

        Raises:
            MonitoringError: This process was forked while its parent was making it.
        """
        if self._made is None:
            with self._lock:
                if self._made is None:
                    self._made = self._make()
        return self._made

    def _make(self) -> Analysis:
        if self._is_cut_off:
            msg = "this process was forked while its parent imported the analysis, and goes without it"
            raise MonitoringError(msg)
        self._is_being_made = True
        try:
            from otel_monitoring.bootstrap.analysis import Analysis

            return Analysis(self._builder, rules=self._rules, slos=self._slos)
        finally:
            self._is_being_made = False

    def hear(self, data: Any) -> None:
        """Keep one collection."""
        self._last = None
        if not self._is_cut_off:
            self.get().hear(data)

    def hear_last(self, data: Any) -> None:
        """Remember what was collected for a flush: it may be the last thing that is heard of this process."""
        if self._builder.storage_url is not None and not self._is_cut_off:
            self._last = data

    def evaluate(self, now_ms: int) -> None:
        """Ask the rules that are due; before the first collection there is nothing to ask."""
        if self._made is not None:
            self._made.evaluate(now_ms)

    def explain(self, now_ms: int) -> None:
        """Look at the series without being asked; before the first collection there are none."""
        if self._made is not None:
            self._made.explain(now_ms)

    def trim(self, now_ms: int) -> None:
        """Forget what is older than the retention."""
        if self._made is not None:
            self._made.trim(now_ms)

    def record(self, report: Callable[[], HealthReport]) -> None:
        """Keep what happened and how everything is; events wait until there is somebody to keep them."""
        if self._made is not None:
            self._made.recording.step(report())

    def groups(self) -> list[GroupStatus]:
        """Return how all rules stand."""
        return self.get().groups()

    def known_groups(self) -> list[GroupStatus]:
        """Return how all rules stand, without making the analysis for it."""
        return [] if self._made is None else self._made.groups()

    def known_keeping(self) -> Keeping | None:
        """Return the storage, without making the analysis for it."""
        return None if self._made is None else self._made.keeping

    def start(self) -> None:
        """Start nothing: the jobs of the loop do the work."""

    def stop(self, timeout_s: float) -> None:
        """Keep what was collected last, and give what waits for delivery one last try."""
        last, self._last = self._last, None
        try:
            if last is not None:
                self.get().hear(last)
        finally:
            if self._made is not None:
                self._made.stop(timeout_s)
        self.has_said_all = last is not None and self._is_written()

    def _is_written(self) -> bool:
        """Return whether the storage has everything that was collected."""
        keeping = None if self._made is None else self._made.keeping
        return keeping is not None and not keeping.writer.stats()["waiting"]

    def after_fork(self) -> None:
        """Start anew in a child process.

        An import that the parent was in the middle of ends in no child: whoever waits for it waits for ever.
        """
        self._lock = threading.Lock()
        self._last = None
        if self._is_being_made:
            self._is_being_made, self._is_cut_off = False, True
            _log.warning("forked in the middle of an import: this process keeps no series and asks no rules")
        if self._made is not None:
            self._made.after_fork()

    def _publish(self) -> None:
        metrics = self._builder.metrics
        metrics.observe("otel_monitoring.store.series", lambda: self._stat("series"))
        metrics.observe("otel_monitoring.store.size", lambda: self._stat("size_bytes"))
        metrics.observe("otel_monitoring.store.refused", self._refused)
        metrics.observe("otel_monitoring.query.count", self._queries)
        for metric in RECORD_METRICS:
            metrics.observe(metric, partial(self._of_recording, metric.name))
        if self._builder.storage_url is not None:
            for metric in (*STORAGE_METRICS, *INSTANCE_METRICS):
                metrics.observe(metric, partial(self._of_storage, metric.name))
            metrics.observe("otel_monitoring.alerts.speaking", self._speaking)

    def _of_storage(self, name: str) -> Iterable[tuple[float, Mapping[str, str]]]:
        keeping = None if self._made is None else self._made.keeping
        return [] if keeping is None else keeping.rows[name]()

    def _of_recording(self, name: str) -> Iterable[tuple[float, Mapping[str, str]]]:
        return [] if self._made is None else self._made.recording.rows(name)

    def _speaking(self) -> Iterable[tuple[float, Mapping[str, str]]]:
        voice = None if self._made is None else self._made.voice
        return [] if voice is None else [(int(voice.is_speaking), {})]

    def _stat(self, name: str) -> Iterable[tuple[float, Mapping[str, str]]]:
        return [] if self._made is None else [(self._made.store.stats()[name], {})]

    def _refused(self) -> Iterable[tuple[float, Mapping[str, str]]]:
        if self._made is None:
            return []
        stats = {**self._made.store.stats(), **self._made.converter.stats()}
        return [(stats[reason], {"reason": reason}) for reason in _REFUSED]

    def _queries(self) -> Iterable[tuple[float, Mapping[str, str]]]:
        if self._made is None:
            return []
        stats = self._made.answering.stats()
        failed = stats["queries_failed"]
        return [(stats["queries"] - failed, {"outcome": "ok"}), (failed, {"outcome": "error"})]


def _is_stated(settings: Settings) -> bool:
    """Return whether the user has said anything about rules or messages that may turn out wrong."""
    alerts, notify = settings.alerts, settings.notify
    if settings.analytics.slo_files:
        return True
    return alerts.enabled and bool(alerts.rule_files or alerts.disabled or notify != type(notify)())
