"""The checks of the toolkit itself: each reads numbers that are there anyway, and none is critical."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from otel_monitoring.health.check import Health
from otel_monitoring.health.checks.disk import DiskCheck
from otel_monitoring.health.checks.event_loop import EventLoopCheck
from otel_monitoring.health.checks.memory import MemoryCheck
from otel_monitoring.health.checks.storage import StorageCheck
from otel_monitoring.instrument.runtime import LoopMonitor
from otel_monitoring.instrument.system import SystemSampler
from otel_monitoring.storage.state import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from otel_monitoring.bootstrap.lazy import LazyAnalysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.health.check import Check
    from otel_monitoring.instrument.system.reading import Filesystem

    Part = TypeVar("Part")


def own_checks(builder: Builder, analysis: LazyAnalysis) -> dict[str, Check]:
    """Return the checks of what there is in this instance, by name."""
    checks: dict[str, Check] = {
        "export": partial(_exporting, builder),
        "rules": partial(_rules, analysis),
    }
    if builder.storage_url is not None:
        checks["storage"] = StorageCheck(
            trouble=partial(_trouble, analysis), writes=partial(_writes, analysis)
        )
    for sampler in _parts(builder, SystemSampler):
        checks["disk"] = DiskCheck(partial(_filesystems, sampler))
        checks["memory"] = MemoryCheck(partial(_memory, sampler))
    for monitor in _parts(builder, LoopMonitor):
        checks["event_loop"] = EventLoopCheck(partial(_lag_s, monitor))
    return checks


def _parts(builder: Builder, kind: type[Part]) -> Iterator[Part]:
    return (one for one in builder.parts if isinstance(one, kind))


def _exporting(builder: Builder) -> Health:
    paused = [
        f"{signal}: {one.last_error}"
        for signal, stats in builder.exports.stats().items()
        for one in stats
        if one.is_open
    ]
    if not paused:
        return Health()
    advice = (
        "See that OTEL_EXPORTER_OTLP_ENDPOINT is right and the Collector behind it runs; it is tried again."
    )
    return Health("degraded", f"exporting is paused: {'; '.join(paused)}", advice)


def _rules(analysis: LazyAnalysis) -> Health:
    failing = [
        rule.rule.name for group in analysis.known_groups() for rule in group.rules if rule.health == "err"
    ]
    if not failing:
        return Health()
    return Health(
        "degraded", f"rules that fail: {', '.join(failing)}", "Their errors are in the list of all rules."
    )


def _trouble(analysis: LazyAnalysis) -> str:
    """Return why the storage cannot be used; nothing is known of it before it is opened."""
    keeping = analysis.known_keeping()
    state = None if keeping is None else keeping.database.state
    return state.reason if isinstance(state, Unavailable) and state.kind != "not_opened" else ""


def _writes(analysis: LazyAnalysis) -> Mapping[str, int]:
    keeping = analysis.known_keeping()
    return {} if keeping is None else keeping.writer.stats()


def _filesystems(sampler: SystemSampler) -> Iterable[Filesystem]:
    """Return those that can be written to: images that are mounted to be read are always full."""
    snapshot = sampler.snapshot()
    found = () if snapshot is None else snapshot.look.reading.filesystems
    return [one for one in found if one.mode != "ro"]


def _memory(sampler: SystemSampler) -> float | None:
    snapshot = sampler.snapshot()
    return None if snapshot is None or snapshot.memory is None else snapshot.memory.ratio


def _lag_s(monitor: LoopMonitor) -> float | None:
    lag = monitor.lag()
    return None if lag is None else lag.max_s
