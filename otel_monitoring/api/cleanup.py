"""``/cleanup``: what of the storage is old enough to go, and its going."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from otel_monitoring.api import values
from otel_monitoring.api.actor import API_ACTOR, Name
from otel_monitoring.api.refused import CONFLICT, RefusedError, refusals
from otel_monitoring.model.action import Action
from otel_monitoring.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.storage.history.cleanup import Cleanup
    from otel_monitoring.storage.history.retention import Due, Keep

_LONGEST_DAYS = 36_500

Days = Annotated[float | None, Field(gt=0, le=_LONGEST_DAYS, description="In place of the setting.")]


class CleanupIn(BaseModel):
    """What to clean up."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    dry_run: bool = Field(default=True, alias="dryRun", description="Say what would go, and change nothing.")
    by: Name = Field(API_ACTOR, description="Who does it, for the audit trail.", examples=["kim"])
    metrics_days: Days = Field(None, alias="metricsDays")
    logs_days: Days = Field(None, alias="logsDays")
    errors_days: Days = Field(None, alias="errorsDays")
    alerts_days: Days = Field(None, alias="alertsDays")

    def keep(self, usual: Keep) -> Keep:
        """Return how long what is kept."""
        names = ("metrics_days", "logs_days", "errors_days", "alerts_days")
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return replace(usual, **given)


class KindBody(BaseModel):
    """What is old enough of one kind."""

    kind: str = Field(examples=["metrics"])
    rows: int = Field(description="Rows of the storage; one of metrics holds many samples.")
    before: datetime = Field(description="What is older goes.")
    oldest: datetime | None


class CleanupBody(BaseModel):
    """What would go, or what went."""

    dry_run: bool = Field(serialization_alias="dryRun")
    is_complete: bool = Field(
        serialization_alias="isComplete", description="False where it took too long; the rest goes later."
    )
    kinds: list[KindBody]


def cleanup_router(cleanup: Cleanup | None, *, audit: Callable[[Action], Any], clock: Clock) -> APIRouter:
    """Return the route that cleans up; what went is in the audit trail.

    Args:
        cleanup: What does it; ``None`` where nothing is kept that could go.
        audit: Takes what was done.
        clock: Tells now.
    """
    router = APIRouter(tags=["storage"])

    @router.post(
        "/cleanup",
        summary="Say what of the storage is old enough to go, or let it go",
        responses=refusals(CONFLICT),
    )
    def clean(given: CleanupIn | None = None) -> CleanupBody:
        """It goes by itself as time passes; this does it at once, or with other times than the settings."""
        asked = given or CleanupIn.model_validate({})
        if cleanup is None:
            msg = "nothing is kept that could go: expected a storage, see the setting storage.url"
            raise RefusedError(msg, status=CONFLICT)
        keep = asked.keep(cleanup.keep)
        try:
            due = cleanup.due(keep)
            if asked.dry_run:
                return _body(due, dry_run=True, is_complete=True)
            gone = cleanup.run(keep)
        except StorageError as error:
            raise RefusedError(str(error), status=CONFLICT) from None
        rows = {kind: count for kind, count in gone.rows.items() if count}
        audit(Action("storage.cleaned", "storage", asked.by, clock.now_ms(), after=rows))
        return _body(due, dry_run=False, is_complete=gone.is_complete)

    return router


def _body(due: list[Due], *, dry_run: bool, is_complete: bool) -> CleanupBody:
    kinds = [
        KindBody(
            kind=one.kind,
            rows=one.rows,
            before=values.time(one.before_ms),
            oldest=values.time_if_any(one.oldest_ms),
        )
        for one in due
    ]
    return CleanupBody(dry_run=dry_run, is_complete=is_complete, kinds=kinds)
