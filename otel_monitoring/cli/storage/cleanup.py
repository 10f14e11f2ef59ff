"""``otel-monitoring cleanup``: what of a storage is old enough to go, and its going."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from otel_monitoring.cli.pages import By  # noqa: TC001 - typer reads the annotation
from otel_monitoring.cli.storage.audited import note
from otel_monitoring.cli.storage.opened import StorageUrl, opened, settings
from otel_monitoring.cli.storage.whose import OfService, key_of, services
from otel_monitoring.cli.table import print_table
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.history.erase import Going
    from otel_monitoring.storage.history.retention import Due, Keep, Share

Days: TypeAlias = float | None
_HEADS = ("KIND", "ROWS", "BEFORE", "OLDEST", "SERVICE")
_LONGEST_S = 3600.0


def command(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")
    ] = False,
    metrics: Annotated[Days, typer.Option("--metrics-days", help="In place of the setting.")] = None,
    logs: Annotated[Days, typer.Option("--logs-days", help="In place of the setting.")] = None,
    errors: Annotated[Days, typer.Option("--errors-days", help="In place of the setting.")] = None,
    alerts: Annotated[Days, typer.Option("--alerts-days", help="In place of the setting.")] = None,
    by: By = None,
    service: OfService = None,
    storage: StorageUrl = None,
) -> None:
    """Let go what is older than each service keeps it, or say what that would be."""
    from otel_monitoring.bootstrap.storage.upkeep import archive_of, keep_of

    given = {"metrics_days": metrics, "logs_days": logs, "errors_days": errors, "alerts_days": alerts}
    chosen = settings()
    rows: list[list[str]] = []
    with opened(storage) as database:
        for share in _shares(database, keep_of(chosen), key_of(database, service)):
            part = _Part(database, replace(share, keep=_kept(share.keep, given)), archive_of(chosen))
            rows += part.rows()
            if not dry_run:
                part.clean(by)
    print_table(_HEADS, rows, fixed=frozenset(_HEADS[:-1]))
    print("nothing was changed" if dry_run else "gone")


class _Part:
    """What one service has on a storage, or what all have that did not say for how long it is kept."""

    def __init__(self, database: Database, share: Share, going: Going | None) -> None:
        from otel_monitoring.storage.history.cleanup import Cleanup

        self._database = database
        self._whose = [
            one for one in services(database) if share.service in (None, one.key) and one.key not in share.but
        ]
        self._is_rest = share.service is None and bool(share.but)
        self._cleanup = Cleanup(
            database=database,
            keep=share.keep,
            clock=SystemClock(),
            going=going,
            service=share.service,
            but=share.but,
        )

    def rows(self) -> list[list[str]]:
        """Return what is old enough; nothing of others where nothing of theirs is."""
        due = self._cleanup.due()
        if self._is_rest and not any(one.rows for one in due):
            return []
        whose = ", ".join(str(one) for one in self._whose)
        return [[*_row(one), whose] for one in due]

    def clean(self, by: str | None) -> None:
        """Let it go, and note that for every service that it concerns."""
        rows = self._cleanup.run(most_s=_LONGEST_S).rows
        gone = {kind: count for kind, count in rows.items() if count}
        if gone or not self._is_rest:
            note(self._database, self._whose, name="storage.cleaned", target="storage", by=by, after=gone)


def _shares(database: Database, usual: Keep, service: str | None) -> list[Share]:
    """Return how long what each service has is kept; that of one alone where it is asked for."""
    from otel_monitoring.storage.history.keeps import as_noted
    from otel_monitoring.storage.history.retention import Share

    with database.read() as connection:
        found = list(as_noted(connection, usual))
    if service is None:
        return found
    return [share for share in found if share.service == service] or [Share(usual, service)]


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
