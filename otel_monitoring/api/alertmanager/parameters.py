"""The parameters of a request, and which alerts and silences they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.alerts.routing.matcher import parse_matcher
from otel_monitoring.api.alertmanager.answer import ApiError
from otel_monitoring.errors import QueryError
from otel_monitoring.model.matcher import regex_test

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.model.matcher import Matcher

_YES = frozenset(("true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"))
_MOST_FIELDS = 200


class Parameters:
    """The fields of a query string, as the client of Alertmanager sends them.

    Args:
        query: The query string.

    Raises:
        ApiError: It holds too many fields.
    """

    def __init__(self, query: bytes) -> None:
        try:
            pairs = parse_qsl(
                query.decode(errors="replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
            )
        except ValueError:
            msg = f"the query holds too many fields: expected at most {_MOST_FIELDS}"
            raise ApiError(msg) from None
        self._fields: dict[str, list[str]] = {}
        for name, value in pairs:
            self._fields.setdefault(name, []).append(value)

    def flag(self, name: str) -> bool:
        """Return whether something is wanted; it is unless stated."""
        given = self._fields.get(name)
        return given is None or given[-1].lower() in _YES

    def filter(self) -> Callable[[Mapping[str, str]], bool]:
        """Return what ``filter`` asks of names and values; several have to hold together.

        A matcher of equality asks for the name to be there, unless its value is empty.

        Raises:
            ApiError: A filter is no matcher.
        """
        try:
            matchers = [parse_matcher(text) for text in self._fields.get("filter", ())]
        except RoutingError as error:
            raise ApiError(str(error)) from None
        tests = [(matcher, matcher.test()) for matcher in matchers]
        return lambda values: all(_holds(matcher, test, values) for matcher, test in tests)

    def receiver(self) -> Callable[[str], bool]:
        """Return what ``receiver``, a regular expression for the whole name, asks of a receiver.

        Raises:
            ApiError: It is not valid.
        """
        text = self._fields.get("receiver", [""])[-1]
        if not text:
            return lambda _name: True
        try:
            return regex_test(text)
        except QueryError as error:
            msg = f"failed to parse receiver param: {error}"
            raise ApiError(msg) from None


def _holds(matcher: Matcher, test: Callable[[str], bool], values: Mapping[str, str]) -> bool:
    is_there = matcher.name in values
    if matcher.op in ("=", "=~"):
        return not is_there if not matcher.value else is_there and test(values[matcher.name])
    return (is_there and not matcher.value) or test(values.get(matcher.name, ""))
