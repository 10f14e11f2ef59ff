"""Templates of messages: texts that may call named templates, with the functions of Alertmanager.

Source: the notification template reference of Alertmanager.
"""

from __future__ import annotations

import json
import urllib.parse
from typing import TYPE_CHECKING

from otel_monitoring.templates import quantities, texts
from otel_monitoring.templates.compare import AnyMap
from otel_monitoring.templates.expand import expand_parsed
from otel_monitoring.templates.functions import FUNCTIONS, Context, Function
from otel_monitoring.templates.go_format import format_value
from otel_monitoring.templates.lexer import TemplateError
from otel_monitoring.templates.moments import Moment, zone_of
from otel_monitoring.templates.nodes import Parsed
from otel_monitoring.templates.parser import parse
from otel_monitoring.templates.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.templates.nodes import Body


class SafeText(str):
    """Text that is HTML already."""

    __slots__ = ()


class Library:
    """Named templates, and the texts that call them.

    Args:
        sources: Texts of template files; of two templates of the same name the later one counts.

    Raises:
        TemplateError: One does not parse.
    """

    def __init__(self, sources: Sequence[str] = ()) -> None:
        self._defined: dict[str, Body] = {}
        self._known: dict[str, Parsed] = {}
        for source in sources:
            self._defined.update(parse(source, functions=MESSAGE_FUNCTIONS).defined)

    def check(self, text: str) -> None:
        """Parse ``text``.

        Raises:
            TemplateError: It does not parse, or names a function or a variable that does not exist.
        """
        self._parsed(text)

    def expand(self, text: str, dot: object, *, at_ms: int = 0, in_html: bool = False) -> str:
        """Return ``text`` with its actions carried out on ``dot``.

        Args:
            text: A template; it should be one of few, as parsed templates are kept.
            dot: What it is about.
            at_ms: The time now, Unix milliseconds.
            in_html: Whether values are escaped for HTML.

        Raises:
            TemplateError: It does not parse, or fails.
        """
        if "{{" not in text:
            return text
        return expand_parsed(
            self._parsed(text),
            dot,
            context=Context(at_ms=at_ms),
            functions=MESSAGE_FUNCTIONS,
            escape=_escape if in_html else None,
        )

    def _parsed(self, text: str) -> Parsed:
        known = self._known.get(text)
        if known is None:
            parsed = parse(text, functions=MESSAGE_FUNCTIONS)
            known = Parsed(parsed.body, {**self._defined, **parsed.defined})
            self._known[text] = known
        return known


def _escape(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else format_value(value)
    return text if isinstance(text, SafeText) else texts.html(text)


def _join(separator: str, parts: object) -> str:
    if not isinstance(parts, list):
        msg = "join expects a list"
        raise TemplateError(msg)
    return separator.join(part if isinstance(part, str) else format_value(part) for part in parts)


def _of_moment(function: Callable[[str, Moment], object]) -> Callable[[str, object], object]:
    def call(text: str, moment: object) -> object:
        if not isinstance(moment, Moment):
            msg = "expected a time"
            raise TemplateError(msg)
        return function(text, moment)

    return call


def _since(context: Context, moment: object) -> quantities.Duration:
    if not isinstance(moment, Moment):
        msg = "since expects a time"
        raise TemplateError(msg)
    return quantities.Duration((context.at_ms - (moment.time_ms or 0)) * 1_000_000)


def _humanize_duration(value: object) -> str:
    if isinstance(value, quantities.Duration):
        value = value.nanoseconds / 1e9
    return quantities.humanize_duration(value)


def _dict(*pairs: object) -> AnyMap:
    if len(pairs) % 2 or not all(isinstance(name, str) for name in pairs[::2]):
        msg = "dict expects names, each followed by a value"
        raise TemplateError(msg)
    return AnyMap(zip((str(name) for name in pairs[::2]), pairs[1::2], strict=True))


def _append(first: object, *more: object) -> list[object]:
    if not isinstance(first, list):
        msg = "append expects a list first"
        raise TemplateError(msg)
    return [*first, *more]


def _json(value: object) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, Moment):
        return value.formatted("2006-01-02T15:04:05.999Z07:00")
    return dict(value.template_fields()) if isinstance(value, Record) else str(value)


_GO = (
    "and or not eq ne lt le gt ge len index slice print println printf html js urlquery call "
    "toUpper toLower title match reReplaceAll"
)
MESSAGE_FUNCTIONS: dict[str, Function] = {
    **{name: FUNCTIONS[name] for name in _GO.split()},
    "trimSpace": Function(str.strip, "s"),
    "join": Function(_join, "sa"),
    "safeHtml": Function(SafeText, "s"),
    "safeUrl": Function(SafeText, "s"),
    "urlUnescape": Function(urllib.parse.unquote_plus, "s"),
    "stringSlice": Function(lambda *values: list(values), "", rest="s"),
    "list": Function(lambda *values: list(values), "", rest="a"),
    "append": Function(_append, "a", rest="a"),
    "dict": Function(_dict, "", rest="a"),
    "date": Function(_of_moment(lambda layout, moment: moment.formatted(layout)), "sa"),
    "tz": Function(_of_moment(lambda name, moment: Moment(moment.time_ms, zone_of(name))), "sa"),
    "since": Function(_since, "a", wants_context=True),
    "now": Function(lambda context: Moment(context.at_ms), "", wants_context=True),
    "humanizeDuration": Function(_humanize_duration, "a"),
    "toJson": Function(_json, "a"),
}
"""The functions that templates of messages may call."""
