"""What one query may use: samples that it looks at, samples that it holds in memory, and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.errors import QueryError, QueryTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(slots=True)
class Budget:
    """What one query may still use; shared by its subqueries.

    Attributes:
        samples: Samples that may be looked at.
        limit: What ``samples`` was at the beginning, and how many may be in memory at a time.
        expired: Tells whether the time is up.
        timeout_s: What that time was, for the message.
        held: Samples of intermediate results that are in memory.
    """

    samples: int
    limit: int
    expired: Callable[[], bool]
    timeout_s: float
    held: int = 0

    def spend(self, samples: int) -> None:
        """Count samples that are looked at, and look at the clock.

        Raises:
            QueryError: The query uses too many samples.
            QueryTimeoutError: It uses too much time.
        """
        self.samples -= samples
        self._refuse(self.samples < 0)
        self.pulse()

    def hold(self, samples: int) -> None:
        """Set how many samples of intermediate results are in memory.

        Raises:
            QueryError: These are too many.
        """
        self.held = samples
        self._refuse(samples > self.limit)

    def reserve(self, samples: int) -> None:
        """Ask before memory is taken for so many samples more.

        Raises:
            QueryError: These are too many.
        """
        self._refuse(self.held + samples > self.limit)

    def pulse(self) -> None:
        """Look at the clock; long loops do so now and then.

        Raises:
            QueryTimeoutError: The query uses too much time.
        """
        if self.expired():
            about = f"it took longer than query.timeout_s, {self.timeout_s:g} s"
            msg = f"query timed out in expression evaluation: {about}"
            raise QueryTimeoutError(msg)

    def _refuse(self, too_many: bool) -> None:  # noqa: FBT001 - a condition, not a switch
        if too_many:
            about = f"more than query.max_samples, {self.limit:,}"
            msg = f"query processing would load too many samples into memory in query execution: {about}"
            raise QueryError(msg)
