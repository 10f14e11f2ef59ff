"""From tokens to nodes, by recursive descent and precedence climbing, with the types checked on the way.

Three frames per level of nesting, and the depth is counted, so that no text overflows the stack.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import NAME
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.promql.language import checks
from otel_monitoring.promql.language.durations import Durations
from otel_monitoring.promql.language.lengths import Lengths
from otel_monitoring.promql.language.lexer import tokens
from otel_monitoring.promql.language.nodes import (
    NO_FILL,
    Aggregate,
    Binary,
    Call,
    Fill,
    Matching,
    Negation,
    Node,
    Number,
    Place,
    Selector,
    Shift,
    Subquery,
    Text,
)
from otel_monitoring.promql.language.precedence import PRECEDENCE, UNARY
from otel_monitoring.promql.language.reading import Reader
from otel_monitoring.promql.language.signatures import AGGREGATIONS, SIGNATURES, Kind

if TYPE_CHECKING:
    from otel_monitoring.model.matcher import MatchOp
    from otel_monitoring.promql.language.lengths import Length
    from otel_monitoring.promql.language.nodes import Cardinality, Extension

MAX_DEPTH = 150

_MATCHES: dict[str, MatchOp] = {"=": "=", "!=": "!=", "=~": "=~", "!~": "!~"}
_NOT_A_METRIC = frozenset(("on", "ignoring", "bool", "group_left", "group_right", "atan2"))
_EXTENSIONS: dict[str, Extension] = {"anchored": "anchored", "smoothed": "smoothed"}
_FILLS = frozenset(("fill", "fill_left", "fill_right"))


@dataclass(frozen=True, slots=True)
class Part:
    """A node that was read, its kind, how deep it is, and what may still follow it."""

    node: Node
    kind: Kind
    depth: int = 1
    shifted: frozenset[str] = frozenset()


class Grammar(Reader):
    """Read one expression."""

    def __init__(self, expr: str) -> None:
        super().__init__(expr, tokens(expr))
        self._depth = 0
        self._durations = Durations(self)

    def whole(self) -> Node:
        """Read all of the text.

        Raises:
            QueryError: It is not PromQL.
        """
        if self.is_kind("end"):
            self.fail("no expression found in input", self.token.start)
        part = self._expression(0)
        if not self.is_kind("end"):
            self.unexpected("", "")
        return part.node

    def _expression(self, least: int) -> Part:
        """Read operands joined by operators that bind at least as strongly as ``least``."""
        self._enter()
        left = self._operand()
        while (precedence := PRECEDENCE.get(self.word(), 0)) > 0 and precedence >= least:
            left = self._binary(left, precedence)
        self._depth -= 1
        return left

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._too_deep()

    def _too_deep(self) -> NoReturn:
        self.fail(f"expressions nest at most {MAX_DEPTH} deep", self.token.start)

    def _part(self, node: Node, kind: Kind, *below: Part, shifted: frozenset[str] = frozenset()) -> Part:
        depth = 1 + max((part.depth for part in below), default=0)
        if depth > MAX_DEPTH:
            self._too_deep()
        return Part(node, kind, depth, shifted)

    def _place(self, start: int) -> Place:
        return Place(start, self.last_end)

    def _operand(self) -> Part:
        start, signs = self.token.start, []
        while self.is_symbol("+", "-"):
            signs.append(self.next())
        if not signs:
            return self._followed(self._primary())
        part = self._expression(UNARY)
        checks.check_unary(self, part.kind, signs[-1].start)
        for sign in reversed(signs):
            part = self._signed(part, sign.text, start)
        return part

    def _signed(self, part: Part, sign: str, start: int) -> Part:
        node = part.node
        if isinstance(node, Number):
            value = -node.value if sign == "-" else node.value
            return Part(Number(value, Place(start, self.last_end)), "scalar", part.depth)
        if sign == "+":
            return replace(part, shifted=frozenset(("signed",)))
        return self._part(Negation(node, self._place(start)), part.kind, part, shifted=frozenset(("signed",)))

    def _primary(self) -> Part:
        token = self.token
        if token.kind in {"number", "duration"}:
            self.next()
            place = Place(token.start, token.end, duration=token.kind == "duration")
            return Part(Number(token.value, place), "scalar")
        if token.kind == "string":
            self.next()
            return Part(Text(token.text, Place(token.start, token.end)), "string")
        if self.take("("):
            return self._bracketed()
        if self.is_symbol("{"):
            return self._selector("", token.start)
        if token.kind != "name":
            self.unexpected("", "")
        return self._named()

    def _bracketed(self) -> Part:
        inner = self._expression(0)
        self.expect(")", "")
        place = replace(inner.node.place, brackets=inner.node.place.brackets + 1)
        return replace(inner, node=replace(inner.node, place=place), shifted=frozenset(("bracketed",)))

    def _named(self) -> Part:
        token, word = self.token, self.word()
        following = self.peek()
        if word in AGGREGATIONS and (following.text == "(" or following.text.lower() in {"by", "without"}):
            return self._aggregate(word)
        if following.kind == "symbol" and following.text == "(" and word not in _NOT_A_METRIC:
            return self._call()
        if word in _NOT_A_METRIC:
            self.unexpected("", "")
        self.next()
        return self._selector(token.text, token.start)

    def _selector(self, name: str, start: int, *, labels_only: bool = False) -> Part:
        matchers = [Matcher(NAME, "=", name)] if name else []
        if self.is_symbol("{"):
            matchers += self._matchers(name)
        if not labels_only and not any(_selects(matcher) for matcher in matchers):
            self.fail("vector selector must contain at least one non-empty matcher", start)
        place = Place(start, self.last_end, labels_only=labels_only)
        return Part(Selector(tuple(matchers), Shift(), place=place), "instant vector")

    def _matchers(self, name: str) -> list[Matcher]:
        self.next()
        found: list[Matcher] = []
        while not self.is_symbol("}"):
            matcher = self._matcher()
            if matcher.name == NAME and matcher.op == "=" and name:
                message = f'metric name must not be set twice: "{name}" or "{matcher.value}"'
                self.fail(message, self.token.start)
            name = matcher.value if matcher.name == NAME and matcher.op == "=" else name
            found.append(matcher)
            if not self.take(",") and not self.is_symbol("}"):
                self.unexpected("label matching", '"," or "}"')
        self.next()
        return found

    def _matcher(self) -> Matcher:
        label = self.token
        if label.kind not in {"name", "string"} or ":" in label.text * (label.kind == "name"):
            self.unexpected("label matching", 'identifier or "}"')
        self.next()
        if label.kind == "string" and self.is_symbol(",", "}"):
            return Matcher(NAME, "=", label.text)
        if self.token.text not in _MATCHES or self.token.kind != "symbol":
            self.unexpected("label matching", "label matching operator")
        op = _MATCHES[self.next().text]
        if not self.is_kind("string"):
            self.unexpected("label matching", "string")
        matcher = Matcher(label.text, op, self.next().text)
        try:
            matcher.test()
        except QueryError as error:
            self.fail(str(error), label.start)
        return matcher

    def _followed(self, part: Part) -> Part:
        while True:
            word = self.word()
            if word == "[":
                part = self._window(part)
            elif word in {"offset", "@"}:
                part = self._shift(part, word)
            elif word in _EXTENSIONS:
                part = self._extended(part, _EXTENSIONS[word])
            else:
                return part

    def _window(self, part: Part) -> Part:
        opened = self.next()
        length = self._durations.positive()
        if not self.take(":"):
            self.expect("]", "subquery or range")
            return self._ranged(part, length, opened.start)
        step = None if self.is_symbol("]") else self._durations.positive()
        self.expect("]", "subquery selector")
        start = part.node.place.start
        checks.check_subquery(self, part.kind, start)
        lengths = Lengths(range=_unless_plain(length), step=_unless_plain(step))
        step_ms = None if step is None else _known_ms(step)
        node = Subquery(part.node, _known_ms(length), step_ms, Shift(), lengths, place=self._place(start))
        return self._part(node, "range vector", part)

    def _ranged(self, part: Part, length: Length, at: int) -> Part:
        node = part.node
        if not isinstance(node, Selector) or node.range_ms is not None or "bracketed" in part.shifted:
            self.fail("ranges only allowed for vector selectors", at)
        for what in ("offset", "@"):
            if what in part.shifted:
                self.fail(f"no {what} modifiers allowed before range", at)
        place = self._place(node.place.start)
        lengths = Lengths(range=_unless_plain(length))
        ranged = replace(node, range_ms=_known_ms(length), lengths=lengths, place=place)
        return Part(ranged, "range vector")

    def _extended(self, part: Part, word: Extension) -> Part:
        node, start = part.node, part.node.place.start
        self.next()
        if isinstance(node, Subquery):
            self.fail(f"{word} modifier is not supported for subqueries", start)
        if not isinstance(node, Selector) or "bracketed" in part.shifted:
            self.fail(f"{word} modifier not implemented", start)
        if node.extension not in {"", word}:
            self.fail("anchored and smoothed modifiers cannot be used together", start)
        return replace(part, node=replace(node, extension=word, place=self._place(start)))

    def _shift(self, part: Part, word: str) -> Part:
        token = self.next()
        node = part.node
        shown = "offset" if word == "offset" else "@"
        if not isinstance(node, (Selector, Subquery)) or "bracketed" in part.shifted:
            message = (
                f"{shown} modifier must be preceded by an instant vector selector or range vector selector "
                "or a subquery"
            )
            self.fail(message, token.start)
        if word in part.shifted:
            named = "offset" if word == "offset" else "@ <timestamp>"
            self.fail(f"{named} may not be set multiple times", token.start)
        lengths = node.lengths
        if word == "offset":
            length = self._durations.offset()
            shift = Shift(_known_ms(length), node.shift.at)
            lengths = replace(lengths, offset=_unless_plain(length))
        else:
            shift = Shift(node.shift.offset_ms, self._durations.time())
        moved = replace(node, shift=shift, lengths=lengths, place=self._place(node.place.start))
        return replace(part, node=moved, shifted=part.shifted | {word})

    def _call(self) -> Part:
        name = self.next()
        signature = SIGNATURES.get(name.text)
        if signature is None:
            self.fail(f'unknown function with name "{name.text}"', name.start)
        args = self._arguments(name.text)
        checks.check_call(self, name, signature, [(part.kind, part.node.place.start) for part in args])
        node = Call(name.text, tuple(part.node for part in args), place=self._place(name.start))
        return self._part(node, signature.gives, *args)

    def _arguments(self, name: str = "") -> list[Part]:
        self.expect("(", "function call")
        found: list[Part] = []
        while not self.is_symbol(")"):
            found.append(self._info_labels() if name == "info" and len(found) == 1 else self._expression(0))
            if not self.take(","):
                break
            if self.is_symbol(")"):
                self.fail("trailing commas not allowed in function call args", self.token.start)
        self.expect(")", "function call")
        return found

    def _info_labels(self) -> Part:
        """Read the second argument of ``info``: matchers without a metric, which may fit nothing."""
        start = self.token.start
        if not self.is_symbol("{"):
            part = self._expression(0)
            got = ", got vector selector instead" if isinstance(part.node, Selector) else ""
            self.fail(f"expected label selectors only{got}", start)
        part = self._selector("", start, labels_only=True)
        if not self.is_symbol(",", ")"):
            self.fail("expected label selectors only", start)
        return part

    def _aggregate(self, op: str) -> Part:
        start = self.next().start
        grouping = self._grouping()
        args = self._arguments()
        grouping = grouping or self._grouping() or ("by", ())
        takes = AGGREGATIONS[op]
        kinds = [(part.kind, part.node.place.start) for part in args]
        checks.check_aggregate(self, start, takes, kinds)
        param = args[0].node if takes else None
        node = Aggregate(
            op, args[-1].node, param, grouping[1], without=grouping[0] == "without", place=self._place(start)
        )
        return self._part(node, "instant vector", *args)

    def _grouping(self) -> tuple[str, tuple[str, ...]] | None:
        word = self.word()
        if word not in {"by", "without"}:
            return None
        self.next()
        return word, self._labels()

    def _labels(self) -> tuple[str, ...]:
        self.expect("(", "grouping opts")
        found: list[str] = []
        while not self.is_symbol(")"):
            if self.token.kind not in {"name", "string"} or (
                self.token.kind == "name" and ":" in self.token.text
            ):
                self.unexpected("grouping opts", "label")
            found.append(self.next().text)
            if not self.take(",") and not self.is_symbol(")"):
                self.unexpected("grouping opts", '"," or ")"')
        self.next()
        return tuple(found)

    def _binary(self, left: Part, precedence: int) -> Part:
        token, op = self.token, self.word()
        self.next()
        return_bool = self.word() == "bool"
        if return_bool:
            self.next()
        matching = self._matching(op)
        fill = self._fill()
        right = self._expression(precedence if op == "^" else precedence + 1)
        check = checks.Operation(op, token.start, return_bool, matching, fills=fill != NO_FILL)
        kind = checks.check_binary(self, check, left.kind, right.kind)
        if kind == "scalar" or "scalar" in {left.kind, right.kind}:
            matching = Matching()
        place = self._place(left.node.place.start)
        node = Binary(op, left.node, right.node, matching, return_bool=return_bool, fill=fill, place=place)
        return self._part(node, kind, left, right)

    def _matching(self, op: str) -> Matching:
        card: Cardinality = "many-to-many" if op in checks.SETS else "one-to-one"
        matching, at = Matching(card), self.token.start
        word = self.word()
        if word in {"on", "ignoring"}:
            self.next()
            matching = Matching(card, on=word == "on", labels=self._labels())
            word = self.word()
            if word in {"group_left", "group_right"}:
                matching = self._grouped(matching, op, at)
        return matching

    def _fill(self) -> Fill:
        """Read what stands for missing samples: one word for both sides, or one for each."""
        found: dict[str, float] = {}
        while self._fills(found):
            word = self.word()
            self.next()
            value = self._fill_value()
            found |= dict.fromkeys(("left", "right"), value) if word == "fill" else {word[5:]: value}
        return Fill(**found) if found else NO_FILL

    def _fills(self, found: dict[str, float]) -> bool:
        word = self.word()
        if word not in _FILLS or self.peek().text != "(":
            return False
        return not found or (word != "fill" and len(found) == 1 and word[5:] not in found)

    def _fill_value(self) -> float:
        self.expect("(", "fill value")
        sign = 1.0
        if self.is_symbol("+", "-"):
            sign = -1.0 if self.next().text == "-" else 1.0
        if not self.is_kind("number", "duration"):
            self.unexpected("fill value", "number")
        value = sign * self.next().value
        self.expect(")", "fill value")
        return value

    def _grouped(self, matching: Matching, op: str, at: int) -> Matching:
        word = self.word()
        self.next()
        include = self._labels() if self.is_symbol("(") else ()
        if op in checks.SETS:
            self.fail(f'no grouping allowed for "{op}" operation', at)
        for label in include if matching.on else ():
            if label in matching.labels:
                self.fail(f'label "{label}" must not occur in ON and GROUP clause at once', at)
        card: Cardinality = "many-to-one" if word == "group_left" else "one-to-many"
        return Matching(card, on=matching.on, labels=matching.labels, include=include)


def _known_ms(length: Length) -> int:
    """Return a length in milliseconds; 0 for one that only a query tells."""
    return 0 if length.is_late else length.ms()


def _unless_plain(length: Length | None) -> Length | None:
    return None if length is None or length.is_plain else length


def _selects(matcher: Matcher) -> bool:
    """Tell whether a matcher refuses the empty string."""
    return not matcher.test()("")
