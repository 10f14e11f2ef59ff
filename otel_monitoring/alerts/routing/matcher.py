"""Matchers as Alertmanager writes them: ``severity=~"page|ticket"``, ``{team="web", env!="dev"}`` (S9.3).

Two grammars are in use. The newer one takes names in quotes and any UTF-8; the older one takes values
without quotes that hold nearly anything. A text that both understand differently means what the older one
says, as it does on Alertmanager.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.errors import QueryError
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.templates.go_format import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.matcher import MatchOp

    Condition: TypeAlias = Callable[[Labels], bool]

_OPERATORS = ("=", "!=", "=~", "!~")
_RESERVED = re.compile(r"[\s{}!=~,\\\"'`]")
_TOKEN = re.compile(r"""\s*(?:([{},]|=~|=|!=|!~)|"((?:[^"\\]|\\.)*)"|([^\s{}!=~,\\"'`]+))""", re.DOTALL)
_CLASSIC = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|=|!=|!~)\s*(.*?)\s*", re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\\"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.?))", re.DOTALL
)
_ESCAPED = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
}
_LAST_CODE_POINT = 0x10FFFF


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """Return the matchers of a text; braces and a last comma may be left out.

    Raises:
        RoutingError: The text is in neither grammar, or a regular expression is not valid RE2.
    """
    newer = _attempt(_parse_newer, text)
    classic = _attempt(_parse_classic, text)
    if isinstance(classic, tuple):
        found = classic if newer != classic else newer
    elif isinstance(newer, tuple):
        found = newer
    else:
        raise newer
    return checked(found)


def parse_matcher(text: str) -> Matcher:
    """Return the one matcher of a text without braces.

    Raises:
        RoutingError: The text is no matcher, or more than one.
    """
    found = parse_matchers(text)
    if len(found) != 1 or text.strip().startswith("{"):
        msg = f"matcher {text!r}: expected one matcher without braces, found {len(found)}"
        raise RoutingError(msg)
    return found[0]


def matchers_of(match: Mapping[str, str], match_re: Mapping[str, str]) -> tuple[Matcher, ...]:
    """Return the matchers of the older ``match`` and ``match_re`` mappings.

    Raises:
        RoutingError: A regular expression is not valid RE2.
    """
    equal = [Matcher(name, "=", value) for name, value in match.items()]
    return checked((*equal, *(Matcher(name, "=~", value) for name, value in match_re.items())))


def checked(matchers: tuple[Matcher, ...]) -> tuple[Matcher, ...]:
    """Return the matchers, whose regular expressions are valid.

    Raises:
        RoutingError: One is not.
    """
    for matcher in matchers:
        try:
            matcher.test()
        except QueryError as error:
            msg = f"matcher {matcher}: {error}"
            raise RoutingError(msg) from error
    return matchers


def condition(matchers: Iterable[Matcher]) -> Condition:
    """Return a function that tells whether a label set fulfils all matchers; none match everything."""
    tests = tuple((matcher.name, _test(matcher)) for matcher in matchers)

    def holds(labels: Labels) -> bool:
        return all(test(labels.get(name)) for name, test in tests)

    return holds


def _test(matcher: Matcher) -> Callable[[str], bool]:
    """Return the condition on a value; the dot of Alertmanager, unlike PromQL's, matches no line break."""
    if "~" in matcher.op and "." in matcher.value:
        return Matcher(matcher.name, matcher.op, f"(?-s:{matcher.value})").test()
    return matcher.test()


def matches_anything(matchers: Iterable[Matcher]) -> bool:
    """Tell whether every matcher also matches the empty value, and so nearly anything."""
    return all(matcher.test()("") for matcher in matchers)


def key_of(matchers: Sequence[Matcher]) -> str:
    """Write matchers as they stand in the key of a route: sorted, in braces."""
    ordered = sorted(matchers, key=lambda one: (one.name, one.value, _OPERATORS.index(one.op)))
    return "{" + ",".join(_written(matcher) for matcher in ordered) + "}"


def _written(matcher: Matcher) -> str:
    if _RESERVED.search(matcher.name):
        return f"{quote(matcher.name)}{matcher.op}{quote(matcher.value)}"
    return str(matcher)


