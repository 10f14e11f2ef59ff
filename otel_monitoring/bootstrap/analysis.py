"""The store, the engine, the rules and the messages of an instance.

They stand on numpy, which takes 18 MiB; this module is therefore imported when the first collection
arrives, an interval after the start, or when somebody asks earlier.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring._version import __version__
from otel_monitoring.alerts.evaluation.asking import Asking
from otel_monitoring.alerts.evaluation.evaluator import Evaluator
from otel_monitoring.alerts.history import AlertHistory
from otel_monitoring.alerts.rules.book import RuleBook
from otel_monitoring.api.access.acting import signed
from otel_monitoring.bootstrap.analytics.desks import Desks
from otel_monitoring.bootstrap.analytics.slos import ServiceLevels
from otel_monitoring.bootstrap.aside import Aside
from otel_monitoring.bootstrap.messages.backing import MessageBacking, generator_url
from otel_monitoring.bootstrap.messages.telling import Telling
from otel_monitoring.bootstrap.queries import engine, remote
from otel_monitoring.bootstrap.rule_loading import check_channels, load, patterns
from otel_monitoring.bootstrap.storage.recording import Recording
from otel_monitoring.errors import MonitoringError
from otel_monitoring.guard import Guard
from otel_monitoring.ingest.convert import Converter
from otel_monitoring.ingest.exemplars import ExemplarTap
from otel_monitoring.measure.audit_trail import AuditTrail
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.giving_way import GivingWay
from otel_monitoring.stores.exemplars import ExemplarStore
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.alerts.evaluation.status import GroupStatus
    from otel_monitoring.alerts.rules.rule import RuleGroup
    from otel_monitoring.alerts.rules.simple import AlertRule
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.bootstrap.storage.keeping import Keeping
    from otel_monitoring.bootstrap.storage.memory import Memory
    from otel_monitoring.bootstrap.storage.voice import Voice
    from otel_monitoring.model.action import Action
    from otel_monitoring.model.alert import Transition
    from otel_monitoring.model.sample import Batch
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.slos.slo import SLO

_log = logging.getLogger(__name__)

_CLOCK_STEP_MS = 30_000
_OWN_SOURCES = ("self", "rule:")
_LOOK_EVERY_S = 10.0
_PATIENCE_S = 5.0
"""How long the other jobs of the loop wait for an evaluation that waits for the storage."""
_WORDS = ("silence.", "alert.")
"""What the names of actions begin with by which people say something about alerts."""
AUDIT_SCOPE = "otel_monitoring.alerts"


class Analysis:
    """Keep what is collected, ask the rules, tell people.

    Args:
        builder: What the parts share.
        rules: Rules from Python.
        slos: Service levels from Python.
    """

    def __init__(
        self, builder: Builder, *, rules: Iterable[AlertRule] = (), slos: Iterable[SLO] = ()
    ) -> None:
        settings = builder.settings
        self._evaluates = settings.alerts.enabled
        self._clock = builder.clock
        self._external_labels = settings.alerts.external_labels
        self.exemplars = ExemplarStore(max_exemplars=settings.store.max_exemplars)
        self.converter = Converter(
            strategy=settings.store.translation_strategy,
            scope_labels=settings.store.scope_labels,
            redact=builder.redactor.attributes,
            exemplars=ExemplarTap(
                put=self.exemplars.put,
                strategy=settings.store.translation_strategy,
                redact=builder.redactor.attributes,
            ),
        )
        self.store = SeriesStore(
            retention_s=settings.store.retention_s,
            interval_s=settings.telemetry.collect_interval_s,
            max_series=settings.store.max_series,
            max_bytes=settings.store.max_bytes,
        )
        self.keeping = _keeping(builder, self.store)
        self._rule_series = None if self.keeping is None else self.keeping.rule_series()
        # Watches run on the loop, rules may run aside: each has series of its own to hand on.
        self._found_series = None if self.keeping is None else self.keeping.rule_series()
        history = None if self.keeping is None else self.keeping.history
        self.engine = engine(builder, self.store, history)
        self.remote = remote(builder)
        self.answering = self.remote or self.engine
        self.ask: Query = self.remote or GivingWay(self.engine)
        self._evaluated_s: float | None = None
        self._memory: Memory
        self._speaker: Voice
        self._aside: Aside
        self.voice: Voice | None = None
        self.audit = AuditTrail(
            logger=builder.providers.logger.get_logger(AUDIT_SCOPE, __version__),
            redact=builder.redactor.text,
            fields=builder.redactor.attributes,
            archive=None if self.keeping is None else self.keeping.audit,
            signed=signed,
        )
        self.recording = Recording(builder, self.keeping)
        self.backing = MessageBacking(builder, self)
        self.telling = Telling(
            builder,
            evaluated_at_s=lambda: self._evaluated_s,
            audit=self._done,
            backing=self.backing.backing(),
            voice=None if self.keeping is None else lambda: self._speaker,
        )
        self.history = AlertHistory(known_as=self.sent_labels, marks=self._marks)
        self.service_levels = ServiceLevels(patterns=settings.analytics.slo_files, slos=slos)
        self.rules = RuleBook(
            load=partial(load, settings, self.engine.parse, self.telling, self.service_levels),
            apply=self._apply,
            clock=builder.clock,
            rules=rules,
            patterns=patterns(settings),
            audit=self.audit,
            check=partial(check_channels, telling=self.telling, settings=settings),
        )
        self._looked_s = builder.clock.monotonic_s()
        self._looked_at = (builder.clock.now_ms(), self._looked_s)
        self.evaluator = Evaluator(
            groups=self.rules.groups() if self._evaluates else (),
            query=Asking(self.answering),
            send=self.telling.put,
            record=self.store.append if self._rule_series is None else self._rule_series.record,
            clock=builder.clock,
            guard=Guard("job.rules"),
            told=self._told,
            interval_s=settings.alerts.interval_s,
            external_labels=settings.alerts.external_labels,
            external_url=settings.alerts.external_url,
            generator_url=generator_url(settings),
        )
        self.voice = self._voice()
        self.desks = Desks(builder, self)

    def _voice(self) -> Voice | None:
        """Return who speaks where several processes share a storage, and what it remembers."""
        keeping = self.keeping
        if keeping is None:
            return None
        from otel_monitoring.bootstrap.storage.memory import Memory

        self._memory = Memory(
            service=keeping.service.key,
            evaluator=self.evaluator,
            telling=self.telling,
            history=self.history,
            rules=self.rules,
            used_links=self.backing.used,
            clock=self._clock,
            since_ms=lambda: keeping.collects_since_ms,
            acknowledged=self._acknowledged_elsewhere,
        )
        self._speaker = keeping.voice(self._memory)
        self._aside = Aside(
            name="otel-monitoring-voice",
            guard=Guard("job.voice"),
            patience_s=_PATIENCE_S,
            shield=suppress_instrumentation,
        )
        self._speaker.connect(self.telling.dispatcher, self.telling.deliver)
        return self._speaker

    def _told(self, transitions: Sequence[Transition]) -> None:
        """Take what changed: for the history, and to be written down."""
        self.history.told(transitions)
        if self.voice is not None:
            self._memory.heard(transitions)

    def _acknowledged_elsewhere(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Note in the history what people said at another process."""
        for record in records:
            self.history.mark(Labels.of(record["labels"]), record["kind"])

    def hear(self, data: Any) -> None:
        """Keep one collection."""
        now_ms = self._clock.now_ms()
        self._follow_clock(now_ms)
        batch = self.converter.convert(data, now_ms)
        self.store.append(batch)
        if self.keeping is not None:
            self.keeping.append(batch)

    def _follow_clock(self, now_ms: int) -> None:
        """Move the series of this process along where the wall clock was set: their distance stays (P14)."""
        last, self._looked_at = self._looked_at, (now_ms, self._clock.monotonic_s())
        step_ms = now_ms - last[0] - round((self._looked_at[1] - last[1]) * 1000)
        if abs(step_ms) <= _CLOCK_STEP_MS:
            return
        _log.warning("the clock was set by %+.0f s: the series in memory move along", step_ms / 1000)
        for source in self.store.sources():
            if source.startswith(_OWN_SOURCES):
                self.store.shift(source, by_ms=step_ms)

    def evaluate(self, now_ms: int) -> None:
        """Ask the rules that are due, and tell what has changed; not before the past is there."""
        self._follow_clock(now_ms)
        if self.keeping is not None and not self.keeping.is_caught_up:
            return
        self._watch_files()
        if self.voice is None:
            self._evaluate(now_ms)
        else:
            self._aside.run(partial(self.voice.step, now_ms, self._evaluate))

    def _evaluate(self, now_ms: int) -> None:
        self.evaluator.tick(now_ms)
        if self._rule_series is not None:
            self._rule_series.share()
        self._evaluated_s = self._clock.monotonic_s()
        self.telling.flush()

    def _apply(self, groups: Sequence[RuleGroup]) -> None:
        if self._evaluates:
            self.evaluator.replace(groups)

    def _watch_files(self) -> None:
        """Read files anew that have changed; where one is not valid everything stays as it is."""
        now_s = self._clock.monotonic_s()
        if now_s - self._looked_s < _LOOK_EVERY_S:
            return
        self._looked_s = now_s
        for what, reload in (
            ("rules", self.rules.reload_if_changed),
            ("routes", self.telling.reload_if_changed),
        ):
            self._reload(what, reload)

    def reload_all(self, *, actor: str = "signal") -> list[str]:
        """Read rules and routes anew, as on SIGHUP; what is not valid stays as it was.

        Returns:
            What was wrong, also in the log; nothing where all is well.
        """
        problems = [
            self._reload("rules", partial(self.rules.reload, actor=actor)),
            self._reload("routes", partial(self.telling.reload, actor=actor)),
        ]
        return [problem for problem in problems if problem]

    def _reload(self, what: str, reload: Callable[[], object]) -> str:
        """Read one kind of files anew; return what was wrong."""
        try:
            found = reload()
        except MonitoringError as error:
            _log.error("the files of %s are not valid, the %s stay as they are:\n%s", what, what, error)
            return f"{what}: {error}"
        if found is not None:
            _log.info("the %s were read anew", what)
        return ""

    def is_speaking(self) -> bool:
        """Tell whether this process evaluates and tells people; alone it always does."""
        return self.voice is None or self.voice.is_speaking

    def record_found(self, batch: Batch) -> None:
        """Keep series that were found in others, for the other processes and for the next one too.

        Args:
            batch: Its source is ``rule:<what>;``: what rules and watches write is nobody's own measurement.
        """
        if self._found_series is None:
            self.store.append(batch)
            return
        self._found_series.record(batch)
        self._found_series.share()

    def sent_labels(self, labels: Labels) -> Labels:
        """Return the labels that an alert has once it is sent."""
        if not self._external_labels:
            return labels
        return Labels.of({**self._external_labels, **labels.as_dict()})

    def _marks(self, labels: Labels) -> list[str]:
        """Return what the history notes on an alert as it begins and ends."""
        return ["silenced"] if self.telling.silences.silencing(labels) else []

    def _done(self, action: Action) -> None:
        """Take what somebody did: for the trail, and what concerns an alert for the history as well."""
        self.audit(action)
        if action.name in ("alert.acknowledged", "alert.resolved"):
            self.history.mark(Labels.of(action.after["labels"]), action.name.removeprefix("alert."))
        if self.voice is not None and action.name.startswith(_WORDS) and not _is_on_a_loop():
            self.voice.share()  # a process that is killed now takes nothing of it along

    def explain(self, now_ms: int) -> None:
        """Look at the series without being asked; not before the past is there."""
        if self.keeping is None or self.keeping.is_caught_up:
            self.desks.watches.step(now_ms)

    def trim(self, now_ms: int) -> None:
        """Forget what is older than the retention."""
        self.store.trim(now_ms)
        alerts = (alert for group in self.groups() for rule in group.rules for alert in rule.alerts)
        if self.is_speaking():
            self.history.settle({alert.labels for alert in alerts if alert.is_firing}, now_ms)
        self.telling.trim(self._clock.monotonic_s())

    def groups(self) -> list[GroupStatus]:
        """Return how all rules stand."""
        return self.evaluator.groups()

    def after_fork(self) -> None:
        """Start anew in a child process."""
        Labels.after_fork()
        self.store.after_fork()
        self.exemplars.after_fork()
        if self.keeping is not None:
            self.keeping.after_fork()
        if self.voice is not None:
            self._aside.after_fork()
        for series in (self._rule_series, self._found_series):
            if series is not None:
                series.after_fork()
        if self.voice is not None:
            self.voice.after_fork()
        self.engine.after_fork()
        if self.remote is not None:
            self.remote.after_fork()
        self.evaluator.after_fork()
        self.telling.after_fork()
        self.backing.after_fork()
        self.history.after_fork()
        self.audit.after_fork()
        self.recording.after_fork()
        self.desks.watches.after_fork()

    def stop(self, timeout_s: float) -> None:
        """Give what waits for delivery one last try."""
        self.desks.watches.stop()
        self.telling.stop(timeout_s)
        if self.voice is not None:
            self._aside.wait(timeout_s)
            self.voice.stop(timeout_s)
        for series in (self._rule_series, self._found_series):
            if series is not None:
                series.end(at_ms=self._clock.now_ms())
        self.recording.finish()
        if self.keeping is not None:
            self.keeping.stop(timeout_s)
        if self.remote is not None:
            self.remote.close()


def _is_on_a_loop() -> bool:
    """Tell whether this thread runs an event loop, which must not wait for a database."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _keeping(builder: Builder, store: SeriesStore) -> Keeping | None:
    """Return what outlives the process, unless the settings want nothing of the kind."""
    if builder.storage_url is None:
        return None
    from otel_monitoring.bootstrap.storage.keeping import Keeping

    return Keeping(builder, url=builder.storage_url, store=store)
