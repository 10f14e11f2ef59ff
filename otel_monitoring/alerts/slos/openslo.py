"""Service levels in the files of OpenSLO: ``apiVersion: openslo/v1``, kinds ``SLO`` and ``SLI``.

Kinds that say nothing of what is counted are read over with a warning: alerts follow from the objective, and
the application itself is the source of the data. Everything that cannot be kept as it is written is a problem
with its line and column, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.document import Fields, Problems, kind
from otel_monitoring.alerts.rules.load import paths_of, read_text
from otel_monitoring.alerts.rules.rulefile import RuleFileError
from otel_monitoring.alerts.slos.objectives import Objectives, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yaml.nodes import Node

    from otel_monitoring.alerts.rules.rule import Problem
    from otel_monitoring.reports.slos.slo import SLO

API_VERSION = "openslo/v1"

_DEEPEST = 64
_DOCUMENT = ("apiVersion", "kind", "metadata", "spec")
_IGNORED = {
    "AlertPolicy": "alerts follow from the objective, on several windows and burn rates",
    "AlertCondition": "alerts follow from the objective, on several windows and burn rates",
    "AlertNotificationTarget": "the routes say who is told",
    "DataSource": "the series of this application are asked",
    "Service": "the name in the SLO is enough",
}


@dataclass(frozen=True, slots=True)
class SLOFile:
    """What files say.

    Attributes:
        slos: The service levels, in the order of the files.
        warnings: What was read over, and why.
    """

    slos: tuple[SLO, ...] = ()
    warnings: tuple[Problem, ...] = ()


def load_slos(patterns: Sequence[str]) -> SLOFile:
    """Return the service levels of all files; indicators are known to those of the other files too.

    Args:
        patterns: Paths, or patterns with ``*``, ``?`` and ``[…]``.

    Raises:
        RuleFileError: Files are not valid; the error holds the problems of all of them.
    """
    return parse_slos([(path, read_text(path)) for path in paths_of(patterns)])


def parse_slos(texts: Sequence[tuple[str, str]]) -> SLOFile:
    """Return the service levels of some texts.

    Args:
        texts: The name of each source, and what it holds.

    Raises:
        RuleFileError: Texts are not valid; the error holds the problems of all of them.
    """
    read = [_Reader(source, text) for source, text in texts]
    indicators = {name: one for reader in read for name, one in reader.indicators().items()}
    slos: dict[str, SLO] = {}
    for reader in read:
        for fields in reader.slos:
            made = Objectives(
                fields, indicators=indicators, problems=reader.problems, warnings=reader.warnings
            )
            for slo in made.slos():
                if slo.name in slos:
                    reader.problems.add(
                        fields.node, f"SLO {slo.name!r} is there twice: expected different names"
                    )
                slos[slo.name] = slo
    problems = [problem for reader in read for problem in reader.problems.found]
    if problems:
        raise RuleFileError(sorted(problems, key=lambda one: (one.source, one.line, one.column)))
    return SLOFile(tuple(slos.values()), tuple(one for reader in read for one in reader.warnings.found))


class _Reader:
    """The documents of one source, by kind."""

    def __init__(self, source: str, text: str) -> None:
        self.problems, self.warnings = Problems(source), Problems(source)
        self.slos: list[Fields] = []
        self._indicators: list[Fields] = []
        for node in _documents(text, self.problems):
            if kind(node) != "nothing":
                self._sort(node)

    def indicators(self) -> dict[str, Fields]:
        """Return the documents of indicators by name."""
        return {name_of(fields, self.problems): fields for fields in self._indicators}

    def _sort(self, node: Node) -> None:
        fields = Fields(node, what="a document", known=_DOCUMENT, problems=self.problems)
        version, what = fields.text("apiVersion"), fields.text("kind")
        if version != API_VERSION:
            self.problems.add(
                fields.value("apiVersion"), f"apiVersion is {version!r}: expected {API_VERSION}"
            )
        elif what == "SLO":
            self.slos.append(fields)
        elif what == "SLI":
            self._indicators.append(fields)
        elif what in _IGNORED:
            self.warnings.add(node, f"kind {what} is read over: {_IGNORED[what]}")
        else:
            expected = ", ".join(sorted(("SLO", "SLI", *_IGNORED)))
            self.problems.add(fields.value("kind"), f"kind is {what!r}: expected one of {expected}")


def _documents(text: str, problems: Problems) -> list[Node]:
    """Return the roots of all YAML documents; none where one cannot be read."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                problems.add_at(event.start_mark, f"nested more than {_DEEPEST} levels deep")
                return []
        return [node for node in yaml.compose_all(text, Loader=loader) if node is not None]
    except yaml.MarkedYAMLError as error:
        problems.add_at(error.problem_mark, f"could not parse YAML: {error.problem or error.context}")
    except yaml.YAMLError as error:
        problems.add_at(None, f"could not parse YAML: {' '.join(str(error).split())}")
    return []
