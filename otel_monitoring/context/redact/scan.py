"""One pass over a text that finds every kind of secret and puts a mark in its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from otel_monitoring.context.redact.error_values import find_error_values, may_hold_error_value
from otel_monitoring.context.redact.pairs import HINT, find_pairs, may_hold_pair
from otel_monitoring.context.redact.patterns import (
    MARK,
    find_accounts,
    find_driver_credentials,
    find_emails,
    find_numbers,
    find_private_keys,
    find_schemes,
    find_shapes,
    find_url_credentials,
    may_hold_account,
    may_hold_number,
    may_hold_shape,
)
from otel_monitoring.context.redact.unicode import plain
from otel_monitoring.errors import ContextError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.context.redact.keys import KeyRules
    from otel_monitoring.context.redact.patterns import Span

_MAX_PASSES = 4
_OWN_KIND = "pattern"


class Scanner:
    """Find secrets in texts and count them by kind.

    Args:
        rules: Which names announce a secret.
        patterns: Further regular expressions; what they match is secret.
        allow: Texts that stay where they would be taken out, compared without regard to case.

    Raises:
        ContextError: One of ``patterns`` is no regular expression.
    """

    def __init__(
        self, *, rules: KeyRules, patterns: Iterable[str | re.Pattern[str]] = (), allow: Iterable[str] = ()
    ) -> None:
        self.counts: dict[str, int] = {}
        self._rules = rules
        self._patterns = tuple(_compiled(pattern) for pattern in patterns)
        self._allow = frozenset(text.lower() for text in allow)
        self._hint = HINT.search if rules.is_builtin else _always

    def scan(self, text: str) -> str:
        """Return ``text`` with a mark in the place of each secret; the same object where there is none."""
        if not text.isascii():
            return self._scan_disguised(text)
        return self._scan_plain(text)

    def count(self, kind: str) -> None:
        """Note that a secret of ``kind`` was taken out.

        No lock: a count that two threads raise at once may miss one, and nothing waits for another.
        """
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def _scan_disguised(self, text: str) -> str:
        """Scan what the letters say; keep the text as it was written where that holds no secret."""
        unmasked = plain(text)
        redacted = self._scan_plain(unmasked)
        return text if redacted == unmasked else redacted

    def _scan_plain(self, text: str) -> str:
        """Scan until nothing is found any more, since a mark can bring two halves of a name together."""
        for _ in range(_MAX_PASSES):
            redacted = self._pass(text)
            if redacted is text:
                break
            text = redacted
        return text

    def _pass(self, text: str) -> str:
        """Look for what cheap hints allow; on a harmless text only the hints cost time."""
        redacted = self._pass_by_shape(self._pass_by_place(text, text.lower()))
        for pattern in self._patterns:
            spans = [(*found.span(), _OWN_KIND) for found in pattern.finditer(redacted)]
            redacted = self._cut(redacted, spans)
        return redacted

    def _pass_by_place(self, text: str, lowered: str) -> str:
        """Take out what stands where a secret stands: in a URL, behind a name, behind a scheme.

        Private keys come first, since a name in front of one would take its first line alone.
        """
        if "-----" in text:
            text = self._cut(text, find_private_keys(text))
        if "@" in text and ("://" in text or "@tcp(" in text or "@unix(" in text or ":thin:" in text):
            text = self._cut(text, find_url_credentials(text))
            text = self._cut(text, find_driver_credentials(text))
        if may_hold_error_value(text):
            text = self._cut(text, find_error_values(text, self._rules.verdict))
        if may_hold_pair(text) and self._hint(lowered):
            text = self._cut(text, find_pairs(text, self._rules))
        if "bearer" in lowered or "basic" in lowered:
            text = self._cut(text, find_schemes(text))
        return text

    def _pass_by_shape(self, text: str) -> str:
        """Take out what looks like a secret wherever it stands."""
        if may_hold_shape(text):
            text = self._cut(text, find_shapes(text))
        if "@" in text or "%40" in text:
            text = self._cut(text, find_emails(text))
        if may_hold_number(text):
            text = self._cut(text, find_numbers(text))
        if may_hold_account(text):
            text = self._cut(text, find_accounts(text))
        return text

    def _cut(self, text: str, spans: Iterable[Span]) -> str:
        pieces: list[str] = []
        done = 0
        for start, end, kind in spans:
            secret = text[max(start, done) : end]
            if not secret or secret == MARK or secret.lower() in self._allow:
                continue
            if start >= done:  # else it overlaps the one before, and shares its mark
                pieces += (text[done:start], MARK)
            done = end
            self.count(kind)
        if not pieces:
            return text
        return "".join([*pieces, text[done:]])


def _compiled(pattern: str | re.Pattern[str]) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        msg = f"patterns holds {pattern!r}, expected a regular expression: {error}"
        raise ContextError(msg) from error


def _always(_: str) -> bool:
    return True
