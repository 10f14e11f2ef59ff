"""The services that keep something in a database: what their keys stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from otel_monitoring.storage.documents import plain
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.statements import insert_new
from otel_monitoring.storage.tables import SERVICES

if TYPE_CHECKING:
    from sqlalchemy import Connection


def note_service(connection: Connection, service: Service) -> None:
    """Write down what the key of a service stands for, where that is not known yet."""
    row = {
        "key": service.key,
        "name": plain(service.name),
        "namespace": plain(service.namespace),
        "environment": plain(service.environment),
    }
    insert_new(connection, SERVICES, [row])


def load_services(connection: Connection) -> dict[str, Service]:
    """Return every service by its key, in the order of their names."""
    order = (SERVICES.c.namespace, SERVICES.c.name, SERVICES.c.environment)
    rows = connection.execute(select(SERVICES).order_by(*order))
    return {row.key: Service(row.name, row.namespace, row.environment) for row in rows}
