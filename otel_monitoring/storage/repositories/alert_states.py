"""Where each alert stands, so that another process, or the next one, goes on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from otel_monitoring.model.alert import Alert
from otel_monitoring.storage.documents import digest, pack, pack_labels, plain, unpack, unpack_labels
from otel_monitoring.storage.statements import put
from otel_monitoring.storage.tables import ALERTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Row

    from otel_monitoring.model.labels import Labels

_PLAIN = ("value", "fired_at_ms", "resolved_at_ms", "last_sent_at_ms", "keep_firing_since_ms")


def save_alerts(
    connection: Connection, rule: str, alerts: Iterable[Alert], *, service: str, at_ms: int
) -> None:
    """Keep the alerts of one rule as they stand after an evaluation, and forget its others.

    Args:
        connection: In a transaction that checked a fence.
        rule: What identifies the rule, the same after a restart.
        alerts: All alerts of the rule, label sets without repetition.
        service: The key of the service whose rule it is.
        at_ms: The time of the evaluation: the last sign of life of each (``ALERTS_FOR_STATE``).
    """
    rows = [{"service": service, **_row(rule, alert, at_ms)} for alert in alerts]
    kept = {row["digest"] for row in rows}
    query = select(ALERTS.c.digest).where(ALERTS.c.service == service, ALERTS.c.rule == plain(rule))
    gone = [key for key in connection.scalars(query) if key not in kept]
    for key in gone:
        connection.execute(delete(ALERTS).where(ALERTS.c.service == service, ALERTS.c.digest == key))
    put(connection, ALERTS, rows)


def load_alerts(connection: Connection, rule: str, *, service: str) -> dict[Labels, tuple[Alert, int]]:
    """Return the alerts of a rule by their labels, each with the time of its last evaluation."""
    query = select(ALERTS).where(ALERTS.c.service == service, ALERTS.c.rule == plain(rule))
    found = [_alert(row) for row in connection.execute(query)]
    return {alert.labels: (alert, last_ms) for alert, last_ms in found}


def load_all_alerts(connection: Connection, *, service: str) -> dict[str, dict[Labels, tuple[Alert, int]]]:
    """Return the alerts of every rule of a service, by what identifies the rule."""
    found: dict[str, dict[Labels, tuple[Alert, int]]] = {}
    for row in connection.execute(select(ALERTS).where(ALERTS.c.service == service)):
        alert, last_ms = _alert(row)
        found.setdefault(row.rule, {})[alert.labels] = (alert, last_ms)
    return found


def alert_document(alert: Alert) -> dict[str, Any]:
    """Return what an alert says besides its labels, its state and since when it is active."""
    return {"annotations": dict(alert.annotations), **{name: getattr(alert, name) for name in _PLAIN}}


def _alert(row: Row[Any]) -> tuple[Alert, int]:
    document = unpack(row.document)
    alert = Alert(
        labels=unpack_labels(row.labels),
        annotations=document["annotations"],
        state=row.state,
        active_at_ms=row.active_at_ms,
        **{name: document[name] for name in _PLAIN},
    )
    return alert, row.last_ms


def _row(rule: str, alert: Alert, at_ms: int) -> dict[str, Any]:
    labels = pack_labels(alert.labels)
    return {
        "digest": digest(rule, labels),
        "rule": plain(rule),
        "labels": labels,
        "state": alert.state,
        "active_at_ms": alert.active_at_ms,
        "last_ms": at_ms,
        "document": pack(alert_document(alert)),
    }
