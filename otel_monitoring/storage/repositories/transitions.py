"""What happened to alerts: the history that outlives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from otel_monitoring.model.alert import Alert, Transition
from otel_monitoring.storage.documents import digest, pack, pack_labels, plain, unpack, unpack_labels
from otel_monitoring.storage.repositories.alert_states import alert_document
from otel_monitoring.storage.statements import insert_new
from otel_monitoring.storage.tables import TRANSITIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Row

    from otel_monitoring.model.labels import Labels


def append_transitions(connection: Connection, transitions: Iterable[Transition], *, service: str) -> None:
    """Keep what happened to alerts of a service; a change of an alert at one time is kept once."""
    insert_new(connection, TRANSITIONS, [{"service": service, **_row(one)} for one in transitions])


def load_transitions(
    connection: Connection,
    *,
    service: str,
    since_ms: int = 0,
    until_ms: int | None = None,
    labels: Labels | None = None,
    most: int = 1000,
) -> list[Transition]:
    """Return what happened with ``since_ms <= time < until_ms``, newest first.

    Args:
        connection: Any connection.
        service: The key of the service whose alerts they are.
        since_ms: Unix milliseconds.
        until_ms: Unix milliseconds; ``None`` for no end.
        labels: The alert that is asked about; ``None`` for all.
        most: The most changes that are returned.
    """
    query = select(TRANSITIONS).where(TRANSITIONS.c.service == service, TRANSITIONS.c.at_ms >= since_ms)
    if until_ms is not None:
        query = query.where(TRANSITIONS.c.at_ms < until_ms)
    if labels is not None:
        query = query.where(TRANSITIONS.c.digest == digest(pack_labels(labels)))
    query = query.order_by(TRANSITIONS.c.at_ms.desc(), TRANSITIONS.c.id.desc()).limit(most)
    return [_transition(row) for row in connection.execute(query)]


def _row(transition: Transition) -> dict[str, Any]:
    alert = transition.alert
    labels = pack_labels(alert.labels)
    document = {"state": alert.state, "active_at_ms": alert.active_at_ms, **alert_document(alert)}
    return {
        "digest": digest(labels),
        "at_ms": transition.at_ms,
        "change": transition.change,
        "rule": plain(alert.name),
        "labels": labels,
        "document": pack(document),
    }


def _transition(row: Row[Any]) -> Transition:
    return Transition(row.change, Alert(labels=unpack_labels(row.labels), **unpack(row.document)), row.at_ms)
