"""What a person does to a storage by a command, written down where everything is that people do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.cli.pages import actor
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.service import Service


def note(
    database: Database,
    services: Iterable[Service],
    *,
    name: str,
    target: str,
    by: str | None,
    after: Mapping[str, Any],
) -> None:
    """Append an action to the audit of every service that it concerns.

    Args:
        database: Where the audit is.
        services: Whose audit.
        name: What was done, such as ``storage.cleaned``.
        target: To what.
        by: Who did it; ``None`` for who is logged in.
        after: What there is now.

    Raises:
        StorageError: The storage cannot be used.
    """
    from otel_monitoring.storage.repositories.audit_chain import append_audit
    from otel_monitoring.storage.repositories.services import note_service

    document = {"actor": actor(by), "target": target, "before": {}, "after": dict(after)}
    now_ms = SystemClock().now_ms()
    with database.write() as connection:
        for one in services:
            note_service(connection, one)
            append_audit(connection, service=one.key, time_ms=now_ms, action=name, document=document)
