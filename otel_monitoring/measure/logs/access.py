"""The access logs of uvicorn and gunicorn, understood: who asked for what, and how it ended."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import logging

    from otel_monitoring.context.redact import Redactor

UVICORN = "uvicorn.access"
GUNICORN = "gunicorn.access"

_UVICORN_ARGUMENTS = 5


class Access(NamedTuple):
    """One line of an access log.

    Attributes:
        record: The record with redacted arguments.
        fields: What it says, under the names of the semantic conventions.
    """

    record: logging.LogRecord
    fields: dict[str, Any]


def access_of(record: logging.LogRecord, redactor: Redactor) -> Access | None:
    """Return the access that ``record`` tells of; ``None`` for any other record."""
    if record.name == UVICORN and isinstance(record.args, tuple) and len(record.args) == _UVICORN_ARGUMENTS:
        return _of_uvicorn(record, record.args, redactor)
    if record.name == GUNICORN and isinstance(record.args, dict):
        return _of_gunicorn(record, record.args, redactor)
    return None


def _of_uvicorn(record: logging.LogRecord, args: tuple[Any, ...], redactor: Redactor) -> Access:
    client, method, target, version, status = args
    target = redactor.url(str(target))
    fields = {
        "http.request.method": str(method),
        **_target_fields(target),
        "http.response.status_code": status,
        "client.address": str(client).rpartition(":")[0],
        "network.protocol.version": str(version),
    }
    return Access(_with_args(record, (client, method, target, version, status)), fields)


def _of_gunicorn(record: logging.LogRecord, atoms: dict[str, Any], redactor: Redactor) -> Access:
    clean = copy.copy(atoms)  # keeps its class, which answers "-" for what is missing
    target = redactor.url(str(atoms.get("U") or ""))
    query = redactor.query(str(atoms.get("q") or ""))
    method, _, rest = str(atoms.get("r") or "").partition(" ")
    raw, _, protocol = rest.rpartition(" ")
    clean.update({"r": f"{method} {redactor.url(raw)} {protocol}", "q": query, "U": target})
    if atoms.get("f"):
        clean["f"] = redactor.url(str(atoms["f"]))
    for key, value in atoms.items():
        if key.startswith("{"):  # headers and the environment, by name
            clean[key] = redactor.attribute(key.strip("{}ioe"), value)
    fields = {
        "http.request.method": str(atoms.get("m")),
        **_target_fields(f"{target}?{query}" if query else target),
        "http.response.status_code": _number(atoms.get("s")),
        "client.address": str(atoms.get("h")),
    }
    return Access(_with_args(record, clean), fields)


def _target_fields(target: str) -> dict[str, Any]:
    path, _, query = target.partition("?")
    return {"url.path": path, "url.query": query} if query else {"url.path": path}


def _with_args(record: logging.LogRecord, args: Any) -> logging.LogRecord:
    changed = copy.copy(record)
    changed.args = args
    return changed


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value
