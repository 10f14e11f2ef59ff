"""The functions that templates may call: Go's own and those that Prometheus adds.

Source: the documentation of Go's ``text/template`` and the template reference of Prometheus; the number
formats as in alerting semantics S4.7.
"""

from __future__ import annotations

import html
import ipaddress
import math
import re
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from otel_monitoring.alerts.durations import parse_duration
from otel_monitoring.alerts.template import go_format
from otel_monitoring.alerts.template.lexer import TemplateError
from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Breach

LAZY = frozenset({"and", "or"})
"""Functions that evaluate their arguments one by one; the evaluator knows them itself."""

_LARGE = ("k", "M", "G", "T", "P", "E", "Z", "Y")
_SMALL = ("m", "u", "n", "p", "f", "a", "z", "y")
_BINARY = ("ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
_JS_ESCAPES = {
    "\\": "\\\\", "'": "\\'", '"': '\\"',
    "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D",
}  # fmt: skip
_LONGEST_DURATION_S = 2**63 / 1e9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sample:
    """One element of a query's result, as templates see it."""

    labels: Mapping[str, str]
    value: float

    def __str__(self) -> str:
        """Write it as Go writes a struct."""
        return f"{{{go_format.format_value(self.labels)} {go_format.format_value(self.value)}}}"


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time, which prints as Go prints it: ``1m30.5s``."""

    nanoseconds: int

    def __str__(self) -> str:
        """Write it with the units that it needs."""
        left, minus = abs(self.nanoseconds), "-" * (self.nanoseconds < 0)
        if left == 0:
            return "0s"
        for size, unit in ((1, "ns"), (1000, "µs"), (1_000_000, "ms")):
            if left < size * 1000:
                return f"{minus}{_decimal(left, size)}{unit}"
        minutes, left = divmod(left, 60 * 10**9)
        hours, minutes = divmod(minutes, 60)
        text = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
        return f"{minus}{text}{_decimal(left, 10**9)}s"


class AnyMap(dict[str, object]):
    """A map whose missing keys are nothing, rather than empty text."""


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


def call(name: str, arguments: Sequence[object], context: Context) -> object:
    """Call a function as the evaluator does.

    Raises:
        TemplateError: The arguments do not fit, or the function fails.
    """
    function = FUNCTIONS[name]
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


def number(value: object) -> float:
    """Return a number, or a text that is one, as a float."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value.replace("_", " "))
        except ValueError:
            msg = f"{value!r} is not a number"
            raise TemplateError(msg) from None
    msg = f"can't convert {go_format.type_name(value)} to float"
    raise TemplateError(msg)


def is_true(value: object) -> bool:
    """Tell whether a value counts as true: neither zero, empty nor nil."""
    if isinstance(value, float) and math.isnan(value):
        return True
    return bool(value)


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


# ---- numbers


def humanize(value: object) -> str:
    """Write a number with a metric prefix: ``1.235M``."""
    return _prefixed(number(value), _LARGE, 1000.0)


def humanize1024(value: object) -> str:
    """Write a number with a binary prefix: ``1.177Mi``."""
    amount = number(value)
    if abs(amount) <= 1 or go_format.special(amount):
        return go_format.four_digits(amount)
    return _prefixed(amount, _BINARY, 1024.0)


def humanize_percentage(value: object) -> str:
    """Write a ratio as a percentage: ``12.5%``."""
    return go_format.four_digits(number(value) * 100) + "%"


def humanize_duration(value: object) -> str:
    """Write seconds as ``1d 3h 46m 40s`` or ``125ms``."""
    seconds = number(value)
    if go_format.special(seconds):
        return go_format.four_digits(seconds)
    if seconds == 0:
        return "0s"
    if abs(seconds) < 1:
        return _prefixed(seconds, (), 1000.0) + "s"
    if abs(seconds) < 60:  # noqa: PLR2004 - seconds of a minute
        return go_format.four_digits(seconds) + "s"
    minutes, second = divmod(int(abs(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    parts = [(day, "d"), (hour, "h"), (minute, "m"), (second, "s")]
    while not parts[0][0]:
        del parts[0]
    return "-" * (seconds < 0) + " ".join(f"{amount}{unit}" for amount, unit in parts)


def humanize_timestamp(value: object) -> str:
    """Write Unix seconds as a time in UTC, to the millisecond."""
    seconds = number(value)
    return go_format.four_digits(seconds) if go_format.special(seconds) else _time_text(to_time(seconds))


def to_time(value: object) -> datetime:
    """Return Unix seconds as a time in UTC, cut to the millisecond."""
    seconds = number(value)
    try:
        return _EPOCH + timedelta(milliseconds=math.trunc(math.trunc(seconds * 1e9) / 1e6))
    except (OverflowError, ValueError):
        msg = f"{go_format.format_value(seconds)} seconds cannot be a time"
        raise TemplateError(msg) from None


def _time_text(time: datetime) -> str:
    millis = f".{time.microsecond // 1000:03d}".rstrip("0").rstrip(".")
    return f"{time:%Y-%m-%d %H:%M:%S}{millis} +0000 UTC"


def _decimal(amount: int, size: int) -> str:
    whole, rest = divmod(amount, size)
    fraction = f"{rest:0{len(str(size)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{fraction}" if fraction else str(whole)


def _prefixed(amount: float, prefixes: Sequence[str], step: float) -> str:
    if amount == 0 or go_format.special(amount):
        return go_format.four_digits(amount)
    prefix = ""
    if abs(amount) >= 1:
        left = list(prefixes)
        while left and abs(amount) >= step:
            prefix, amount = left.pop(0), amount / step
    else:
        left = list(_SMALL)
        while left and abs(amount) < 1:
            prefix, amount = left.pop(0), amount * step
    return go_format.four_digits(amount) + prefix


def _to_duration(value: object) -> Duration:
    seconds = number(value)
    if not abs(seconds) < _LONGEST_DURATION_S:
        msg = f"{go_format.format_value(seconds)} cannot be represented as a duration"
        raise TemplateError(msg)
    return Duration(math.trunc(seconds * 1e9))


def _parse_duration(text: str) -> float:
    try:
        return parse_duration(text.removeprefix("-")) / (-1000 if text.startswith("-") else 1000)
    except MonitoringError as error:
        raise TemplateError(str(error)) from error


# ---- queries


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


# ---- text


def _regex(pattern: str) -> re.Pattern[str]:
    """Compile under RE2's syntax, which is Go's and cannot be made to hang."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)  # type: ignore[no-any-return]
    except re2.error as error:
        msg = f"error parsing regexp {pattern!r}: {error}"
        raise TemplateError(msg) from None


def _replace_all(pattern: str, replacement: str, text: str) -> str:
    def expand(found: re.Match[str]) -> str:
        def group(reference: re.Match[str]) -> str:
            name = reference["braced"] or reference["plain"]
            if reference[0] == "$$":
                return "$"
            key: str | int = int(name) if name.isdigit() else name
            known = key <= found.re.groups if isinstance(key, int) else key in found.re.groupindex
            return (found[key] or "") if known else ""

        return re.sub(r"\$\$|\$\{(?P<braced>\w+)\}|\$(?P<plain>\w+)", group, replacement)

    out: list[str] = []
    at = 0
    for found in _regex(pattern).finditer(text):
        if out and found.start() == found.end() == at:
            continue  # right after a match, Go has no empty one
        out += [text[at : found.start()], expand(found)]
        at = found.end()
    return "".join([*out, text[at:]])


def _host_and_port(text: str) -> tuple[str, str]:
    """Split ``host:port`` or ``[host]:port``; the port is empty where there is none."""
    found = re.fullmatch(r"(?:\[([^\[\]]*)\]|([^:\[\]]*)):([^:\[\]]*)", text)
    return (found[1] or found[2] or "", found[3]) if found else (text, "")


def _strip_domain(text: str) -> str:
    host, port = _host_and_port(text)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        host = host.split(".")[0]
        return f"{host}:{port}" if port else host
    return text


def _table_link(expression: str) -> str:
    return f"/graph?g0.expr={urllib.parse.quote_plus(expression)}&g0.tab=1"


def _graph_link(expression: str) -> str:
    return f"/graph?g0.expr={urllib.parse.quote_plus(expression)}&g0.tab=0"


def _title(text: str) -> str:
    return re.sub(r"(?<![\w'])\w", lambda found: found[0].upper(), text)


def _js(text: str) -> str:
    return "".join(
        _JS_ESCAPES.get(character) or (f"\\u{ord(character):04X}" if character < " " else character)
        for character in text
    )


def _html(text: str) -> str:
    return html.escape(text, quote=False).replace('"', "&#34;").replace("'", "&#39;")


# ---- comparison and collections


def _kind(value: object) -> str:
    return "int" if isinstance(value, int) and not isinstance(value, bool) else type(value).__name__


def _eq(first: object, second: object, *more: object) -> bool:
    for other in (second, *more):
        if first is None or other is None:
            if first is other:
                return True
            continue
        if isinstance(first, Mapping | list) or isinstance(other, Mapping | list):
            msg = "non-comparable type"
            raise TemplateError(msg)
        if _kind(first) != _kind(other):
            msg = "incompatible types for comparison"
            raise TemplateError(msg)
        if first == other:
            return True
    return False


def _lt(first: object, second: object) -> bool:
    if _kind(first) != _kind(second):
        msg = "incompatible types for comparison"
        raise TemplateError(msg)
    if isinstance(first, bool) or not isinstance(first, int | float | str):
        msg = "invalid type for comparison"
        raise TemplateError(msg)
    return first < second  # type: ignore[operator]


def _le(first: object, second: object) -> bool:
    return _lt(first, second) or _eq(first, second)


def _len(value: object) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, Mapping | list):
        return len(value)
    msg = f"len of type {go_format.type_name(value)}"
    raise TemplateError(msg)


def _index(value: object, *keys: object) -> object:
    for key in keys:
        if isinstance(value, Mapping):
            if not isinstance(key, str):
                msg = f"value has type {go_format.type_name(key)}; should be string"
                raise TemplateError(msg)
            value = value.get(key, None if isinstance(value, AnyMap) else "")
        elif isinstance(value, list | str):
            position = _position(key, len(value.encode() if isinstance(value, str) else value) - 1)
            value = value.encode()[position] if isinstance(value, str) else value[position]
        else:
            msg = f"can't index item of type {go_format.type_name(value)}"
            raise TemplateError(msg)
    return value


def _slice(value: object, *ends: object) -> object:
    if not isinstance(value, str | list) or len(ends) > 2:  # noqa: PLR2004 - a start and an end
        msg = f"can't slice item of type {go_format.type_name(value)}"
        raise TemplateError(msg)
    items = value.encode() if isinstance(value, str) else value
    start, end = [_position(key, len(items)) for key in ends] + [0, len(items)][len(ends) :]
    if start > end:
        msg = f"invalid slice index: {start} > {end}"
        raise TemplateError(msg)
    part = items[start:end]
    return part.decode(errors="replace") if isinstance(part, bytes) else part


def _position(key: object, last: int) -> int:
    if isinstance(key, bool) or not isinstance(key, int):
        msg = f"cannot index slice/array with type {go_format.type_name(key)}"
        raise TemplateError(msg)
    if not 0 <= key <= last:
        msg = f"index out of range: {key}"
        raise TemplateError(msg)
    return key


def _call(function: object, *_: object) -> object:
    msg = f"non-function of type {go_format.type_name(function)}"
    raise TemplateError(msg)


def _of_text(function: Callable[[str], str]) -> Callable[..., str]:
    return lambda *values: function(go_format.sprint(values))


def _path_prefix(context: Context) -> str:
    return urllib.parse.urlsplit(context.external_url).path


FUNCTIONS: dict[str, Function] = {
    "and": Function(lambda *_: None, "a", rest="a"),
    "or": Function(lambda *_: None, "a", rest="a"),
    "not": Function(lambda value: not is_true(value), "a"),
    "eq": Function(_eq, "aa", rest="a"),
    "ne": Function(lambda first, second: not _eq(first, second), "aa"),
    "lt": Function(_lt, "aa"),
    "le": Function(_le, "aa"),
    "gt": Function(lambda first, second: not _le(first, second), "aa"),
    "ge": Function(lambda first, second: not _lt(first, second), "aa"),
    "len": Function(_len, "a"),
    "index": Function(_index, "a", rest="a"),
    "slice": Function(_slice, "a", rest="a"),
    "print": Function(lambda *values: go_format.sprint(values), "", rest="a"),
    "println": Function(lambda *values: " ".join(map(go_format.format_value, values)) + "\n", "", rest="a"),
    "printf": Function(lambda template, *values: go_format.sprintf(template, values), "s", rest="a"),
    "html": Function(_of_text(_html), "", rest="a"),
    "js": Function(_of_text(_js), "", rest="a"),
    "urlquery": Function(_of_text(urllib.parse.quote_plus), "", rest="a"),
    "call": Function(_call, "a", rest="a"),
    "query": Function(_query, "s", wants_context=True),
    "first": Function(_first, "q"),
    "label": Function(lambda label, sample: sample.labels.get(label, ""), "s1"),
    "value": Function(lambda sample: sample.value, "1"),
    "strvalue": Function(lambda sample: sample.labels.get("__value__", ""), "1"),
    "sortByLabel": Function(_sort_by_label, "sq"),
    "humanize": Function(humanize, "a"),
    "humanize1024": Function(humanize1024, "a"),
    "humanizeDuration": Function(humanize_duration, "a"),
    "humanizePercentage": Function(humanize_percentage, "a"),
    "humanizeTimestamp": Function(humanize_timestamp, "a"),
    "toTime": Function(to_time, "a"),
    "toDuration": Function(_to_duration, "a"),
    "now": Function(lambda context: context.at_ms / 1000, "", wants_context=True),
    "parseDuration": Function(_parse_duration, "s"),
    "title": Function(_title, "s"),
    "toUpper": Function(str.upper, "s"),
    "toLower": Function(str.lower, "s"),
    "match": Function(lambda pattern, text: _regex(pattern).search(text) is not None, "ss"),
    "reReplaceAll": Function(_replace_all, "sss"),
    "stripPort": Function(lambda text: _host_and_port(text)[0], "s"),
    "stripDomain": Function(_strip_domain, "s"),
    "urlQueryEscape": Function(urllib.parse.quote_plus, "s"),
    "graphLink": Function(_graph_link, "s"),
    "tableLink": Function(_table_link, "s"),
    "externalURL": Function(lambda context: context.external_url, "", wants_context=True),
    "pathPrefix": Function(_path_prefix, "", wants_context=True),
    "args": Function(
        lambda *values: AnyMap({f"arg{n}": value for n, value in enumerate(values)}), "", rest="a"
    ),
    "safeHtml": Function(lambda text: text, "s"),
}
