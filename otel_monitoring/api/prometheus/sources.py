"""What the API of Prometheus needs of the rest of the toolkit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from otel_monitoring.alerts.evaluation.status import GroupStatus
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.promql.query import Query, Tune
    from otel_monitoring.stores.block import Block


class SeriesSource(Protocol):
    """The series in memory; ``SeriesStore`` is one."""

    def select(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int) -> list[Block]:
        """Return the samples with ``start_ms < time <= end_ms`` of the series that fulfil all matchers."""
        ...

    def series(self, matchers: Sequence[Matcher]) -> list[Labels]:
        """Return the label sets that fulfil all matchers, sorted."""
        ...

    def label_names(self) -> list[str]:
        """Return the names of all labels, sorted."""
        ...

    def label_values(self, name: str) -> list[str]:
        """Return the values that a label takes, sorted."""
        ...

    def metadata(self) -> dict[str, Metadata]:
        """Return what is known of each metric, by name."""
        ...

    def sources(self) -> dict[str, int]:
        """Return the newest time of each source, in Unix milliseconds."""
        ...

    def stats(self) -> dict[str, float]:
        """Return what is held and what was refused or dropped."""
        ...


class PastSource(Protocol):
    """The series of the storage; ``HistoryStore`` is one."""

    def is_in_memory(self, start_ms: int) -> bool:
        """Tell whether memory has all that is later than a time."""
        ...

    def past_series(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int) -> list[Labels]:
        """Return the stored label sets that fulfil all matchers; raises ``StorageError``."""
        ...

    def past_metadata(self) -> dict[str, Metadata]:
        """Return what is stored of each metric, by name; raises ``StorageError``."""
        ...


class ExemplarLike(Protocol):
    """One exemplar."""

    @property
    def labels(self) -> Labels:
        """The ids of its trace and span, and what else is known of it."""
        ...

    @property
    def value(self) -> float:
        """The measurement, in the unit of the metric."""
        ...

    @property
    def time_ms(self) -> int:
        """When it was measured, Unix milliseconds."""
        ...


class ExemplarSource(Protocol):
    """The exemplars in memory."""

    def select(
        self, matchers: Sequence[Matcher], start_ms: int, end_ms: int
    ) -> Sequence[tuple[Labels, Sequence[ExemplarLike]]]:
        """Return the exemplars of the series that fulfil all matchers, ``start_ms <= time <= end_ms``."""
        ...


class RulesSource(Protocol):
    """The rules; the evaluator is one."""

    def groups(self) -> Sequence[GroupStatus]:
        """Return how all groups stand."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom the API asks; everything is called from worker threads.

    Attributes:
        query: Answers PromQL.
        tune: Gives the same under the limits that a request asks for.
        parse: Returns the nodes of an expression, or raises ``QueryError``.
        format: Returns an expression in its canonical form, or raises ``QueryError``.
        series: The series in memory.
        past: The series of the storage, where there is one.
        rules: The rules.
        exemplars: The exemplars, where any are kept.
        clock: Tells now.
        collect_interval_s: Seconds between two collections.
        retention_s: How far back the series reach.
        started_ms: When the process set its telemetry up, Unix milliseconds.
        flags: The flags of Prometheus that our settings stand for, as it writes them.
        experimental: Whether functions may be called that Prometheus has behind a flag.
    """

    query: Query
    tune: Tune
    parse: Callable[[str], Any]
    format: Callable[[str], str]
    series: SeriesSource
    rules: RulesSource
    clock: Clock
    past: PastSource | None = None
    exemplars: ExemplarSource | None = None
    collect_interval_s: float = 15
    retention_s: float = 21_600
    started_ms: int = 0
    flags: Mapping[str, str] = field(default_factory=dict)
    experimental: bool = False
