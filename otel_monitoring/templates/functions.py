"""The functions that templates may call: Go's own and those that Prometheus adds (alerting semantics S4.6).

Source: the documentation of Go's ``text/template`` and the template reference of Prometheus.
"""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otel_monitoring.errors import MonitoringError
from otel_monitoring.templates import compare, go_format, quantities, texts
from otel_monitoring.templates.go_printf import sprintf
from otel_monitoring.templates.lexer import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from otel_monitoring.model.alert import Breach

LAZY = frozenset({"and", "or"})
"""Functions that evaluate their arguments one by one; the evaluator knows them itself."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One element of a query's result, as templates see it."""

    labels: Mapping[str, str]
    value: float

    def go_fields(self) -> tuple[object, ...]:
        """Return what Go's struct holds, in its order."""
        return (self.labels, self.value)

    def __str__(self) -> str:
        """Write it as Go writes a struct."""
        return f"{{{' '.join(map(go_format.format_value, self.go_fields()))}}}"


@dataclass(frozen=True, slots=True)
class Context:
    """What functions need besides their arguments.

    Attributes:
        query: Answers a PromQL expression at the evaluation time.
        at_ms: The evaluation time, Unix milliseconds.
        external_url: Where this monitoring is reached.
    """

    query: Callable[[str], Sequence[Breach]] = lambda _: ()
    at_ms: int = 0
    external_url: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Attributes:
        call: Takes the context where ``wants_context``, then the arguments.
        kinds: What each argument is: ``s`` text, ``a`` anything, ``q`` a query's result, ``1`` a sample.
        rest: The kind of further arguments; empty where there are none.
        wants_context: Whether the context comes first.
    """

    call: Callable[..., object]
    kinds: str
    rest: str = ""
    wants_context: bool = field(default=False)


def call(
    name: str,
    arguments: Sequence[object],
    context: Context,
    table: Mapping[str, Function] | None = None,
) -> object:
    """Call a function of ``table``, by default of :data:`FUNCTIONS`, as the evaluator does.

    Raises:
        TemplateError: The arguments do not fit, or the function fails.
    """
    function = (FUNCTIONS if table is None else table)[name]
    wanted = len(function.kinds)
    if len(arguments) < wanted or (len(arguments) > wanted and not function.rest):
        want = f"at least {wanted}" if function.rest else wanted
        msg = f"wrong number of args for {name}: want {want} got {len(arguments)}"
        raise TemplateError(msg)
    kinds = function.kinds + function.rest * (len(arguments) - wanted)
    for kind, argument in zip(kinds, arguments, strict=True):
        _check(name, kind, argument)
    try:
        return function.call(*((context,) if function.wants_context else ()), *arguments)
    except TemplateError as error:
        msg = f"error calling {name}: {error}"
        raise TemplateError(msg) from error


def _check(name: str, kind: str, argument: object) -> None:
    wrong = {
        "s": not isinstance(argument, str),
        "q": not isinstance(argument, list),
        "1": not isinstance(argument, Sample),
        "a": False,
    }[kind]
    if wrong:
        expected = {"s": "string", "q": "a query result", "1": "a sample"}.get(kind)
        msg = f"wrong type for value of {name}; expected {expected}; got {go_format.type_name(argument)}"
        raise TemplateError(msg)


def _query(context: Context, expression: str) -> list[Sample]:
    try:
        found = context.query(expression)
    except MonitoringError as error:
        raise TemplateError(str(error)) from error
    return [Sample(breach.labels.as_dict(), breach.value) for breach in found]


def _first(samples: list[Sample]) -> Sample:
    if not samples:
        msg = "first() called on vector with no elements"
        raise TemplateError(msg)
    return samples[0]


def _sort_by_label(label: str, samples: list[Sample]) -> list[Sample]:
    return sorted(samples, key=lambda sample: sample.labels.get(label, ""))


def _call(function: object, *_: object) -> object:
    msg = f"non-function of type {go_format.type_name(function)}"
    raise TemplateError(msg)


def _of_text(function: Callable[[str], str]) -> Callable[..., str]:
    return lambda *values: function(
        go_format.sprint(["<no value>" if value is None else value for value in values])
    )


def _path_prefix(context: Context) -> str:
    return urllib.parse.urlsplit(context.external_url).path


FUNCTIONS: dict[str, Function] = {
    "and": Function(lambda *_: None, "a", rest="a"),
    "or": Function(lambda *_: None, "a", rest="a"),
    "not": Function(lambda value: not compare.is_true(value), "a"),
    "eq": Function(compare.equal, "aa", rest="a"),
    "ne": Function(lambda first, second: not compare.equal(first, second), "aa"),
    "lt": Function(compare.less, "aa"),
    "le": Function(compare.less_or_equal, "aa"),
    "gt": Function(lambda first, second: not compare.less_or_equal(first, second), "aa"),
    "ge": Function(lambda first, second: not compare.less(first, second), "aa"),
    "len": Function(compare.length, "a"),
    "index": Function(compare.index, "a", rest="a"),
    "slice": Function(compare.part, "a", rest="a"),
    "print": Function(lambda *values: go_format.sprint(values), "", rest="a"),
    "println": Function(lambda *values: " ".join(map(go_format.format_value, values)) + "\n", "", rest="a"),
    "printf": Function(lambda template, *values: sprintf(template, values), "s", rest="a"),
    "html": Function(_of_text(texts.html), "", rest="a"),
    "js": Function(_of_text(texts.js), "", rest="a"),
    "urlquery": Function(_of_text(urllib.parse.quote_plus), "", rest="a"),
    "call": Function(_call, "a", rest="a"),
    "query": Function(_query, "s", wants_context=True),
    "first": Function(_first, "q"),
    "label": Function(lambda label, sample: sample.labels.get(label, ""), "s1"),
    "value": Function(lambda sample: sample.value, "1"),
    "strvalue": Function(lambda sample: sample.labels.get("__value__", ""), "1"),
    "sortByLabel": Function(_sort_by_label, "sq"),
    "humanize": Function(quantities.humanize, "a"),
    "humanize1024": Function(quantities.humanize1024, "a"),
    "humanizeDuration": Function(quantities.humanize_duration, "a"),
    "humanizePercentage": Function(quantities.humanize_percentage, "a"),
    "humanizeTimestamp": Function(quantities.humanize_timestamp, "a"),
    "toTime": Function(quantities.to_time, "a"),
    "toDuration": Function(quantities.to_duration, "a"),
    "now": Function(lambda context: context.at_ms / 1000, "", wants_context=True),
    "parseDuration": Function(quantities.seconds_of, "s"),
    "title": Function(texts.title, "s"),
    "toUpper": Function(str.upper, "s"),
    "toLower": Function(str.lower, "s"),
    "match": Function(lambda pattern, text: texts.regex(pattern).search(text) is not None, "ss"),
    "reReplaceAll": Function(texts.replace_all, "sss"),
    "stripPort": Function(lambda text: texts.host_and_port(text)[0], "s"),
    "stripDomain": Function(texts.strip_domain, "s"),
    "urlQueryEscape": Function(urllib.parse.quote_plus, "s"),
    "graphLink": Function(texts.graph_link, "s"),
    "tableLink": Function(texts.table_link, "s"),
    "externalURL": Function(lambda context: context.external_url, "", wants_context=True),
    "pathPrefix": Function(_path_prefix, "", wants_context=True),
    "args": Function(
        lambda *values: compare.AnyMap({f"arg{n}": value for n, value in enumerate(values)}), "", rest="a"
    ),
    "safeHtml": Function(lambda text: text, "s"),
}
