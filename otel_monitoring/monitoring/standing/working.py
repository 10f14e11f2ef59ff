"""How exports, jobs and guards stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from otel_monitoring.monitoring.standing.part import Count, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from otel_monitoring.guard import Guard
    from otel_monitoring.monitoring.export import Exports
    from otel_monitoring.monitoring.loop import Loop
    from otel_monitoring.telemetry.pipeline import PipelineStats

_FULL: Final = 0.8
_UNITS: Final = {"traces": "{span}", "logs": "{log_record}", "metrics": "{collection}"}
_WORDS: Final = {"traces": "spans", "logs": "log records", "metrics": "collections of metrics"}


def exports_standing(exports: Exports, addresses: Mapping[str, str]) -> list[Standing]:
    """Return how exporting stands, for each pipeline.

    Args:
        exports: The pipelines.
        addresses: Where each signal goes over OTLP, without secrets.
    """
    return [
        _export(signal, one.name, one.stats(), addresses.get(signal, ""))
        for signal in _UNITS
        for one in exports.of(signal)
    ]


def loop_standing(loop: Loop) -> list[Standing]:
    """Return how the jobs of the background loop stand."""
    failing = [job for job in loop.jobs if job.failures]
    slow = [job for job in loop.jobs if job.duration_s > job.interval_s > 0]
    problems = []
    if not loop.is_running:
        problems.append("the background loop does not run")
    if failing:
        failures = ", ".join(f"{job.name} ({job.failures} times in a row)" for job in failing)
        problems.append(f"jobs that fail: {failures}")
    if slow:
        took = ", ".join(f"{job.name} ({job.duration_s:.1f} s)" for job in slow)
        problems.append(f"jobs that take longer than their interval: {took}")
    counts = [
        count
        for job in loop.jobs
        for count in (
            Count(f"{job.name}.runs", job.runs, "{run}"),
            Count(f"{job.name}.duration", job.duration_s, "s"),
        )
    ]
    return [
        Standing(
            "loop",
            "Collects, evaluates and trims, in one background thread.",
            tuple(counts),
            "; ".join(problems),
            "The log says why a job fails. Slow ones: fewer series or rules, or longer intervals.",
        )
    ]


def guards_standing(guards: Iterable[Guard]) -> list[Standing]:
    """Return what guards caught of our own errors."""
    totals: dict[str, int] = {}
    for guard in guards:
        for kind, count in guard.counts().items():
            name = f"{guard.name}.{kind}"
            totals[name] = totals.get(name, 0) + count
    counts = [
        Count(name, count, "{error}", loss=f"errors in {name} were caught") for name, count in totals.items()
    ]
    return [
        Standing(
            "guards",
            "Keep errors of ours away from the application.",
            tuple(sorted(counts, key=lambda one: one.name)),
            advice="The log has the place of the first error of each kind; please report it.",
        )
    ]


def _export(signal: str, name: str, stats: PipelineStats, address: str) -> Standing:
    unit, words = _UNITS[signal], _WORDS[signal]
    problems = []
    if stats.is_open:
        problems.append(f"exporting is paused after failures: {stats.last_error or 'no answer'}")
    if stats.queued > _FULL * stats.capacity:
        problems.append(f"{stats.queued} of {stats.capacity} {words} wait")
    dropped = [
        Count(f"dropped.{reason}", count, unit, loss=f"{words} were lost ({reason})")
        for reason, count in sorted(stats.dropped.items())
    ]
    where = f" to {address}" if address and name == signal else ""
    return Standing(
        f"export.{name}",
        f"Sends {words}{where}.",
        (
            Count("queued", stats.queued, unit),
            Count("capacity", stats.capacity, unit),
            Count("exported", stats.exported, unit),
            Count("circuit_open", int(stats.is_open), "1"),
            *dropped,
        ),
        "; ".join(problems),
        "See whether the Collector runs and answers, and OTEL_EXPORTER_OTLP_ENDPOINT; "
        "`otel-monitoring doctor` tries it.",
    )
