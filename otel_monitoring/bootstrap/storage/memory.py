"""What the process that speaks knows: written after each evaluation, read by all others."""

from __future__ import annotations

import threading
import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from otel_monitoring.alerts.evaluation.status import Verdict
from otel_monitoring.bootstrap.storage.kept import Shared, Told
from otel_monitoring.notify.delivery.record import Delivery
from otel_monitoring.storage.repositories import notes
from otel_monitoring.storage.repositories.alert_states import load_all_alerts, save_alerts
from otel_monitoring.storage.repositories.notices import alert_of, alert_record
from otel_monitoring.storage.repositories.transitions import append_transitions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from otel_monitoring.alerts.evaluation.evaluator import Evaluator
    from otel_monitoring.alerts.history import AlertHistory
    from otel_monitoring.alerts.rules.book import RuleBook
    from otel_monitoring.bootstrap.messages.telling import Telling
    from otel_monitoring.bootstrap.storage.kept import Record
    from otel_monitoring.model.alert import Alert, Transition
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.notify.links import UsedLinks
    from otel_monitoring.storage.database import Database

    Pages = Collection[tuple[str, str, str]]

_MOST_DELIVERIES = 500
_MOST_TRANSITIONS = 20_000
"""While the storage does not answer the oldest are left out."""
_REVISION = "voice"


