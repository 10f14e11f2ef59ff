"""The processes of the service: those that the storage knows, else this one alone."""

from __future__ import annotations

import contextlib
import os
import socket
from typing import TYPE_CHECKING

from otel_monitoring.api import values
from otel_monitoring.api.instances import InstanceBody, instance_bodies
from otel_monitoring.errors import QueryError
from otel_monitoring.health.check import SEVERITY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from otel_monitoring.api.windows import WantedWindow
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.health.check import Status
    from otel_monitoring.health.registry import HealthRegistry
    from otel_monitoring.promql.query import Query
    from otel_monitoring.views.instances import Figures

_WORST = "min by (instance, critical) (otel_monitoring_health_status)"


def instances_of(
    builder: Builder, made: Analysis, *, started_ms: int
) -> Callable[[], Sequence[InstanceBody]]:
    """Return what tells the processes of the service.

    Args:
        builder: Knows who this process is.
        made: Knows the storage, where there is one.
        started_ms: When this process began, Unix milliseconds.
    """

    def instances() -> Sequence[InstanceBody]:
        keeping = made.keeping
        known = [] if keeping is None else list(keeping.instances())
        if known:
            return instance_bodies(known, now_ms=builder.clock.now_ms())
        return [own_instance(builder, started_ms=started_ms)]

    return instances


def health_of(
    builder: Builder, made: Analysis, registry: HealthRegistry
) -> Callable[[], Mapping[str, Status]]:
    """Return what tells how each process does, by its id: this one itself, the others by their metrics.

    Args:
        builder: Knows who this process is, and what time it is.
        made: Answers PromQL.
        registry: How this process does.
    """
    own = str(builder.resource.attributes.get("service.instance.id", ""))

    def health() -> Mapping[str, Status]:
        found: dict[str, Status] = {}
        with contextlib.suppress(QueryError):
            found = told_health(made.ask, now_ms=builder.clock.now_ms())
        return {**found, own: registry.report().status}

    return health


def figures_of(
    builder: Builder, made: Analysis, *, started_ms: int
) -> Callable[[WantedWindow], Mapping[str, Figures]]:
    """Return what tells how each process did in a stretch of time, by its id; nothing where nobody answers.

    Args:
        builder: Knows what time it is.
        made: Answers PromQL.
        started_ms: When this process began, Unix milliseconds.
    """
    from otel_monitoring.api.endpoints import window_of
    from otel_monitoring.bootstrap.api.views import counting_of
    from otel_monitoring.views.instances import figures

    counting = counting_of(builder, made, started_ms=started_ms)

    def found(wants: WantedWindow) -> Mapping[str, Figures]:
        window = window_of(wants, builder.clock)
        with contextlib.suppress(QueryError):
            return figures(counting, window.start_ms, window.end_ms)
        return {}

    return found


def told_health(query: Query, *, now_ms: int) -> dict[str, Status]:
    """Return how each process said that it does, by its id.

    Raises:
        QueryError: Nobody answers.
    """
    found: dict[str, Status] = {}
    for labels, value in query(_WORST, now_ms).samples:
        status = _status(value, is_critical=labels.get("critical") == "true")
        name = labels.get("instance")
        found[name] = max(found.get(name, status), status, key=SEVERITY.__getitem__)
    return found


def _status(value: float, *, is_critical: bool) -> Status:
    """Return what the worst of some checks makes of the whole."""
    if value >= 1:
        return "healthy"
    return "degraded" if value > 0 or not is_critical else "unhealthy"


def own_instance(builder: Builder, *, started_ms: int) -> InstanceBody:
    """Return this process as the list has it; of a storage that was not read yet it is all that is known."""
    said = {name: str(value) for name, value in builder.resource.attributes.items()}
    now_ms = builder.clock.now_ms()
    environment = said.get("deployment.environment.name") or said.get("deployment.environment", "")
    return InstanceBody(
        id=said.get("service.instance.id", ""),
        service=said.get("service.name", ""),
        namespace=said.get("service.namespace", ""),
        environment=environment,
        version=said.get("service.version", ""),
        host=said.get("host.name") or socket.gethostname(),
        pid=os.getpid(),
        state="running",
        started_at=values.time(started_ms),
        last_seen_at=values.time(now_ms),
        ended_at=None,
        exit_reason="",
        uptime_s=max(0, now_ms - started_ms) / 1000,
    )
