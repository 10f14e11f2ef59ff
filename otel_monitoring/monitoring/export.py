"""All pipelines of an instance: flushed and ended together, under one deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.telemetry.pipeline import Pipeline, PipelineStats


class Exports:
    """The pipelines by signal; a signal may have several, one per exporter."""

    def __init__(self, pipelines: Mapping[str, Sequence[Pipeline[Any]]]) -> None:
        self._pipelines = {signal: tuple(of_signal) for signal, of_signal in pipelines.items()}

    def of(self, signal: str) -> tuple[Pipeline[Any], ...]:
        """Return the pipelines of one signal."""
        return self._pipelines.get(signal, ())

    def all(self) -> list[Pipeline[Any]]:
        """Return every pipeline."""
        return [one for of_signal in self._pipelines.values() for one in of_signal]

    def start(self) -> None:
        """Start the threads; none of them contacts anybody before there is something to export."""
        for one in self.all():
            one.start()

    def begin_flush(self, timeout_s: float) -> None:
        """Ask for the export of what waits, and wait for nothing."""
        for one in self.all():
            one.begin_flush(timeout_s)

    def flush(self, timeout_s: float) -> bool:
        """Export what waits; return whether all of it left within ``timeout_s``."""
        deadlines = [(one, one.begin_flush(timeout_s)) for one in self.all()]
        ends = [one.end_flush(deadline_s) for one, deadline_s in deadlines]
        return all(ends)

    def stop(self, timeout_s: float, *, for_good: bool = False) -> bool:
        """Export what waits, end the threads, and count what had to be left behind."""
        deadlines = [(one, one.begin_flush(timeout_s)) for one in self.all()]
        ends = [one.close(at_s) if for_good else one.stop(at_s) for one, at_s in deadlines]
        return all(ends)

    def after_fork(self) -> None:
        """Start empty in a child process."""
        for one in self.all():
            one.after_fork()

    def stats(self) -> dict[str, list[PipelineStats]]:
        """Return the counts of every pipeline by signal."""
        return {signal: [one.stats() for one in of_signal] for signal, of_signal in self._pipelines.items()}