class Memory:
    """All that outlives the process that speaks.

    Args:
        service: The key of the service: all of it is that of one.
        evaluator: Where the alerts stand.
        telling: What people said, what was told, and to whom.
        history: What fired and when it stopped.
        rules: The rules made at run time, and modes.
        used_links: Which links were used.
        since_ms: Since when this process collects; ``None`` before it does.
        clock: The time.
        acknowledged: Told what was acknowledged or resolved by hand, here or at another process.
    """

    def __init__(  # noqa: PLR0913 - one place wires it
        self,
        *,
        service: str,
        evaluator: Evaluator,
        telling: Telling,
        history: AlertHistory,
        rules: RuleBook,
        used_links: UsedLinks,
        clock: Clock,
        since_ms: Callable[[], int | None],
        acknowledged: Callable[[Sequence[Record]], object],
    ) -> None:
        self.service = service
        self._evaluator = evaluator
        self._revision_mark = notes.REVISION.of(service)
        self._telling = telling
        self._clock = clock
        self._since_ms = since_ms
        self._acknowledged = acknowledged
        self._meeting = threading.Lock()
        self._identity = self._next_identity = ""
        self._revision: list[Record] = []
        self._transitions: list[Transition] = []
        self._alerts: dict[str, tuple[Alert, ...]] = {}
        self._unsaved: dict[str, tuple[Alert, ...]] = {}
        self._log = Told(
            notes.NOTIFICATION_LOG.of(service),
            state=telling.dispatcher.state,
            replace=telling.dispatcher.restore,
        )
        self._verdicts = Told(notes.VERDICTS.of(service), state=self._verdict_records, replace=_nothing)
        self._lingering = Told(
            notes.LINGERING.of(service), state=self._lingering_records, replace=self._linger
        )
        self._told = (
            *self._quieting(),
            Told(
                notes.EPISODES.of(service),
                state=history.state,
                replace=history.replace,
                version=lambda: history.version,
            ),
            Told(notes.DELIVERIES.of(service), state=self._delivery_records, replace=self._recall),
        )

        def acknowledge(records: list[Record]) -> None:
            telling.acknowledged.restore(records)
            acknowledged(records)

        self._shared = (
            Shared(
                notes.SILENCES.of(service),
                state=telling.silences.state,
                restore=telling.silences.restore,
                discard=telling.silences.discard,
            ),
            Shared(
                notes.ACKNOWLEDGEMENTS.of(service),
                state=telling.acknowledged.state,
                restore=acknowledge,
                discard=telling.acknowledged.discard,
            ),
            Shared(notes.RULES.of(service), state=rules.state, restore=rules.restore, discard=rules.discard),
            Shared(
                notes.USED_LINKS.of(service),
                state=used_links.state,
                restore=used_links.restore,
                discard=used_links.discard,
            ),
        )

    def heard(self, transitions: Sequence[Transition]) -> None:
        """Take what changed: the evaluator's hook."""
        self._transitions += transitions
        del self._transitions[:-_MOST_TRANSITIONS]

    def bring_together(self, database: Database) -> None:
        """Exchange with the other processes what people did at any of them; thread-safe.

        Raises:
            StorageError: The storage cannot be used now.
        """
        with self._meeting:
            for one in self._shared:
                one.bring_together(database, self._clock.now_ms())

    def after_fork(self) -> None:
        """Count nothing as written or shown in a child process, and wait for no thread of the parent."""
        self._meeting = threading.Lock()
        self.forget()

    # ---- the process that speaks

    def prepare(self, identity: str) -> bool:
        """Find out what the database of that identity lacks; return whether it lacks anything."""
        is_new = identity != self._identity
        self._next_identity = identity
        if is_new:
            self._alerts = {}
            for one in self._all():
                one.forget()
        states = {rule: tuple(state.values()) for rule, state in self._evaluator.states().items()}
        self._unsaved = {
            rule: alerts for rule, alerts in states.items() if is_new or alerts != self._alerts.get(rule, ())
        }
        self._unsaved |= dict.fromkeys(self._alerts.keys() - states.keys(), ())
        found = [one.prepare() for one in self._all()]
        return any(found) or bool(self._unsaved or self._transitions)

    def write(self, connection: Connection) -> None:
        """Write what :meth:`prepare` found, within a transaction that checked a fence."""
        now_ms = self._clock.now_ms()
        append_transitions(connection, self._transitions, service=self.service)
        for rule, alerts in self._unsaved.items():
            save_alerts(connection, rule, alerts, service=self.service, at_ms=now_ms)
        for one in self._all():
            one.write(connection, now_ms)
        mark = {"name": _REVISION, "mark": uuid.uuid4().hex}
        self._revision_mark.save(connection, [mark], now_ms=now_ms)

    def confirm(self) -> None:
        """Note that what was written is committed."""
        self._identity, self._transitions = self._next_identity, []
        self._alerts = {rule: alerts for rule, alerts in {**self._alerts, **self._unsaved}.items() if alerts}
        for one in self._all():
            one.confirm()

    def take_up(self, connection: Connection, waiting: Pages, identity: str) -> Callable[[], None]:
        """Read everything; return what puts it in the place of what is known here.

        Args:
            connection: In a transaction that checked a fence.
            waiting: The pages of which something waits in the outbox; nothing else is on its way.
            identity: That of the database.
        """
        now_ms = self._clock.now_ms()
        alerts = load_all_alerts(connection, service=self.service)
        verdicts = _verdicts(self._verdicts.read(connection, now_ms))
        log = [_settled(page, waiting) for page in self._log.read(connection, now_ms)]
        lingering = self._lingering.read(connection, now_ms)
        others = [(one, one.read(connection, now_ms)) for one in self._told]

        def apply() -> None:
            self._identity, self._transitions, self._revision = identity, [], []
            self._alerts = {rule: tuple(one[0] for one in known.values()) for rule, known in alerts.items()}
            self._telling.dispatcher.forget()
            self._log.replace(log)
            for one, records in others:
                one.replace(records)
            self._acknowledged(self._telling.acknowledged.state())
            self._lingering.replace(lingering)
            since_ms = self._since_ms()
            self._evaluator.take_up(
                _seen(alerts, verdicts),
                verdicts,
                since_ms=now_ms if since_ms is None else since_ms,
                at_ms=now_ms,
            )

        return apply

    # ---- the others

    def is_of_another(self, identity: str) -> bool:
        """Tell whether what is known came from another database: the one of that identity has begun anew."""
        return self._identity not in ("", identity)

    def forget(self) -> None:
        """Count nothing as written or shown: what is in memory is not what the storage holds."""
        self._identity, self._revision, self._transitions, self._alerts = "", [], [], {}
        for one in self._all():
            one.forget()

    def settle(self) -> None:
        """Count as owed what another process was about to tell: nobody knows whether it came to that."""
        pages = [page for page in self._telling.dispatcher.state() if page["trying"] is not None]
        self._telling.dispatcher.restore(_settled(page, ()) for page in pages)

    def mirror(self, database: Database) -> None:
        """Show what the process that speaks knows, where that has changed.

        Raises:
            StorageError: The storage cannot be used now.
        """
        now_ms = self._clock.now_ms()
        with database.read() as connection:
            revision = self._revision_mark.load(connection, now_ms=now_ms)
            self._evaluator.follow(now_ms)
            if not revision or revision == self._revision:
                return
            changed = [one for one in self._told if one.has_changed(connection)]
            others = [(one, one.read(connection, now_ms)) for one in changed]
            is_evaluated = any(
                one.has_changed(connection) for one in (self._verdicts, self._log, self._lingering)
            )
            if is_evaluated:
                alerts = load_all_alerts(connection, service=self.service)
                verdicts = _verdicts(self._verdicts.read(connection, now_ms))
                log = self._log.read(connection, now_ms)
                lingering = self._lingering.read(connection, now_ms)
        for one, records in others:
            one.replace(records)
        if is_evaluated:
            self._evaluator.mirror(alerts, verdicts, at_ms=now_ms)
            held = [*map(alert_of, lingering), *self._evaluator.standing(now_ms)]
            self._telling.dispatcher.mirror(log, () if self._telling.is_elsewhere else held)
        self._revision, self._identity = revision, database.identity

    # ---- records

    def _all(self) -> tuple[Told, ...]:
        return (self._log, self._verdicts, self._lingering, *self._told)

    def _quieting(self) -> tuple[Told, Told]:
        flapping, cooldown, seconds = self._telling.flapping, self._telling.cooldown, self._clock.monotonic_s
        return (
            Told(
                notes.FLAPPING.of(self.service),
                state=lambda: flapping.state(seconds()),
                replace=lambda records: flapping.restore(records, seconds()),
            ),
            Told(
                notes.COOLDOWN.of(self.service),
                state=lambda: cooldown.state(seconds()),
                replace=lambda records: cooldown.restore(records, seconds()),
            ),
        )

    def _verdict_records(self) -> list[Record]:
        return [{"rule": rule, **asdict(one)} for rule, one in self._evaluator.verdicts().items()]

    def _lingering_records(self) -> list[Record]:
        """Return what people were told of that no rule finds any more, and that ends when its time is over.

        Such are the alerts of a rule that was removed: nobody says that they are resolved (S2.10).
        """
        firing = [alert for alert in self._telling.dispatcher.alerts() if not alert.is_resolved]
        if not firing:
            return []
        standing = self._evaluator.standing_labels()
        return [alert_record(alert) for alert in firing if alert.labels not in standing]

    def _linger(self, records: Sequence[Record]) -> None:
        self._telling.dispatcher.put(map(alert_of, records))

    def _delivery_records(self) -> list[Record]:
        decided = [one for one in self._telling.deliver.log() if one.outcome != "waiting"]
        return [{**asdict(one), "alert_names": list(one.alert_names)} for one in decided[-_MOST_DELIVERIES:]]

    def _recall(self, records: Sequence[Record]) -> None:
        self._telling.deliver.recall(
            Delivery(**{**record, "alert_names": tuple(record["alert_names"])}) for record in records
        )


