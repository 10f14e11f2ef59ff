"""One document of kind ``SLO`` in OpenSLO's words: a service level of ours for each of its objectives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from otel_monitoring.alerts.rules.document import Fields
from otel_monitoring.alerts.slos.indicators import indicator
from otel_monitoring.errors import RuleError
from otel_monitoring.model.durations import parse_duration
from otel_monitoring.reports.slos.indicator import Looks, Ratio, slices
from otel_monitoring.reports.slos.slo import MONTH, SLO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yaml.nodes import Node

    from otel_monitoring.alerts.rules.document import Problems
    from otel_monitoring.reports.slos.indicator import Comparison, Indicator

MIN_EVENTS = "otel-monitoring/min-events"
ABSENT_AFTER = "otel-monitoring/absent-after"
RUNBOOK_URL = "otel-monitoring/runbook-url"
"""Annotations that say what OpenSLO has no word for."""

_METADATA = ("name", "displayName", "labels", "annotations")
_SPEC = (
    "description",
    "service",
    "indicator",
    "indicatorRef",
    "timeWindow",
    "budgetingMethod",
    "objectives",
    "alertPolicies",
)
_OBJECTIVE = (
    "displayName",
    "op",
    "value",
    "target",
    "targetPercent",
    "timeSliceTarget",
    "timeSliceWindow",
    "indicator",
    "indicatorRef",
    "compositeWeight",
)
_WINDOW = ("duration", "isRolling", "calendar")
_LONGEST_SLICE_MS = 300_000
_UNUSABLE = re.compile(r"[^A-Za-z0-9._-]+")
_MONTHS = {"1M", "1mo"}


class Objectives:
    """Read one document.

    Args:
        document: The document.
        indicators: Named indicators, which it may refer to.
        problems: Where to put what is wrong.
        warnings: Where to put what is read over.
    """

    def __init__(
        self,
        document: Fields,
        *,
        indicators: Mapping[str, Fields],
        problems: Problems,
        warnings: Problems,
    ) -> None:
        self._document = document
        self._indicators = indicators
        self._problems = problems
        self._warnings = warnings

    def slos(self) -> list[SLO]:
        """Return a service level for each objective that can be used."""
        spec = self._mapping(self._document, "spec", _SPEC)
        if spec.has("alertPolicies"):
            told = "alertPolicies is read over: alerts follow from the objective, on several burn rates"
            self._warnings.add(spec.key("alertPolicies"), told)
        found = spec.items("objectives")
        if not found:
            self._problems.add(spec.value("objectives"), "objectives is empty: expected at least one")
        made = [
            self._objective(spec, node, number if len(found) > 1 else 0)
            for number, node in enumerate(found, 1)
        ]
        return [slo for slo in made if slo is not None]

    def _mapping(self, fields: Fields, name: str, known: tuple[str, ...]) -> Fields:
        node = fields.value(name) if fields.has(name) else _nothing()
        return Fields(node, what=name, known=known, problems=self._problems)

    def _objective(self, spec: Fields, node: Node, number: int) -> SLO | None:
        fields = Fields(node, what="an objective", known=_OBJECTIVE, problems=self._problems)
        before = len(self._problems.found)
        metadata = self._mapping(self._document, "metadata", _METADATA)
        named = {name: text for name, (text, _) in metadata.texts("annotations").items()}
        window, zone = self._window(spec)
        sli = self._sli(spec, fields)
        name = name_of(self._document, self._problems)
        if number:
            part = _UNUSABLE.sub("-", fields.text("displayName")).strip("-._").lower()
            name = f"{name}-{part or number}"
        target = self._target(fields)
        if len(self._problems.found) > before or sli is None:
            return None
        try:
            return SLO(
                name=name,
                sli=sli,
                target=target,
                window=window,
                time_zone=zone,
                service=spec.text("service"),
                description=spec.text("description"),
                min_events=_whole(named.get(MIN_EVENTS)),
                absent_after=named.get(ABSENT_AFTER, "1h"),
                labels=self._labels(metadata),
                runbook_url=named.get(RUNBOOK_URL, ""),
            )
        except RuleError as error:
            self._problems.add(node, str(error))
            return None

    def _labels(self, metadata: Fields) -> dict[str, str]:
        """Return the labels; of several values the first stands, and names get letters of Prometheus."""
        from yaml.nodes import ScalarNode, SequenceNode

        from otel_monitoring.alerts.rules.document import pairs

        if not metadata.has("labels"):
            return {}
        found = {}
        for key, value in pairs(metadata.value("labels"), what="labels", problems=self._problems):
            one = next(iter(value.value), value) if isinstance(value, SequenceNode) else value
            if isinstance(one, ScalarNode):
                found[re.sub(r"\W", "_", str(key.value), flags=re.ASCII)] = str(one.value)
        return found

    def _window(self, spec: Fields) -> tuple[str, str]:
        """Return the window and the zone of its months; 30 days where none is stated."""
        items = spec.items("timeWindow")
        if not items:
            return "30d", "UTC"
        if len(items) > 1:
            self._problems.add(items[1], "timeWindow has more than one window: expected one")
        fields = Fields(items[0], what="a timeWindow", known=_WINDOW, problems=self._problems)
        duration, rolls = fields.text("duration"), fields.text("isRolling").lower()
        if rolls == "true" or (not rolls and not fields.has("calendar")):
            return ("30d" if duration in _MONTHS else duration), "UTC"
        if duration not in _MONTHS:
            told = f"duration is {duration!r} of a calendar: expected 1M, or isRolling: true"
            self._problems.add(fields.value("duration"), told)
        known = ("startTime", "timeZone")
        zone = self._mapping(fields, "calendar", known).text("timeZone")
        return MONTH, zone or "UTC"

    def _target(self, fields: Fields) -> float:
        if fields.has("target") == fields.has("targetPercent"):
            self._problems.add(fields.node, "expected one of target and targetPercent in an objective")
            return 0.5
        percent = fields.number("targetPercent")
        return float(f"{percent / 100:.12g}") if fields.has("targetPercent") else fields.number("target")

    def _sli(self, spec: Fields, objective: Fields) -> Indicator | None:
        """Return what an objective counts, by the method in which its budget is kept."""
        made = self._counted(spec, objective)
        method = spec.text("budgetingMethod") or "Occurrences"
        if method == "Occurrences" or made is None:
            return made
        if method != "Timeslices":
            told = f"budgetingMethod is {method!r}: expected Occurrences or Timeslices"
            self._problems.add(spec.value("budgetingMethod"), told)
            return None
        slice_ms = self._slice_ms(objective)
        if isinstance(made, Looks):
            return Looks(made.expr, made.op, made.value, every_ms=slice_ms)
        if not objective.has("timeSliceTarget"):
            self._problems.add(objective.node, "timeSliceTarget is missing: Timeslices of a ratio need one")
            return None
        return slices(made, target=objective.number("timeSliceTarget"), slice_ms=slice_ms)

    def _counted(self, spec: Fields, objective: Fields) -> Ratio | Looks | None:
        for fields in (objective, spec):
            if fields.has("indicator"):
                named = self._mapping(fields, "indicator", ("metadata", "spec"))
                return self._looked_at(named, objective)
            if fields.has("indicatorRef"):
                name = fields.text("indicatorRef")
                if name in self._indicators:
                    return self._looked_at(self._indicators[name], objective)
                known = ", ".join(sorted(self._indicators)) or "none, since there is no SLI"
                self._problems.add(
                    fields.value("indicatorRef"), f"SLI {name!r} does not exist: expected {known}"
                )
                return None
        self._problems.add(spec.node, "expected indicator or indicatorRef in spec")
        return None

    def _looked_at(self, named: Fields, objective: Fields) -> Ratio | Looks | None:
        found = indicator(named, problems=self._problems)
        if not isinstance(found, str):
            return found
        op = objective.text("op")
        if not objective.has("op") or not objective.has("value"):
            self._problems.add(objective.node, "op and value are missing: a thresholdMetric needs both")
            return None
        try:
            return Looks(found, cast("Comparison", op), objective.number("value"))
        except RuleError as error:
            self._problems.add(objective.value("op"), str(error))
            return None

    def _slice_ms(self, objective: Fields) -> int:
        text = objective.text("timeSliceWindow") or "1m"
        try:
            slice_ms = parse_duration(f"{text}m" if text.isdigit() else text)
        except RuleError:
            slice_ms = 0
        if not 0 < slice_ms <= _LONGEST_SLICE_MS:
            told = f"timeSliceWindow is {text!r}: expected up to 5m, the shortest window of alerts"
            self._problems.add(objective.value("timeSliceWindow"), told)
            return _LONGEST_SLICE_MS
        return slice_ms


def name_of(document: Fields, problems: Problems) -> str:
    """Return the name in the metadata of a document."""
    if not document.has("metadata"):
        problems.add(document.node, "metadata is missing: expected a name")
        return ""
    fields = Fields(
        document.value("metadata"), what="metadata", known=_METADATA, problems=problems, ignore_unknown=True
    )
    name = fields.text("name")
    if not name:
        problems.add(fields.node, "name is missing in metadata")
    return name


def _whole(text: str | None) -> int | None:
    if text is None or text.isdecimal():
        return None if text is None else int(text)
    msg = f"annotation {MIN_EVENTS} is {text!r}: expected a whole number"
    raise RuleError(msg)


def _nothing() -> Node:
    from yaml.nodes import MappingNode

    return MappingNode("tag:yaml.org,2002:map", [])
