"""``otel-monitoring cleanup``: what of a storage is old enough to go, and its going."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from otel_monitoring.cli.pages import By  # noqa: TC001 - typer reads the annotation
from otel_monitoring.cli.storage.audited import note
from otel_monitoring.cli.storage.opened import StorageUrl, opened, settings
from otel_monitoring.cli.storage.whose import OfService, key_of
from otel_monitoring.cli.table import print_table
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.history.retention import Due, Keep
    from otel_monitoring.storage.service import Service

Days: TypeAlias = float | None
_HEADS = ("KIND", "ROWS", "BEFORE", "OLDEST", "SERVICE")
_LONGEST_S = 3600.0


def command(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")
    ] = False,
    metrics: Annotated[Days, typer.Option("--metrics-days", min=0, help="In place of the setting.")] = None,
    logs: Annotated[Days, typer.Option("--logs-days", min=0, help="In place of the setting.")] = None,
    errors: Annotated[Days, typer.Option("--errors-days", min=0, help="In place of the setting.")] = None,
    alerts: Annotated[Days, typer.Option("--alerts-days", min=0, help="In place of the setting.")] = None,
    by: By = None,
    service: OfService = None,
    storage: StorageUrl = None,
) -> None:
    """Let go what is older than each service keeps it, or say what that would be."""
    from otel_monitoring.bootstrap.storage.upkeep import archive_of, keep_of
    from otel_monitoring.storage.history.cleanup import Cleanup

    given = {"metrics_days": metrics, "logs_days": logs, "errors_days": errors, "alerts_days": alerts}
    chosen = settings()
    rows: list[list[str]] = []
    with opened(storage) as database:
        for whose, usual in _kept_by(database, keep_of(chosen), key_of(database, service)):
            cleanup = Cleanup(
                database=database,
                keep=_kept(usual, given),
                clock=SystemClock(),
                going=archive_of(chosen),
                service=whose.key,
            )
            rows += [[*_row(one), str(whose)] for one in cleanup.due()]
            if not dry_run:
                gone = {kind: count for kind, count in cleanup.run(most_s=_LONGEST_S).rows.items() if count}
                note(database, [whose], name="storage.cleaned", target="storage", by=by, after=gone)
    print_table(_HEADS, rows, fixed=frozenset(_HEADS[:-1]))
    print("nothing was changed" if dry_run else "gone")


def _kept_by(database: Database, usual: Keep, service: str | None) -> list[tuple[Service, Keep]]:
    """Return how long each service keeps its own; that of one alone where it is asked for."""
    from otel_monitoring.storage.history.keeps import as_noted
    from otel_monitoring.storage.repositories.services import load_services

    with database.read() as connection:
        known, shares = load_services(connection), as_noted(connection, usual)
    wanted = (share for share in shares if share.service is not None and service in (None, share.service))
    return [(known[share.service or ""], share.keep) for share in wanted]


def _kept(usual: Keep, given: dict[str, Days]) -> Keep:
    chosen: dict[str, Any] = {name: days for name, days in given.items() if days is not None}
    return replace(usual, **chosen)


def _row(one: Due) -> list[str]:
    return [
        one.kind,
        str(one.rows),
        _time(one.before_ms),
        "" if one.oldest_ms is None else _time(one.oldest_ms),
    ]


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
