"""``otel-monitoring keys create``: make an API key, whose text is shown this once."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from otel_monitoring.api.access.key_text import make_key
from otel_monitoring.api.access.stated_keys import statement
from otel_monitoring.cli.connecting import duration_ms
from otel_monitoring.cli.keys.shown import document, state, time
from otel_monitoring.cli.pages import AsJson, By  # noqa: TC001 - typer reads the annotations
from otel_monitoring.cli.storage.audited import note
from otel_monitoring.cli.storage.opened import StorageUrl, opened, settings
from otel_monitoring.cli.storage.whose import receiver
from otel_monitoring.cli.table import print_json
from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.settings.types import MEMORY

if TYPE_CHECKING:
    from otel_monitoring.api.access.key_text import MadeKey

_VARIABLE = "OTEL_MONITORING_ACCESS__KEYS"


class Role(StrEnum):
    """What a key allows."""

    VIEWER = "viewer"
    ADMIN = "admin"


def command(  # noqa: PLR0913 - each is an option
    name: Annotated[str, typer.Argument(help="What the key is called, such as ci or prometheus.")],
    *,
    role: Annotated[
        Role, typer.Option("--role", help="viewer reads and asks, admin changes things.")
    ] = Role.VIEWER,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="DURATION", help="Such as 90d; by default never.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="PATH",
            help="A route that it opens, such as /metrics or /alerts/*; may be given again.",
        ),
    ] = None,
    setting: Annotated[
        bool, typer.Option("--setting", help="Keep nothing, and print the setting that states the key.")
    ] = False,
    by: By = None,
    as_json: AsJson = False,
    service: Annotated[
        str | None,
        typer.Option(
            "--service",
            metavar="[NAMESPACE/]NAME[@ENVIRONMENT]",
            help="Whose pages it opens; by default the only service there is, or that of the settings.",
        ),
    ] = None,
    storage: StorageUrl = None,
) -> None:
    """Make an API key and show it once."""
    now_ms = SystemClock().now_ms()
    expires_ms = None if expires is None else now_ms + duration_ms(expires, name="--expires")
    made = make_key(name, role.value, now_ms=now_ms, expires_ms=expires_ms, routes=tuple(scope or ()))
    is_stated = setting or (storage is None and _is_memory())
    if not is_stated:
        _keep(made, now_ms=now_ms, by=by, service=service, storage=storage)
    line = f"{_VARIABLE}='{name}={statement(made.key)}'" if is_stated else None
    if as_json:
        print_json({**document(made.key, now_ms=now_ms), "key": made.text, "setting": line})
    else:
        _print(made, line)


def _keep(made: MadeKey, *, now_ms: int, by: str | None, service: str | None, storage: str | None) -> None:
    from otel_monitoring.storage.repositories.api_keys import KeptKeys

    key = made.key
    with opened(storage, is_made=True) as database:
        whose = receiver(database, service)
        kept = KeptKeys(service=whose.key)
        with database.write() as connection:
            for one in kept.load(connection, now_ms=now_ms):
                if one.name == key.name and state(one, now_ms) == "active":
                    msg = f"a key {key.name!r} is there already ({one.id}): revoke it, or choose another name"
                    raise MonitoringError(msg)
            kept.save(connection, key, now_ms=now_ms)
        after = {"id": key.id, "role": key.role, "routes": list(key.routes), "expires": time(key.expires_ms)}
        note(database, [whose], name="api_key.created", target=key.name, by=by, after=after)


def _print(made: MadeKey, line: str | None) -> None:
    key = made.key
    until = time(key.expires_ms)
    limits = [key.role, *key.routes, f"until {until}" if until else "without an end"]
    print(made.text)
    print(f"{key.name} ({key.id}): {', '.join(limits)}; the key is shown this once", file=sys.stderr)
    if line is not None:
        print(f"{line}\nstates it; several are separated by commas", file=sys.stderr)


def _is_memory() -> bool:
    url = settings().storage.url
    return url is not None and url.get_secret_value() == MEMORY
