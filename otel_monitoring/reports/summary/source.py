"""Where the sections of a report come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from otel_monitoring.errors import QueryError
from otel_monitoring.reports.summary.asker import Asker
from otel_monitoring.reports.summary.model import Section

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.summary.period import Period


class SectionSource(Protocol):
    """What writes one section of every report."""

    @property
    def name(self) -> str:
        """One word, unique; the name of its section."""
        ...

    def section(self, period: Period) -> Section | None:
        """Return the section about a period; ``None`` where the report goes on without it.

        Args:
            period: The time, and by ``period.before`` the one to compare it with.
        """
        ...


@dataclass(frozen=True, slots=True)
class AskedSection:
    """A section that is asked in PromQL; where that fails it says why.

    Attributes:
        name: Of the section.
        title: Of the section where there is no answer.
        query: Who answers.
        write: Makes the section.
    """

    name: str
    title: str
    query: Query
    write: Callable[[Asker], Section]

    def section(self, period: Period) -> Section:
        """Return the section about a period."""
        return self.asked(Asker(self.query, period))

    def asked(self, asker: Asker) -> Section:
        """Return the section by answers that other sections may have asked for already."""
        try:
            return self.write(asker)
        except QueryError as error:
            return without_data(self.name, self.title, f"the question could not be answered: {error}")


def without_data(name: str, title: str, reason: str) -> Section:
    """Return a section that says why it says nothing else."""
    return Section(name, title, notes=(f"No data, because {reason}.",))
