"""The one place where secrets and personal data are taken out of what is stored, exported or sent.

A secret is known by the name in front of it (``keys``) or by its shape (``patterns``). What
was taken out is marked, and counted by kind. Nothing here raises, whatever it is given.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from otel_monitoring.context.correlation import keyed_hash
from otel_monitoring.context.limits import MAX_TEXT_CHARS, Limits, clip, clip_middle
from otel_monitoring.context.redact.keys import KeyRules
from otel_monitoring.context.redact.patterns import MARK
from otel_monitoring.context.redact.scan import Scanner
from otel_monitoring.context.redact.sql import strip_literals
from otel_monitoring.context.redact.urls import redact_query, redact_url
from otel_monitoring.context.redact.values import Plan, Walk, safe_text
from otel_monitoring.errors import ContextError
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

SQL_NAMES = frozenset(["db.query.text", "db.statement"])
QUERY_NAMES = frozenset(["url.query"])
URL_NAMES = frozenset(
    [
        *("url.full", "url.original", "http.url", "http.target", "referer", "location"),
        *("http.request.header.referer", "http.response.header.location"),
    ]
)
STACK_NAMES = frozenset(["exception.stacktrace", "code.stacktrace"])
HASHED_NAMES = {"user.id": "user.hash", "enduser.id": "enduser.pseudo.id"}
"""Attributes that leave as a keyed hash, and the name under which they leave."""

_CACHE_SIZE = 2048
_CACHED_CHARS = 256
_LONG_CACHE_SIZE = 256
_CUT_MARGIN = 256
_FRAMES_CACHE_SIZE = 64
_CACHED_FRAMES_CHARS = 16_384
_BILLION = 1_000_000_000


class Redactor:
    """Take secrets and personal data out of texts, attributes, URLs, headers and SQL.

    One redactor serves all threads; it holds no lock and is bounded in memory.

    Args:
        keys: Words that make a name secret, in place of the built-in ones.
        extra_keys: Further names, or words of names, that are secret.
        patterns: Further regular expressions; what they match is taken out.
        allow: Names whose values leave as they are, and texts that stay wherever they stand.
        hash_key: Key of the hashes that stand for user ids. By default one of this process alone, so that
            hashes of other processes differ.
        limits: The sizes of what leaves.
        enabled: Where false, only the sizes are kept.

    Raises:
        ContextError: A pattern is no regular expression, or ``hash_key`` is empty.
    """

    def __init__(
        self,
        *,
        keys: Iterable[str] | None = None,
        extra_keys: Iterable[str] = (),
        patterns: Iterable[str | re.Pattern[str]] = (),
        allow: Iterable[str] = (),
        hash_key: bytes | None = None,
        limits: Limits | None = None,
        enabled: bool = True,
    ) -> None:
        if hash_key == b"":
            msg = "hash_key is empty, expected at least one byte, better 32"
            raise ContextError(msg)
        allow = tuple(allow)
        self.limits = limits or Limits()
        self._rules = KeyRules(words=keys, extra=extra_keys, allow=allow)
        self._scanner = Scanner(rules=self._rules, patterns=patterns, allow=allow)
        self._hash = keyed_hash(hash_key or os.urandom(32))
        self._enabled = enabled
        self._guard = Guard("context.redact")
        self._plans: dict[str, Plan] = {}
        self._texts: dict[str, str] = {}
        self._long_texts: dict[str, str] = {}
        self._frames: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Return ``text`` without secrets; the middle is left out of what is longer than 64 Ki characters."""
        if len(text) > MAX_TEXT_CHARS:
            text = clip_middle(text, MAX_TEXT_CHARS)
        return self._scanner.scan(text) if self._enabled else text

    def attribute(self, key: str, value: Any) -> Any:
        """Return what may leave of ``value``, an attribute called ``key``.

        Texts, numbers, sequences and mappings stay such; anything else becomes a bounded text.
        ``user.id`` becomes its keyed hash, which belongs under the name that :meth:`name` gives.
        """
        plan = self._plans.get(key) or self._plan_of(key)
        kind = type(value)
        if kind is str:
            found = plan.cache.get(value)
            return self._remember(plan, value) if found is None else found
        if kind is bool:
            return value
        is_number = kind is int or kind is float
        if is_number and not plan.is_secret and not plan.is_hashed and -_BILLION < value < _BILLION:
            return value
        return Walk(plan_of=self._plan_of, count=self._scanner.count, guard=self._guard).value(plan, value)

    def attributes(self, attributes: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what may leave of ``attributes``, under the names that they leave under.

        At most ``limits.attributes`` of them; how many more there were is counted.
        """
        found: dict[str, Any] = {}
        for key, value in (attributes or {}).items():
            if len(found) >= self.limits.attributes:
                self._scanner.count("attributes_dropped")
                continue
            name = self.name(key)
            if name == key or name not in found:
                found[name] = self.attribute(key, value)
        return found

    def name(self, key: str) -> str:
        """Return the name under which the attribute ``key`` leaves: ``user.hash`` for ``user.id``."""
        return (self._plans.get(key) or self._plan_of(key)).name

    def query(self, query: str) -> str:
        """Return the query string ``query`` with the mark in place of secret values."""
        if not self._enabled:
            return query
        return redact_query(
            clip(query, MAX_TEXT_CHARS), is_secret=self._is_secret_parameter, text=self._scanner.scan
        )

    def url(self, url: str) -> str:
        """Return ``url`` without user information, and without secrets in path, query and fragment."""
        if not self._enabled:
            return url
        return redact_url(clip(url, MAX_TEXT_CHARS), query=self.query, text=self._scanner.scan)

    def sql(self, sql: str) -> str:
        """Return ``sql`` with ``?`` for every literal, and without comments."""
        return strip_literals(clip(sql, MAX_TEXT_CHARS)) if self._enabled else sql

    def headers(
        self, headers: Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
    ) -> dict[str, list[str]]:
        """Return the values of each header, names in lower case, as span attributes want them.

        Args:
            headers: A mapping, or pairs of texts or of Latin-1 bytes as ASGI has them.
        """
        found: dict[str, list[str]] = {}
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        for raw_name, raw_value in pairs:
            name = _decoded(raw_name).lower()
            found.setdefault(name, []).append(str(self.attribute(name, _decoded(raw_value))))
        return found

    def user_id(self, value: object) -> str:
        """Return the keyed hash of a user's id: the same id gives the same 32 hex digits under one key."""
        return self._hash(safe_text(value, guard=self._guard))

    def stats(self) -> dict[str, int]:
        """Return how many secrets were taken out so far, by kind."""
        return dict(self._scanner.counts)

    def _plan_of(self, key: Any) -> Plan:
        """Decide once what happens to the attribute ``key``."""
        if not isinstance(key, str):
            return self._plan_of(safe_text(key, guard=self._guard))
        plan = self._decided(key)
        if len(self._plans) >= _CACHE_SIZE:
            self._plans.clear()
        if len(key) <= _CACHED_CHARS:
            self._plans[key] = plan
        return plan

    def _decided(self, key: str) -> Plan:
        # The SDK refuses an attribute without a name.
        name = clip(key if key.isidentifier() else self.text(key), _CACHED_CHARS) or "_"
        stack = key in STACK_NAMES
        if not self._enabled or self._rules.is_allowed(key):
            return Plan(name, self._clipped_stack if stack else self._clipped, {}, is_open=True)
        if key in HASHED_NAMES:
            return Plan(HASHED_NAMES[key], self.user_id, {}, is_hashed=True)
        if self._rules.verdict(key):
            return Plan(name, self._mark, {}, is_secret=True)
        if stack:
            return Plan(name, self._redacted_stack, {})
        return Plan(name, *self._of_name(key.lower()))

    def _of_name(self, key: str) -> tuple[Callable[[str], str], dict[str, str]]:
        if key in SQL_NAMES:
            return (lambda value: clip(self.sql(value), self.limits.attribute_chars)), self._long_texts
        if key in QUERY_NAMES:
            return (lambda value: clip(self.query(value), self.limits.attribute_chars)), {}
        if key in URL_NAMES:
            return (lambda value: clip(self.url(value), self.limits.attribute_chars)), {}
        return self._clipped_text, self._texts

    def _remember(self, plan: Plan, value: str) -> str:
        redacted = plan.redact(value)
        is_long = plan.cache is self._long_texts
        if len(value) <= (self.limits.attribute_chars if is_long else _CACHED_CHARS) and not plan.is_secret:
            if len(plan.cache) >= (_LONG_CACHE_SIZE if is_long else _CACHE_SIZE):
                plan.cache.clear()
            plan.cache[value] = redacted
        return redacted

    def _mark(self, value: str) -> str:
        if value in {"", MARK}:
            return value
        self._scanner.count("named")
        return MARK

    def _clipped_text(self, value: str) -> str:
        limit = self.limits.attribute_chars
        # Nothing beyond the margin can make a difference to what is kept.
        return clip(self._scanner.scan(value[: limit + _CUT_MARGIN]), limit)

    def _redacted_stack(self, value: str) -> str:
        """Redact a stack trace; its frames are those of last time where the same place fails again."""
        frames, message = _split_stack(value)
        redacted = self._frames.get(frames)
        if redacted is None:
            redacted = self.text(frames)
            if len(frames) <= _CACHED_FRAMES_CHARS:
                if len(self._frames) >= _FRAMES_CACHE_SIZE:
                    self._frames.clear()
                self._frames[frames] = redacted
        return clip_middle(redacted + self.text(message), self.limits.stacktrace_chars)

    def _clipped(self, value: str) -> str:
        return clip(value, self.limits.attribute_chars)

    def _clipped_stack(self, value: str) -> str:
        return clip_middle(value, self.limits.stacktrace_chars)

    def _is_secret_parameter(self, name: str) -> bool:
        if self._rules.in_query(name):
            self._scanner.count("parameter")
            return True
        return False


def _split_stack(value: str) -> tuple[str, str]:
    """Return the lines up to the last frame with its source, and what the exception says behind them."""
    last = value.rfind('\n  File "') + 1
    end = value.find("\n", last) + 1
    if not last or not end:
        return "", value
    if value.startswith("    ", end):
        end = value.find("\n", end) + 1 or len(value)
    return value[:end], value[end:]


def _decoded(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
