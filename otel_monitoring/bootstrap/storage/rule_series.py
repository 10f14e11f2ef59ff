"""What rules write, appended for the other processes and for the next one: a source for each group of rules.

The rules of a group write at the same times, so that an evaluation is one collection of a few series.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.sample import Batch

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.storage.samples.log import SampleLog

_MOST_GROUPS = 1000
_PARTS_OF_A_RULE = 3


class RuleSeries:
    """Keep what rules write where queries find it, and share it.

    Args:
        keep: Takes every batch at once: later rules of the group ask for it.
        log: Makes the log of a further group.
    """

    def __init__(self, *, keep: Callable[[Batch], object], log: Callable[[str], SampleLog]) -> None:
        self._keep = keep
        self._log = log
        self._logs: dict[str, SampleLog] = {}
        self._written: dict[tuple[str, int], list[Batch]] = {}

    def record(self, batch: Batch) -> None:
        """Take what one rule wrote in one evaluation."""
        self._keep(batch)
        group = batch.source.rsplit(";", _PARTS_OF_A_RULE)[0]
        self._written.setdefault((group, batch.time_ms), []).append(batch)

    def share(self) -> None:
        """Hand what was written since the last call to the storage; never waits for it."""
        written, self._written = self._written, {}
        for (group, time_ms), batches in written.items():
            labels = [one for batch in batches for one in batch.labels]
            values = [value for batch in batches for value in batch.values]
            self._of(group).append(Batch(group, time_ms, labels, values))

    def end(self, *, at_ms: int) -> None:
        """Note that this process ends."""
        for log in self._logs.values():
            log.end(at_ms=at_ms, reason="stopped")

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._logs, self._written = {}, {}

    def _of(self, group: str) -> SampleLog:
        if group not in self._logs:
            while len(self._logs) >= _MOST_GROUPS:
                del self._logs[next(iter(self._logs))]
            self._logs[group] = self._log(group)
        return self._logs[group]
