"""``otel-monitoring audit verify``: whether each entry of the audit is what was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from otel_monitoring.cli.storage.opened import StorageUrl, opened
from otel_monitoring.cli.storage.whose import OfService, key_of
from otel_monitoring.cli.table import print_json

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.repositories.audit_chain import Break, End

_END: Final = re.compile(r"(\d{1,18}):([0-9a-f]{64})", re.ASCII)
_LAST_MS = 253_402_300_799_000


@dataclass(frozen=True, slots=True)
class _Found:
    """How the chain of a service is."""

    service: str
    end: End
    broken: Break | None


def command(
    *,
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER:HASH",
            help="An entry as an earlier call told it, kept where nobody who uses the storage can change it.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all there is, as JSON.")] = False,
    service: OfService = None,
    storage: StorageUrl = None,
) -> None:
    """Check the chain of each service, and tell where it is broken; the exit code is 1 where one is."""
    with opened(storage) as database:
        found = _looked_at(database, key_of(database, service), _expected(expect))
    if as_json:
        print_json([_document(one) for one in found])
    else:
        print("\n".join(_line(one) for one in found) or "nothing was done yet")
    if any(one.broken for one in found):
        raise typer.Exit(1)


def _expected(text: str | None) -> End | None:
    from otel_monitoring.storage.repositories.audit_chain import End

    if text is None:
        return None
    found = _END.fullmatch(text)
    if found is None:
        msg = f"{text!r} is no entry: expected its number, a colon, and 64 hexadecimal digits"
        raise typer.BadParameter(msg, param_hint="--expect")
    return End(int(found[1]), found[2])


def _looked_at(database: Database, key: str | None, expected: End | None) -> list[_Found]:
    from otel_monitoring.storage.repositories.audit_chain import broken_at, chains, end_of
    from otel_monitoring.storage.repositories.services import load_services

    with database.read() as connection:
        known = load_services(connection)
        keys = chains(connection) if key is None else [key]
        if expected is not None and len(keys) > 1:
            msg = "--expect is an entry of one service: say which by --service"
            raise typer.BadParameter(msg, param_hint="--expect")
        found = [
            _Found(
                service=str(known.get(one, one)),
                end=end_of(connection, service=one),
                broken=broken_at(connection, service=one, expected=expected),
            )
            for one in keys
        ]
    return sorted(found, key=lambda one: one.service)


def _line(found: _Found) -> str:
    broken = found.broken
    if broken is None:
        end = found.end
        return f"{found.service}: nothing was changed; the last entry is {end.number}:{end.digest}"
    at = _time(broken.time_ms)
    return f"{found.service}: broken at {broken.number}{f', {at}' if at else ''}: {broken.reason}"


def _document(found: _Found) -> dict[str, Any]:
    broken = found.broken
    return {
        "service": found.service,
        "entries": found.end.number,
        "last": f"{found.end.number}:{found.end.digest}",
        "broken": broken and {"number": broken.number, "at": _time(broken.time_ms), "reason": broken.reason},
    }


def _time(time_ms: int | None) -> str | None:
    if time_ms is None or not 0 <= time_ms <= _LAST_MS:
        return None
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
