"""The service levels of an instance, of files and from Python, and the desk that knows how they stand."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.export import as_rule_file
from otel_monitoring.alerts.slos.openslo import load_slos
from otel_monitoring.alerts.slos.rules import rule_groups
from otel_monitoring.reports.slos.desk import SlosDesk
from otel_monitoring.reports.slos.section import SlosSection
from otel_monitoring.reports.slos.slo import check_slos

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.reports.slos.slo import SLO

_log = logging.getLogger(__name__)


class ServiceLevels:
    """Keep the service levels that are in force.

    Args:
        patterns: OpenSLO files, as patterns.
        slos: Those from Python; one takes the place of that of a file of the same name.
    """

    def __init__(self, *, patterns: Sequence[str], slos: Iterable[SLO] = ()) -> None:
        self._patterns = tuple(patterns)
        self._python = check_slos(slos)
        self._slos: tuple[SLO, ...] = self._python

    def read(self) -> tuple[SLO, ...]:
        """Return those that there are by now, the files read anew; :meth:`take` puts them in force.

        Raises:
            RuleFileError: Files are not valid; the error holds the problems of all of them.
        """
        found = load_slos(self._patterns)
        for warning in found.warnings:
            _log.warning("%s", warning)
        return tuple({slo.name: slo for slo in (*found.slos, *self._python)}.values())

    def take(self, slos: Sequence[SLO]) -> None:
        """Put service levels in force."""
        self._slos = tuple(slos)

    def slos(self) -> tuple[SLO, ...]:
        """Return those in force."""
        return self._slos

    def export(self) -> str:
        """Return their rules as a rule file of Prometheus."""
        return as_rule_file(rule_groups(self._slos))


def slos_desk(builder: Builder, analysis: Analysis) -> SlosDesk:
    """Return the desk of service levels."""
    levels = analysis.service_levels
    return SlosDesk(query=analysis.ask, clock=builder.clock, slos=levels.slos, export=levels.export)


def slos_section(analysis: Analysis) -> SlosSection:
    """Return what writes of service levels in reports."""
    return SlosSection(analysis.ask, analysis.service_levels.slos)
