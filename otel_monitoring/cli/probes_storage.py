"""The probe of the storage: where it is, and whether it can be used there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME

from otel_monitoring.bootstrap.storage.place import NAMELESS, data_directory, storage_url
from otel_monitoring.cli.finding import Finding
from otel_monitoring.errors import MissingExtraError
from otel_monitoring.telemetry.resource import resource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.cli.finding import Patient
    from otel_monitoring.settings.groups import Settings
    from otel_monitoring.storage.engines.place import Place

_NAME = "storage"
_MEMORY_ONLY = "everything would go on in memory and be lost with the process"


def storage(patient: Patient) -> Iterator[Finding]:
    """Where series and alerts outlive the process, and whether they can."""
    chosen = patient.loaded.settings
    service = _service(chosen)
    try:
        url = storage_url(chosen, service=service, environ=patient.environ)
    except MissingExtraError as error:
        yield Finding(_NAME, "fail", str(error), "setup_telemetry will refuse to start")
        return
    if url is None:
        yield Finding(_NAME, "off", "series and alerts live in memory, since storage.url is memory")
    elif chosen.storage.url is None and service.startswith(NAMELESS):
        yield _folder(data_directory(chosen.storage, patient.environ))
    else:
        yield _at(url, patient)


def _service(chosen: Settings) -> str:
    attributes = chosen.telemetry.resource_attributes
    return str(resource(service_name=chosen.service_name, attributes=attributes).attributes[SERVICE_NAME])


def _at(url: str, patient: Patient) -> Finding:
    from otel_monitoring.storage.engines.place import place_of

    place = place_of(url)
    return _server(place, patient) if place.path is None else _file(place.path)


def _file(path: Path) -> Finding:
    problem = _problem(path)
    if problem is not None:
        return Finding(_NAME, "warn", problem, _advice())
    later = "" if path.exists() else ", which is made at the first start"
    return Finding(_NAME, "on", f"in {path}{later}")


def _folder(folder: Path) -> Finding:
    problem = _problem(folder / "any.db")
    if problem is not None:
        return Finding(_NAME, "warn", problem, _advice())
    return Finding(_NAME, "on", f"in {folder}, in a file with the name of the service")


def _problem(path: Path) -> str | None:
    """Return why a file cannot be used, or made; ``None`` where nothing speaks against it."""
    from otel_monitoring.storage.engines.place import network_file_system

    kind = network_file_system(path.parent)
    if kind is not None:
        return f"{path.parent} is on a network file system ({kind}): {_MEMORY_ONLY}"
    nearest = path if path.exists() else next(one for one in path.parents if one.exists())
    if path.is_dir() or (nearest != path and not nearest.is_dir()):
        return f"{nearest} is not what it has to be: {_MEMORY_ONLY}"
    wanted = os.W_OK if nearest == path else os.W_OK | os.X_OK
    is_read_only = os.statvfs(nearest).f_flag & os.ST_RDONLY if hasattr(os, "statvfs") else 0
    if is_read_only or not os.access(nearest, wanted):
        return f"{nearest} cannot be written: {_MEMORY_ONLY}"
    return None


def _server(place: Place, patient: Patient) -> Finding:
    if not patient.connect:
        return Finding(_NAME, "on", f"at {place.shown}", "--check tries to connect")
    problem = _connect(place, timeout_s=patient.timeout_s)
    if problem is not None:
        return Finding(_NAME, "warn", f"{place.shown} does not answer ({problem}): {_MEMORY_ONLY}")
    return Finding(_NAME, "on", f"at {place.shown}, which answers")


def _connect(place: Place, *, timeout_s: float) -> str | None:
    """Return why there is no connection; the text holds no password."""
    import psycopg

    url = place.url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        psycopg.connect(url, connect_timeout=max(2, round(timeout_s))).close()
    except psycopg.Error as error:
        password = str(place.url.password or "")
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        return first.replace(password, "***") if password else first
    return None


def _advice() -> str:
    return "set storage.data_directory to a local folder, storage.url to a PostgreSQL, or to memory"
