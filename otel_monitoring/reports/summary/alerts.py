"""What fired in a period, and how long it took until it stopped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Protocol

from otel_monitoring.reports.summary.model import Column, Figure, Section, Table
from otel_monitoring.reports.summary.words import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.reports.summary.model import Cell
    from otel_monitoring.reports.summary.period import Period

_NAMED = ("alertname", "severity")
_MOST_ROWS = 10
_LONGEST_LABELS = 80


class Episode(Protocol):
    """One time that an alert fired; times are Unix milliseconds."""

    @property
    def labels(self) -> Labels:
        """The alert."""
        ...

    @property
    def started_at_ms(self) -> int:
        """When it began."""
        ...

    @property
    def ended_at_ms(self) -> int | None:
        """When it stopped; ``None`` while it fires."""
        ...

    @property
    def marks(self) -> tuple[str, ...]:
        """What people did about it."""
        ...


@dataclass(frozen=True, slots=True)
class AlertSection:
    """The section about alerts.

    Attributes:
        episodes: Returns what fired at any time from one Unix time in milliseconds to another.
        name: Of the section.
    """

    episodes: Callable[[int, int], Sequence[Episode]]
    name: str = "alerts"

    def section(self, period: Period) -> Section:
        """Return what fired in a period, against the one before."""
        now, before = self._in(period), self._in(period.before)
        took_s, took_before_s = _resolved_s(now, period), _resolved_s(before, period.before)
        figures = (
            Figure(
                "Alerts that began", len(_begun(now, period)), "", len(_begun(before, period.before)), "less"
            ),
            Figure("Time to resolve, median", _median(took_s), "s", _median(took_before_s), "less"),
            Figure(
                "Time to resolve, longest",
                max(took_s, default=None),
                "s",
                max(took_before_s, default=None),
                "less",
            ),
            Figure(
                "Still firing at the end",
                len(_open(now, period)),
                "",
                len(_open(before, period.before)),
                "less",
            ),
        )
        if not now:
            return Section(self.name, "Alerts", figures=figures, notes=("Nothing fired in this period.",))
        return Section(
            self.name, "Alerts", figures=figures, tables=(_rules(now, period), _longest(now, period))
        )

    def _in(self, period: Period) -> Sequence[Episode]:
        found = self.episodes(period.start_ms, period.end_ms)
        return [one for one in found if one.started_at_ms < period.end_ms]


def _begun(found: Sequence[Episode], period: Period) -> list[Episode]:
    return [one for one in found if one.started_at_ms >= period.start_ms]


def _open(found: Sequence[Episode], period: Period) -> list[Episode]:
    return [one for one in found if _end_ms(one, period) is None]


def _end_ms(one: Episode, period: Period) -> int | None:
    """Return when it ended, as was known at the end of the period."""
    ended = one.ended_at_ms
    return None if ended is None or ended > period.end_ms else ended


def _resolved_s(found: Sequence[Episode], period: Period) -> list[float]:
    """Return how long those took that ended in the period."""
    ends = [(one.started_at_ms, _end_ms(one, period)) for one in found]
    return [(end - start) / 1000 for start, end in ends if end is not None]


def _fired_s(one: Episode, period: Period) -> float:
    end_ms = _end_ms(one, period) or period.end_ms
    return max(0, end_ms - max(one.started_at_ms, period.start_ms)) / 1000


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def _rules(found: Sequence[Episode], period: Period) -> Table:
    """Return which rules fired, the most frequent first."""
    counts = Counter(one.labels.get("alertname") for one in found)
    rows: list[tuple[Cell, ...]] = []
    for rule, count in counts.most_common(_MOST_ROWS):
        mine = [one for one in found if one.labels.get("alertname") == rule]
        resolved = _resolved_s(mine, period)
        severity = mine[0].labels.get("severity")
        rows.append(
            (rule, severity, float(count), sum(_fired_s(one, period) for one in mine), _median(resolved))
        )
    columns = (
        Column("Rule"),
        Column("Severity"),
        Column("Times"),
        Column("Fired for", "s"),
        Column("Median to resolve", "s"),
    )
    return Table("By rule", columns, tuple(rows))


def _longest(found: Sequence[Episode], period: Period) -> Table:
    """Return what fired longest."""
    ordered = sorted(found, key=lambda one: -_fired_s(one, period))[:_MOST_ROWS]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            one.labels.get("alertname"),
            moment(one.started_at_ms, period.zone),
            _fired_s(one, period),
            "firing" if _end_ms(one, period) is None else "resolved",
            _told(one.labels),
        )
        for one in ordered
    )
    columns = (Column("Rule"), Column("Began"), Column("Fired for", "s"), Column("State"), Column("Labels"))
    return Table("Longest", columns, rows)


def _told(labels: Labels) -> str:
    shown = [pair for pair in labels if pair[0] not in _NAMED and not pair[0].startswith("otel_scope_")]
    text = ", ".join(f"{name}={value}" for name, value in shown)
    return text if len(text) <= _LONGEST_LABELS else f"{text[:_LONGEST_LABELS]}…"
