"""Which results of checks are kept: each change of a status, and now and then one that is no change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.model.record import HEALTH, Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.health.check import Status
    from otel_monitoring.health.report import CheckResult, HealthReport

_LEVELS: dict[Status, int] = {"healthy": 9, "degraded": 13, "unhealthy": 17}
"""What the severities INFO, WARN and ERROR are in the logs of OpenTelemetry."""


class HealthSamples:
    """Choose from one report after another.

    Args:
        every_s: A result that is no change is kept so long after the one that was kept last.
        redact: Applied to what checks say.
    """

    def __init__(self, *, every_s: float = 900, redact: Callable[[str], str] = str) -> None:
        self._every_ms = round(every_s * 1000)
        self._redact = redact
        self._kept: dict[str, CheckResult] = {}

    def of(self, report: HealthReport) -> list[Record]:
        """Return the results of a report that are to be kept, as records.

        The key is the name of the check, the value how long it took in seconds. The document holds
        ``status``, ``previous`` (``None`` for the first one), ``message`` and ``critical``.
        """
        names = {result.name for result in report.checks}
        self._kept = {name: kept for name, kept in self._kept.items() if name in names}
        return [record for result in report.checks for record in self._records(result)]

    def _records(self, result: CheckResult) -> list[Record]:
        status, checked_at_ms = result.status, result.checked_at_ms
        if status is None or checked_at_ms is None:
            return []
        before = self._kept.get(result.name)
        if before is not None and not self._is_news(before, result):
            return []
        self._kept[result.name] = result
        document: dict[str, Any] = {
            "status": status,
            "previous": None if before is None else before.status,
            "message": self._redact(result.message),
            "critical": result.is_critical,
        }
        key, severity = result.name, _LEVELS[status]
        return [Record(HEALTH, checked_at_ms, key, document, severity=severity, value=result.latency_s)]

    def _is_news(self, before: CheckResult, now: CheckResult) -> bool:
        if now.status != before.status or now.changed_at_ms != before.changed_at_ms:
            return True
        passed_ms = (now.checked_at_ms or 0) - (before.checked_at_ms or 0)
        return not -self._every_ms < passed_ms < self._every_ms  # a clock may be set back
