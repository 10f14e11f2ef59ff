"""Processes that are new and versions that are: whatever they bring is no anomaly for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from otel_monitoring.promql.query import Query

TARGETS = "target_info"
_INSTANCE, _VERSION = "instance", "service_version"
_MOST = 10_000

Change: TypeAlias = Literal["", "restart", "deploy"]


class Processes:
    """Follow which processes there are, by the series that describes each.

    Args:
        query: Answers ``target_info``.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        self._versions: dict[str, str] | None = None

    def change(self, at_ms: int) -> Change:
        """Return what is new since the last time; the first time counts as a restart.

        Args:
            at_ms: Unix milliseconds.

        Raises:
            QueryError: They cannot be asked for.
        """
        samples = self._query(TARGETS, at_ms).samples
        seen = {labels.get(_INSTANCE) or "": labels.get(_VERSION) or "" for labels, _ in samples}
        before = self._versions
        if before is None:
            self._versions = seen
            return "restart"
        self._versions = {**before, **seen} if len(before) < _MOST else seen
        if not set(seen.values()) <= set(before.values()):
            return "deploy"
        return "" if seen.keys() <= before.keys() else "restart"
