"""``otel-monitoring doctor``: what is on, what is off and why, and what to do about it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from otel_monitoring.cli import (
    probes_app,
    probes_libraries,
    probes_recording,
    probes_signals,
    probes_storage,
    probes_surroundings,
    probes_telling,
)
from otel_monitoring.cli.application import load_application, settings_in_force
from otel_monitoring.cli.finding import Finding, Patient
from otel_monitoring.guard import Guard
from otel_monitoring.settings.load import examine_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from otel_monitoring.cli.finding import Probe

    Report = Mapping[str, tuple[Finding, ...]]

PROBES: Mapping[str, Probe] = {
    "Software": probes_surroundings.software,
    "Settings": probes_recording.settings,
    "OpenTelemetry variables": probes_surroundings.variables,
    "Signals": probes_signals.signals,
    "Recording": probes_recording.recording,
    "Libraries": probes_libraries.libraries,
    "Rules and messages": probes_telling.telling,
    "Storage": probes_storage.storage,
    "Application": probes_app.application,
    "Other instrumentation": probes_app.others,
}
"""What the doctor looks at, in this order; a part adds its own probe here under its heading."""

_STYLES = {"on": "green", "off": "dim", "warn": "yellow", "fail": "bold red"}
_NAME_CHARS = 24


def command(
    *,
    app: Annotated[
        str | None, typer.Option(metavar="MODULE:NAME", help="Application to import and look at.")
    ] = None,
    file: Annotated[
        str | None, typer.Option("--file", "-f", metavar="FILE", help="TOML or YAML file to read.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Try to connect to the endpoints.")] = False,
    timeout_s: Annotated[
        float, typer.Option("--timeout", min=0.1, metavar="SECONDS", help="Longest wait for a connection.")
    ] = 2.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what is on, what is off and why, and what to do about it."""
    if app is not None and not all(app.partition(":")):
        msg = f"{app!r} is not of the form module:name, such as shop.main:app"
        raise typer.BadParameter(msg, param_hint="--app")
    found = load_application(app) if app else None
    loaded = settings_in_force(examine_settings(config_file=file), found.running if found else None)
    report = examine(Patient(os.environ, loaded, app=found, connect=check, timeout_s=timeout_s))
    if as_json:
        topics = {topic: [asdict(finding) for finding in findings] for topic, findings in report.items()}
        print(json.dumps({"topics": topics, "counts": _counts(report)}, indent=2))
    else:
        _print(report)
    if _counts(report)["fail"]:
        raise typer.Exit(1)


def examine(patient: Patient, probes: Mapping[str, Probe] = PROBES) -> Report:
    """Return the findings of every probe under its heading; a probe that fails is a finding too."""
    return {topic: tuple(_findings(topic, probe, patient)) for topic, probe in probes.items()}


def _findings(topic: str, probe: Probe, patient: Patient) -> Iterable[Finding]:
    guard = Guard(f"doctor.{topic}")
    with guard:
        yield from probe(patient)
    for kind in guard.counts():
        yield Finding(topic, "fail", f"this could not be looked at: {kind}", "the log above says why")


def _counts(report: Report) -> dict[str, int]:
    states = [finding.state for findings in report.values() for finding in findings]
    return {state: states.count(state) for state in ("on", "off", "warn", "fail")}


def _print(report: Report) -> None:
    console = Console(highlight=False)
    for topic, findings in report.items():
        console.print(Text(topic, style="bold"))
        longest = max((len(finding.name) for finding in findings), default=0)
        width = min(max(longest, _NAME_CHARS), console.width // 2)
        console.print(Padding(_table(findings, name_width=width), (0, 0, 1, 2)))
    counts = _counts(report)
    style = "red" if counts["fail"] else "yellow" if counts["warn"] else "green"
    words = f"{counts['on']} on, {counts['off']} off, {counts['warn']} to look at, {counts['fail']} broken"
    console.print(Text(words, style=style))


def _table(findings: Iterable[Finding], *, name_width: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=4)
    table.add_column(width=name_width, overflow="fold")
    table.add_column(overflow="fold")
    for (state, reason, advice), alike in groupby(findings, lambda one: (one.state, one.reason, one.advice)):
        said = Text(reason)
        if advice:
            said.append(f"\n→ {advice}", style="cyan")
        names = ", ".join(finding.name for finding in alike)
        table.add_row(Text(state, style=_STYLES[state]), names, said)
    return table