def _attempt(parse: Callable[[str], tuple[Matcher, ...]], text: str) -> tuple[Matcher, ...] | RoutingError:
    try:
        return parse(text)
    except RoutingError as error:
        return error


@lru_cache(maxsize=256)
def _parse_newer(text: str) -> tuple[Matcher, ...]:
    tokens = _tokens(text)
    if tokens[0][0] == "{":
        if tokens[-2][0] != "}":
            raise _unexpected(text, "a closing brace at its end")
        tokens = [*tokens[1:-2], tokens[-1]]
    found: list[Matcher] = []
    while len(tokens) > 1:
        found.append(_take_matcher(text, tokens))
        if tokens[0][0] == "," and len(tokens) > 1:
            del tokens[0]
        elif len(tokens) > 1:
            raise _unexpected(text, "a comma between matchers")
    return tuple(found)


def _take_matcher(text: str, tokens: list[tuple[str, str | None]]) -> Matcher:
    """Take name, operator and value from the front."""
    parts = [*tokens[:3], ("", None), ("", None)][:3]
    (_, name), (operator, _), (_, value) = parts
    if name is None or operator not in _OPERATORS or value is None:
        raise _unexpected(text, 'name, operator (= != =~ !~) and value, as in severity="page"')
    del tokens[:3]
    return Matcher(name, cast("MatchOp", operator), value)


def _tokens(text: str) -> list[tuple[str, str | None]]:
    """Return (sign, ``None``) and ("", word), with an empty sign at the end."""
    found: list[tuple[str, str | None]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        token = _TOKEN.match(text, position)
        if token is None:
            raise _unexpected(text, f"no {text[position:].lstrip()[:1]!r} outside of double quotes")
        sign, quoted, word = token.groups()
        found.append((sign, None) if sign else ("", word if quoted is None else _unquoted(text, quoted)))
        position = token.end()
    return [*found, ("", None)]


def _unquoted(text: str, inside: str) -> str:
    if "\n" in inside:
        raise _unexpected(text, r"\n in place of a line break")

    def plain(found: re.Match[str]) -> str:
        letter, byte, octal, short, long, other = found.groups()
        if other is not None:
            raise _unexpected(text, f"no escape \\{other}: those of Go are a b f n r t v x u U, and octal")
        if letter:
            return _ESCAPED[letter]
        code = int(octal, 8) if octal else int(byte or short or long, 16)
        if code > _LAST_CODE_POINT:
            raise _unexpected(text, "a code point of Unicode")
        return chr(code)

    return _ESCAPE.sub(plain, inside)


@lru_cache(maxsize=256)
def _parse_classic(text: str) -> tuple[Matcher, ...]:
    inside = text.removeprefix("{").removesuffix("}")
    return tuple(_classic_matcher(part) for part in _classic_parts(inside))


def _classic_parts(text: str) -> list[str]:
    """Split at the commas that are outside of double quotes."""
    found, part = [], ""
    is_quoted = is_escaped = False
    for letter in text:
        if letter == "," and not is_quoted:
            found.append(part)
            part = ""
            continue
        if letter == '"' and not is_escaped:
            is_quoted = not is_quoted
        if letter != ",":
            is_escaped = letter == "\\" and not is_escaped
        part += letter
    return [*found, part] if part.strip() else found


def _classic_matcher(text: str) -> Matcher:
    found = _CLASSIC.fullmatch(text)
    if found is None:
        raise _unexpected(text, 'name, operator (= != =~ !~) and value, as in severity="page"')
    name, operator, raw = found.groups()
    quoted = raw.startswith('"')
    inside = raw[1:] if quoted else raw
    value = re.sub(r"\\(.)", _classic_escape, inside[:-1] if quoted else inside, flags=re.DOTALL)
    bare = re.sub(r"\\.", "..", inside, flags=re.DOTALL)
    if bare.count('"') != int(quoted) or (quoted and not bare.endswith('"')):
        raise _unexpected(text, 'double quotes around the value or none; \\" inside')
    return Matcher(name, cast("MatchOp", operator), value)


def _classic_escape(found: re.Match[str]) -> str:
    letter = found[1]
    return {"n": "\n", '"': '"', "\\": "\\"}.get(letter, "\\" + letter)


def _unexpected(text: str, expected: str) -> RoutingError:
    return RoutingError(f"bad matcher {text!r}: expected {expected}")
