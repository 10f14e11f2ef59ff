"""``otel-monitoring cleanup``: what of a storage is old enough to go, and its going."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from otel_monitoring.cli.pages import By  # noqa: TC001 - typer reads the annotation
from otel_monitoring.cli.storage.audited import note
from otel_monitoring.cli.storage.opened import StorageUrl, opened, settings
from otel_monitoring.cli.storage.whose import services
from otel_monitoring.cli.table import print_table
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from otel_monitoring.storage.history.retention import Due, Keep

Days: TypeAlias = float | None
_HEADS = ("KIND", "ROWS", "BEFORE", "OLDEST")
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
    storage: StorageUrl = None,
) -> None:
    """Let go what is older than the settings keep it, or say what that would be."""
    from otel_monitoring.bootstrap.storage.upkeep import archive_of, keep_of
    from otel_monitoring.storage.history.cleanup import Cleanup

    given = {"metrics_days": metrics, "logs_days": logs, "errors_days": errors, "alerts_days": alerts}
    chosen = settings()
    keep = _kept(keep_of(chosen), given)
    with opened(storage) as database:
        cleanup = Cleanup(database=database, keep=keep, clock=SystemClock(), going=archive_of(chosen))
        due = cleanup.due()
        if not dry_run:
            rows = cleanup.run(most_s=_LONGEST_S).rows
            gone = {kind: count for kind, count in rows.items() if count}
            note(database, services(database), name="storage.cleaned", target="storage", by=by, after=gone)
    print_table(_HEADS, [_row(one) for one in due], fixed=frozenset(_HEADS))
    print("nothing was changed" if dry_run else "gone")


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