def _nothing(_records: Sequence[Record]) -> None:
    """Take what :meth:`Evaluator.take_up` gets."""


def _verdicts(records: Sequence[Record]) -> dict[str, Verdict]:
    return {
        record["rule"]: Verdict(**{name: value for name, value in record.items() if name != "rule"})
        for record in records
    }


def _seen(
    alerts: Mapping[str, Mapping[Labels, tuple[Alert, int]]], verdicts: Mapping[str, Verdict]
) -> dict[str, dict[Labels, tuple[Alert, int]]]:
    """Return the alerts as seen when their rule was evaluated last: unchanged ones are not rewritten."""
    times = {rule: one.evaluated_at_ms for rule, one in verdicts.items() if one.health == "ok"}
    return {
        rule: {
            labels: (alert, max(last_ms, times.get(rule, last_ms)))
            for labels, (alert, last_ms) in known.items()
        }
        for rule, known in alerts.items()
    }


def _settled(page: Record, waiting: Pages) -> Record:
    """Return a page of the log; what was on its way and waits no more is owed."""
    if page["trying"] is None or (page["group_key"], page["receiver"], page["channel"]) in waiting:
        return page
    owed: list[Any] = [*page["owed"], *page["trying"]["firing"]]
    return {**page, "trying": None, "owed": [one for at, one in enumerate(owed) if one not in owed[:at]]}
