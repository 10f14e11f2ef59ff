"""Which service of a storage a command works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from otel_monitoring.bootstrap.storage.place import NAMELESS
from otel_monitoring.cli.storage.opened import settings
from otel_monitoring.errors import MonitoringError
from otel_monitoring.storage.service import Service
from otel_monitoring.telemetry.resource import resource

if TYPE_CHECKING:
    from collections.abc import Collection

    from otel_monitoring.storage.database import Database

_METAVAR = "[NAMESPACE/]NAME[@ENVIRONMENT]"

OfService: TypeAlias = Annotated[
    str | None,
    typer.Option("--service", metavar=_METAVAR, help="One service alone; by default all of them."),
]
ForService: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--service",
        metavar=_METAVAR,
        help="Who sees what is imported; by default the only service there is, of alerts and events the one "
        "that each line names.",
    ),
]


def services(database: Database) -> list[Service]:
    """Return the services on a storage, by name."""
    from otel_monitoring.storage.repositories.services import load_services

    with database.read() as connection:
        return list(load_services(connection).values())


def key_of(database: Database, text: str | None) -> str | None:
    """Return the key of the service that somebody asks for; ``None`` for all of them.

    Raises:
        MonitoringError: There is none of that name, or several.
    """
    if text is None:
        return None
    known = services(database)
    found = _named(text, known)
    if found is None:
        msg = f"--service {text!r} is not on this storage: expected one of {_listed(known)}"
        raise MonitoringError(msg)
    return found.key


def receiver(database: Database, text: str | None) -> Service:
    """Return the service that something is imported for.

    It is the one that is asked for, which may be new; else the only one there is; else that of the settings.

    Raises:
        MonitoringError: It is none of these.
    """
    known = services(database)
    if text is not None:
        return _named(text, known) or Service.parsed(text)
    if len(known) == 1:
        return known[0]
    ours = _of_settings()
    if ours in known or (not known and not ours.name.startswith(NAMELESS)):
        return ours
    there = f"it holds {_listed(known)}" if known else "it holds no service yet"
    msg = f"nothing says which service this is for, and {there}: give --service"
    raise MonitoringError(msg)


def _named(text: str, known: Collection[Service]) -> Service | None:
    """Return the service of which ``text`` is the whole name, or that is the only one called so.

    Raises:
        MonitoringError: Several are called so.
    """
    whole = [one for one in known if str(one) == text]
    found = whole or [one for one in known if one.name == text]
    if len(found) > 1:
        msg = f"--service {text!r} is one of {_listed(found)}: expected which of them"
        raise MonitoringError(msg)
    return found[0] if found else None


def _of_settings() -> Service:
    chosen = settings()
    who = resource(
        service_name=chosen.service_name,
        service_namespace=chosen.service_namespace,
        environment=chosen.environment,
        attributes=chosen.telemetry.resource_attributes,
    )
    return Service.of(who.attributes)


def _listed(known: Collection[Service]) -> str:
    return ", ".join(str(one) for one in known) or "none, since it is empty"
