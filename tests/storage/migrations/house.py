"""A little of everything that the storage keeps: written through its parts, and read back as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from otel_monitoring.model.alert import Alert, Transition
from otel_monitoring.model.dashboard import Dashboard
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.model.record import Record
from otel_monitoring.storage.history.compact import Compactor
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.storage.lease import Lease
from otel_monitoring.storage.repositories import notes
from otel_monitoring.storage.repositories.alert_states import load_all_alerts, save_alerts
from otel_monitoring.storage.repositories.audit_chain import append_audit, broken_at, load_audit
from otel_monitoring.storage.repositories.dashboards import KeptDashboards
from otel_monitoring.storage.repositories.outbox import Outbox, Waiting
from otel_monitoring.storage.repositories.records import append_records, load_records
from otel_monitoring.storage.repositories.services import load_services
from otel_monitoring.storage.repositories.transitions import append_transitions, load_transitions
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.samples.sources import runs
from otel_monitoring.storage.service import Service
from otel_monitoring.stores.series import SeriesStore
from tests.storage.history.recorded import DAY_ZERO_MS, GRACE_MS, HOUR_MS, WIDTH_MS, Recorded

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from otel_monitoring.storage.database import Database

SERVICES = (Service("shop", "town", "production"), Service("till \N{SNOWMAN}"))
ALERT = Alert(
    labels=Labels.of(alertname="High", job="town/shop", text='"ä\\'),
    annotations={"summary": "too\nhigh"},
    state="firing",
    value=float("inf"),
    active_at_ms=DAY_ZERO_MS,
)
DASHBOARD = Dashboard("shop", 1, "The shöp", DAY_ZERO_MS, "kim", {"panels": [{"title": "up\0"}]})
_EVERY_MS = 600_000
_END_MS = DAY_ZERO_MS + 6 * HOUR_MS
_COMPACTED_UNTIL_MS = DAY_ZERO_MS + 5 * HOUR_MS
_NOTES: dict[notes.Kind, dict[str, Any]] = {
    notes.SILENCES: {"id": "one", "comment": "known\0"},
    notes.ACKNOWLEDGEMENTS: {"kind": "acknowledged", "labels": {"alertname": "High"}, "left_s": 1e9},
    notes.RULES: {"kind": "rule", "name": "High", "expr": "up < 1"},
    notes.NOTIFICATION_LOG: {"group_key": "g", "receiver": "ops", "channel": "mail", "age_s": 1.5},
}


def fill(database: Database) -> None:
    """Write something into every table, some of it for each service."""
    for service in SERVICES:
        _collect(database, service)
        with database.write() as connection:
            _decide(connection, service.key)
            _note(connection, service.key)
    lease = Lease(database=database, name="upkeep", holder="a", span_s=600)
    assert lease.renew()
    compactor = Compactor(database=database, fence=lease.fence, width_ms=WIDTH_MS, grace_ms=GRACE_MS)
    while compactor.step(_COMPACTED_UNTIL_MS):
        pass
    lease.release()


def found(database: Database) -> dict[str, Any]:
    """Return what the parts of this version read of what :func:`fill` wrote, as JSON has it."""
    with database.read() as connection:
        known = load_services(connection)
        return {
            "services": {str(service): _of(connection, key) for key, service in known.items()},
            "collections": len(SampleReader(database=database).poll()),
            "samples": {str(service): _samples(database, key) for key, service in known.items()},
        }


def _collect(database: Database, service: Service) -> None:
    source = Recorded(database, f"{service.name}-1", service)
    for number, time_ms in enumerate(range(DAY_ZERO_MS, _END_MS, _EVERY_MS)):
        values = {"served_total": 0.1 * number, "memory_bytes": -0.0}
        source.collect(time_ms, values if number % 5 else {"served_total": 0.1 * number})
    source.flush()
    source.log.end(at_ms=_END_MS, reason="stopped")
    source.flush()


def _decide(connection: Connection, service: str) -> None:
    save_alerts(connection, "group/High", [ALERT], service=service, at_ms=DAY_ZERO_MS)
    append_transitions(connection, [Transition("firing", ALERT, DAY_ZERO_MS)], service=service)
    outbox = Outbox(service=service, owner="a")
    for key in ("waits", "sent"):
        outbox.put(connection, Waiting("ops/mail", key, DAY_ZERO_MS, {"status": "firing"}))
    outbox.begin(connection, "ops/mail", "waits")
    outbox.decide(connection, "ops/mail", "sent", outcome="delivered", at_ms=DAY_ZERO_MS)


def _note(connection: Connection, service: str) -> None:
    for kind, record in _NOTES.items():
        kind.of(service).save(connection, [record], now_ms=DAY_ZERO_MS)
    KeptDashboards(service=service, most=1).put(connection, DASHBOARD, over=0)
    records = [
        Record("event", DAY_ZERO_MS, "signup", {"plan": "pro"}, trace="ab" * 16, severity=9, value=1.5),
        Record("error", DAY_ZERO_MS, "ValueError", {"text": "ä" * 300}),
    ]
    append_records(connection, records, service=service)
    for number in (1, 2):
        append_audit(connection, service=service, time_ms=number, action="a", document={"who": "kim\0"})


def _of(connection: Connection, service: str) -> dict[str, Any]:
    alerts = load_all_alerts(connection, service=service)
    records = [one for kind in ("event", "error") for one in load_records(connection, kind, service=service)]
    return {
        "runs": [
            [run.source.instance, run.source.label, run.last_seq, run.ended_ms, run.exit_reason]
            for run in runs(connection, service=service)
        ],
        "alerts": {rule: [str(alert) for alert, _ in known.values()] for rule, known in alerts.items()},
        "transitions": [str(one) for one in load_transitions(connection, service=service)],
        "notes": [kind.of(service).load(connection, now_ms=DAY_ZERO_MS) for kind in _NOTES],
        "waiting": [str(one) for one in Outbox(service=service, owner="b").waiting(connection)],
        "records": [str(one) for one in records],
        "dashboards": [
            str(one) for one in KeptDashboards(service=service, most=1).load(connection, [DASHBOARD.id])
        ],
        "audit": [str(one) for one in load_audit(connection, service=service)],
        "audit_broken": str(broken_at(connection, service=service)),
    }


def _samples(database: Database, service: str) -> dict[str, list[list[str]]]:
    """Return every sample of a service, windows and collections together, bit by bit."""
    history = HistoryStore(
        memory=SeriesStore(), database=database, since_ms=lambda: _END_MS + 1, service=service
    )
    [block] = history.select([Matcher("__name__", "=~", ".+")], 0, _END_MS)
    return {
        str(labels): [
            [str(time_ms), np.float64(value).tobytes().hex()]
            for time_ms, value in zip(block.times_ms.tolist(), block.values[:, column].tolist(), strict=True)
        ]
        for column, labels in enumerate(block.labels)
    }
