"""Probes of the libraries that are instrumented, seen from outside or from within the application."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from otel_monitoring.cli.finding import Finding
from otel_monitoring.instrument.libraries import DISABLED, LIBRARIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.metadata import Distribution

    from otel_monitoring.cli.finding import Patient, State
    from otel_monitoring.instrument.libraries import Library, LibraryReport

_STATES: dict[str, State] = {"on": "on", "waiting": "on", "warn": "warn", "off": "off"}


def libraries(patient: Patient) -> Iterator[Finding]:
    """Each library that is installed here: whether it is instrumented, or would be, and by what."""
    chosen = patient.loaded.settings.instrumentation
    if not chosen.libraries:
        yield Finding("libraries", "off", "instrumentation.libraries is false")
        return
    known = {name for library in LIBRARIES for name in (library.name, library.module)}
    for name in sorted(set(chosen.disabled) - known):
        yield Finding(name, "warn", "instrumentation.disabled names no library that is known")
    reports = _reports(patient)
    if reports is not None:
        yield from (Finding(report.name, _STATES[report.state], report.reason) for report in reports)
        return
    here = [library for library in LIBRARIES if _is_installed(library)]
    yield from (_prospect(library, patient) for library in here)
    if not here:
        yield Finding("libraries", "off", "none that is known is installed")


def _reports(patient: Patient) -> Iterable[LibraryReport] | None:
    """Return what the running instance says, or ``None`` where none runs or it has no libraries."""
    found = getattr(patient.app.running if patient.app else None, "libraries", None)
    return None if found is None else found.reports()


def _is_installed(library: Library) -> bool:
    top = library.module.partition(".")[0]
    return top in sys.modules or find_spec(top) is not None


def _prospect(library: Library, patient: Patient) -> Finding:
    """Return what would become of ``library`` when the application imports it."""
    disabled = {name.strip() for name in patient.environ.get(DISABLED, "").split(",")}
    if {library.name, library.module} & set(patient.loaded.settings.instrumentation.disabled):
        return Finding(library.name, "off", "named in instrumentation.disabled")
    if {library.name, "*"} & disabled:
        return Finding(library.name, "off", f"named in {DISABLED}")
    if library.off:
        return Finding(library.name, "off", library.off)
    points = entry_points(group="opentelemetry_instrumentor", name=library.name)
    distribution = next((point.dist for point in points if point.dist), None)
    if distribution is None:
        package = library.instrumentor.partition(":")[0].replace(".", "-").replace("_", "-")
        return Finding(library.name, "off", f"{package} is not installed", f"pip install {package}")
    return _fitting(library.name, distribution)


def _fitting(name: str, distribution: Distribution) -> Finding:
    """Return whether the instrumentation takes the version of the library that is installed."""
    from opentelemetry.instrumentation.dependencies import get_dist_dependency_conflicts

    conflict = get_dist_dependency_conflicts(distribution)
    if conflict is None:
        return Finding(name, "on", f"by contrib {distribution.version}")
    wanted = _listed(conflict.required_any or (conflict.required,))
    found: Any = conflict.found_any or (conflict.found,)
    there = _listed(found) if any(found) else "none"
    reason = f"contrib {distribution.version} takes {wanted}; installed is {there}"
    return Finding(name, "warn", reason, "install versions that go together; until then it records nothing")


def _listed(requirements: Iterable[object]) -> str:
    """Return requirements without their markers."""
    return ", ".join(str(each).partition(";")[0].strip() for each in requirements)
