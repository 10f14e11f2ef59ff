"""Files of unit tests for rules, as ``promtool test rules`` takes them (alerting semantics S10)."""

from __future__ import annotations

import glob
import math
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.document import Fields, Problems, kind, read_document
from otel_monitoring.alerts.rules.rule import Problem
from otel_monitoring.alerts.rules.rulefile import RuleFileError, parse_rules
from otel_monitoring.errors import MonitoringError, RuleError
from otel_monitoring.model.durations import parse_duration
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.testing.notation import NativeHistogramError, labels_of, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeVar

    from yaml.nodes import Node

    from otel_monitoring.alerts.rules.rule import RuleGroup

    T = TypeVar("T")

_FILE_FIELDS = ("rule_files", "evaluation_interval", "group_eval_order", "fuzzy_compare", "tests")
_TEST_FIELDS = (
    *("name", "interval", "start_timestamp", "input_series", "alert_rule_test", "promql_expr_test"),
    *("external_labels", "external_url"),
)
_TRUE, _FALSE = ("true", "yes", "y", "on"), ("false", "no", "n", "off")
_MINUTE_MS = 60_000
_MS = 1000


@dataclass(frozen=True, slots=True)
class InputSeries:
    """A series that a test puts in: promtool's words for it and its values."""

    series: str
    values: str
    interval_ms: int


@dataclass(frozen=True, slots=True)
class AlertTest:
    """Which alerts of one name must fire at one time, and nothing else under that name.

    Attributes:
        eval_ms: Milliseconds after the start.
        alertname: The name.
        expected: Labels, the name among them, and annotations of each.
    """

    eval_ms: int
    alertname: str
    expected: tuple[tuple[Labels, Mapping[str, str]], ...]


@dataclass(frozen=True, slots=True)
class ExprTest:
    """What an expression must give at one time.

    Attributes:
        expr: PromQL.
        eval_ms: Milliseconds after the start.
        expected: Labels and values, in any order; ``None`` where native histograms are expected.
    """

    expr: str
    eval_ms: int
    expected: tuple[tuple[Labels, float], ...] | None


@dataclass(frozen=True, slots=True)
class UnitTest:
    """One test of a file; times in milliseconds.

    What is in ``problems`` fails the test when it is run: a test that is not picked may be wrong.
    """

    name: str
    start_ms: int
    series: tuple[InputSeries, ...]
    alerts: tuple[AlertTest, ...]
    exprs: tuple[ExprTest, ...]
    external_labels: Mapping[str, str] = field(default_factory=dict)
    external_url: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A valid file of tests with the rules that it is about.

    Attributes:
        source: The file.
        groups: The groups of rules, in the order in which they are evaluated.
        interval_ms: Time between two evaluations.
        is_fuzzy: Whether values may differ in the last place.
        tests: The tests in order.
        problems: What is wrong with the rule files; it fails every test that is run.
        warnings: What looks like a mistake.
    """

    source: str
    groups: tuple[RuleGroup, ...]
    interval_ms: int
    is_fuzzy: bool
    tests: tuple[UnitTest, ...]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def read_unit_file(path: str | Path, *, ignore_unknown: bool = False) -> UnitFile:
    """Return the tests of a file and the rules that it names.

    Args:
        path: The file; its rule files are found beside it.
        ignore_unknown: Whether fields that do not exist are let pass in the rule files.

    Raises:
        RuleFileError: The file is not valid; the error holds every problem.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problems = Problems(str(path))
        problems.add_at(None, f"cannot be read: {getattr(error, 'strerror', None) or 'expected UTF-8'}")
        raise RuleFileError(problems.found) from None
    return _Reader(path, ignore_unknown=ignore_unknown).read(text)


