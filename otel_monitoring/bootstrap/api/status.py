"""How this process stands: what is on and what was set, without secrets."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any, Final

from otel_monitoring._version import __version__
from otel_monitoring.api import values
from otel_monitoring.api.status import (
    EvaluationBody,
    ExportBody,
    FeatureBody,
    QueriesBody,
    SettingBody,
    StatusBody,
    StorageBody,
)
from otel_monitoring.bootstrap.api.instances import own_instance
from otel_monitoring.settings.options import options, shown, value_at
from otel_monitoring.storage.state import Unavailable
from otel_monitoring.telemetry.endpoint import SIGNALS

if TYPE_CHECKING:
    from otel_monitoring.api.status import EvaluatedBy
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.health.registry import HealthRegistry
    from otel_monitoring.settings import Settings

_MASKED: Final = "**********"
_HIDDEN: Final = frozenset({"access.keys"})
"""What holds hashes of secrets, which are nobody's business either."""
_SWITCHES: Final = {
    "alerts": "alerts.enabled",
    "analytics": "analytics.enabled",
    "system": "system.enabled",
    "redaction": "redaction.enabled",
    "libraries": "instrumentation.libraries",
    "traces": "telemetry.traces",
    "metrics": "telemetry.metrics",
    "logs": "telemetry.logs",
}
"""What can be switched, and the setting that does it."""


class OwnStatus:
    """Say how this process stands.

    Args:
        builder: What the parts of the instance share.
        made: The store, the engine, the rules and the storage.
        registry: How this process does.
        started_ms: When it began, Unix milliseconds.
    """

    def __init__(
        self, builder: Builder, made: Analysis, *, registry: HealthRegistry, started_ms: int
    ) -> None:
        self._builder = builder
        self._made = made
        self._registry = registry
        self._started_ms = started_ms

    def __call__(self) -> StatusBody:
        """Return it."""
        builder, health = self._builder, self._registry.report().status
        own = own_instance(builder, started_ms=self._started_ms)
        return StatusBody(
            version=__version__,
            python=platform.python_version(),
            health=health,
            now=values.time(builder.clock.now_ms()),
            instance=own.model_copy(update={"health": health}),
            storage=self._storage(),
            exports=[self._export(signal) for signal in SIGNALS],
            queries=self._queries(),
            rules=self._rules(),
            features=_features(builder.settings),
            settings=self._settings(),
        )

    def _storage(self) -> StorageBody:
        keeping = self._made.keeping
        if keeping is None:
            return StorageBody(kind="memory", place="", available=True, trouble="")
        state = keeping.state
        return StorageBody(
            kind="sqlite" if keeping.database.is_sqlite else "postgresql",
            place=keeping.database.place.shown,
            available=not isinstance(state, Unavailable),
            trouble=state.reason if isinstance(state, Unavailable) else "",
        )

    def _export(self, signal: Any) -> ExportBody:
        plan, pipelines = self._builder.plan, self._builder.exports.of(signal)
        endpoint = plan.endpoints.get(signal)
        paused = [stats for stats in (one.stats() for one in pipelines) if stats.is_open]
        return ExportBody(
            signal=signal,
            exporters=list(plan.names[signal]),
            address="" if endpoint is None else endpoint.address,
            paused=bool(paused),
            trouble="; ".join(stats.last_error for stats in paused),
        )

    def _queries(self) -> QueriesBody:
        if self._made.remote is None:
            return QueriesBody(answered_by="engine", address="")
        url = self._builder.settings.query.url
        address = "" if url is None else self._builder.redactor.url(url.get_secret_value())
        return QueriesBody(answered_by="prometheus", address=address)

    def _rules(self) -> EvaluationBody:
        rules = [rule for group in self._made.groups() for rule in group.rules]
        enabled = self._builder.settings.alerts.enabled
        here: EvaluatedBy = "this process" if enabled and self._made.is_speaking() else "another process"
        return EvaluationBody(
            enabled=enabled,
            total=len(rules),
            failing=sum(rule.health == "err" for rule in rules),
            evaluated_by="nobody" if not enabled and self._made.voice is None else here,
        )

    def _settings(self) -> list[SettingBody]:
        """Return what was set; what may hold a secret is masked, whoever wrote it there."""
        settings, redactor = self._builder.settings, self._builder.redactor
        found = []
        for name, option in options().items():
            value = value_at(settings, name)
            if value == option.default:
                continue
            is_hidden = option.is_secret or name in _HIDDEN
            text = _MASKED if is_hidden else str(redactor.attribute(name, shown(value)))
            found.append(SettingBody(name=name, value=text, variable=option.variable))
        return found


def _features(settings: Settings) -> list[FeatureBody]:
    return [FeatureBody(name=name, on=bool(value_at(settings, path))) for name, path in _SWITCHES.items()]