class _Reader:
    def __init__(self, path: Path, *, ignore_unknown: bool) -> None:
        self._path = path
        self._ignore_unknown = ignore_unknown
        self._problems = Problems(str(path))
        self._warnings = Problems(str(path))
        self._rule_problems: list[Problem] = []
        self._test_problems = Problems(str(path))
        self._interval_ms = _MINUTE_MS

    def read(self, text: str) -> UnitFile:
        root = read_document(text, self._problems, Problems(str(self._path)))
        groups: list[RuleGroup] = []
        tests: tuple[UnitTest, ...] = ()
        is_fuzzy = False
        if root is not None and kind(root) != "nothing":
            fields = self._fields(root, "the file", _FILE_FIELDS)
            self._interval_ms = self._duration(fields, "evaluation_interval") or _MINUTE_MS
            is_fuzzy = self._truth(fields, "fuzzy_compare")
            groups = self._groups(fields)
            tests = tuple(self._test(node) for node in fields.items("tests"))
        if self._problems.found:
            of_tests = [problem for test in tests for problem in test.problems]
            raise RuleFileError([*self._problems.found, *self._rule_problems, *of_tests])
        return UnitFile(
            source=str(self._path),
            groups=tuple(groups),
            interval_ms=self._interval_ms,
            is_fuzzy=is_fuzzy,
            tests=tests,
            problems=tuple(self._rule_problems),
            warnings=tuple(self._warnings.found),
        )

    def _fields(self, node: Node, what: str, known: Sequence[str]) -> Fields:
        return Fields(node, what=what, known=known, problems=self._problems)

    # ---- rules

    def _groups(self, fields: Fields) -> list[RuleGroup]:
        paths: dict[str, None] = {}
        for node in fields.items("rule_files"):
            paths.update(dict.fromkeys(self._found(node)))
        groups = [group for path in paths for group in self._rules(path)]
        places: dict[str, int] = {}
        for at, node in enumerate(fields.items("group_eval_order")):
            if str(node.value) in places:
                self._problems.add(node, f"group name repeated in evaluation order: {node.value}")
            places[str(node.value)] = at
        return sorted(groups, key=lambda group: places.get(group.name, 0))

    def _found(self, node: Node) -> list[str]:
        """Return the files of a pattern; that there is none is a warning, as it is for promtool."""
        if not isinstance(node.value, str):
            self._problems.add(node, f"field 'rule_files': expected texts, found {kind(node)}")
            return []
        found = sorted(glob.glob(str(self._path.parent / node.value))) if node.value else []  # noqa: PTH207 - may be absolute
        if not found:
            self._warnings.add(node, f"no file match pattern {node.value!r}")
        return found

    def _rules(self, path: str) -> list[RuleGroup]:
        try:
            text = Path(path).read_text(encoding="utf-8")
            found = parse_rules(text, source=path, check_expr=parse, ignore_unknown=self._ignore_unknown)
        except RuleFileError as error:
            self._rule_problems += error.problems
        except (OSError, UnicodeDecodeError) as error:
            said = f"cannot be read: {getattr(error, 'strerror', None) or 'expected UTF-8'}"
            self._rule_problems.append(Problem(source=path, line=0, column=0, message=said))
        else:
            return list(found.groups)
        return []

    # ---- tests

    def _test(self, node: Node) -> UnitTest:
        self._test_problems = Problems(str(self._path))
        fields = self._fields(node, "a test", _TEST_FIELDS)
        interval_ms = self._duration(fields, "interval") or self._interval_ms
        for name in ("alert_rule_test", "promql_expr_test"):
            self._refuse_nothing(fields, name)
        return UnitTest(
            name=fields.text("name"),
            start_ms=self._start(fields),
            series=tuple(self._series(one, interval_ms) for one in fields.items("input_series")),
            alerts=tuple(self._alert(one) for one in fields.items("alert_rule_test")),
            exprs=tuple(self._expr(one) for one in fields.items("promql_expr_test")),
            external_labels={name: text for name, (text, _) in fields.texts("external_labels").items()},
            external_url=fields.text("external_url"),
            problems=tuple(self._test_problems.found),
        )

    def _refuse_nothing(self, fields: Fields, name: str) -> None:
        """Take an item that is null for a test without a name or an expression."""
        if isinstance(found := fields.value(name).value, list) and fields.has(name):
            for node in found:
                if not isinstance(node, tuple) and kind(node) == "nothing":
                    self._test_problems.add(node, f"field {name!r}: expected a mapping, found nothing")

    def _series(self, node: Node, interval_ms: int) -> InputSeries:
        fields = self._fields(node, "an input series", ("series", "values"))
        series, values = fields.text("series"), fields.text("values")
        self._checked(fields, "series", labels_of)
        self._checked(fields, "values", _values_or_native)
        return InputSeries(series, values, interval_ms)

    def _alert(self, node: Node) -> AlertTest:
        fields = self._fields(node, "an alert test", ("eval_time", "alertname", "exp_alerts"))
        name = fields.text("alertname")
        if not name:
            message = "an item under alert_rule_test misses required attribute alertname"
            self._test_problems.add(node, message)
        expected = []
        for one in fields.items("exp_alerts"):
            alert = self._fields(one, "an expected alert", ("exp_labels", "exp_annotations"))
            labels = {label: text for label, (text, _) in alert.texts("exp_labels").items()}
            annotations = {key: text for key, (text, _) in alert.texts("exp_annotations").items()}
            expected.append((Labels.of({**labels, "alertname": name}), annotations))
        return AlertTest(self._duration(fields, "eval_time"), name, tuple(expected))

    def _expr(self, node: Node) -> ExprTest:
        fields = self._fields(node, "an expression test", ("expr", "eval_time", "exp_samples"))
        self._checked(fields, "expr", parse)
        samples: list[tuple[Labels, float]] | None = []
        for one in fields.items("exp_samples"):
            sample = self._fields(one, "an expected sample", ("labels", "histogram", "value"))
            labels = self._checked(sample, "labels", labels_of)
            value = sample.number("value")
            if sample.has("histogram"):
                samples = None
            if samples is not None and labels is not None and value is not None:
                samples.append((labels, value))
        expected = None if samples is None else tuple(samples)
        return ExprTest(fields.text("expr"), self._duration(fields, "eval_time"), expected)

    # ---- fields

    def _checked(
        self, fields: Fields, name: str, read: Callable[[str], T], *, problems: Problems | None = None
    ) -> T | None:
        """Return what ``read`` makes of a field; what it refuses fails the test."""
        try:
            return read(fields.text(name))
        except MonitoringError as error:
            (problems or self._test_problems).add(fields.value(name), f"field {name!r}: {error}")
            return None

    def _duration(self, fields: Fields, name: str) -> int:
        return self._time(fields, name, parse_duration)

    def _start(self, fields: Fields) -> int:
        return self._time(fields, "start_timestamp", _time_ms)

    def _time(self, fields: Fields, name: str, read: Callable[[str], int]) -> int:
        """Return a time of the file's own; what is none makes the whole file invalid."""
        return (self._checked(fields, name, read, problems=self._problems) or 0) if fields.has(name) else 0

    def _truth(self, fields: Fields, name: str) -> bool:
        word = fields.text(name)
        if word and word.lower() not in (*_TRUE, *_FALSE):
            self._problems.add(fields.value(name), f"field {name!r} is {word!r}: expected true or false")
        return word.lower() in _TRUE


def _values_or_native(text: str) -> None:
    try:
        values_of(text)
    except NativeHistogramError:
        return


def _time_ms(text: str) -> int:
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = datetime.fromisoformat(text).timestamp()
        except ValueError:
            seconds = math.nan
    if not math.isfinite(seconds):
        msg = f"{text!r} is not a time: expected Unix seconds or RFC 3339"
        raise RuleError(msg)
    return round(seconds * _MS)
