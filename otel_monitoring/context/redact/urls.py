"""URLs and query strings without the secrets in their parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from otel_monitoring.context.redact.patterns import MARK

if TYPE_CHECKING:
    from collections.abc import Callable

_SEPARATOR = re.compile(r"([&;])")
_MAX_DECODINGS = 3


def redact_query(query: str, *, is_secret: Callable[[str], bool], text: Callable[[str], str]) -> str:
    """Return ``query`` with the mark in place of secret values.

    Args:
        query: Pairs joined by ``&`` or ``;``, percent-encoded or not, with or without a leading ``?``.
        is_secret: Says of a parameter's name whether its value is a secret.
        text: Redacts what is not secret by name.
    """
    lead = "?" if query.startswith("?") else ""
    parts = _SEPARATOR.split(query[len(lead) :])
    names = {_decoded(part.partition("=")[0]) for part in parts[::2]}
    # An OAuth 2 redirect (RFC 6749, section 4.1.2) is told by its pair of parameters.
    also = frozenset(["code"]) if {"code", "state"} <= names else frozenset()
    for at in range(0, len(parts), 2):
        name, equals, value = parts[at].partition("=")
        if not equals:
            parts[at] = name if text(_decoded(name)) == _decoded(name) else MARK
        elif value in {"", MARK}:
            continue
        elif is_secret(_decoded(name)) or _decoded(name) in also:
            parts[at] = f"{name}={MARK}"
        else:
            parts[at] = f"{name}={_redact_encoded(value, text=text)}"
    return lead + "".join(parts)


def redact_url(url: str, *, query: Callable[[str], str], text: Callable[[str], str]) -> str:
    """Return ``url`` without user information and without secrets in path, query and fragment.

    Args:
        url: Absolute or relative; anything else is taken as a text.
        query: Redacts a query string.
        text: Redacts user information and whatever shows by its shape.
    """
    rest, hash_sign, fragment = url.partition("#")
    head, question_mark, parameters = rest.partition("?")
    if "@" in parameters or "@" in fragment:
        whole = text(url)  # a password may hold a "?" or a "#"
        if not whole.startswith(head):
            return whole
    segments = [_redact_encoded(segment, text=text) for segment in text(head).split("/")]
    cleaned = "/".join(segments) + question_mark + query(parameters)
    if not hash_sign:
        return cleaned
    return f"{cleaned}#{query(fragment) if '=' in fragment else _redact_encoded(fragment, text=text)}"


def _redact_encoded(value: str, *, text: Callable[[str], str]) -> str:
    """Return ``value`` redacted; the mark alone, where only decoding shows that it holds a secret."""
    if "%" in value:
        decoded = _decoded(value)
        if text(decoded) != decoded:
            return MARK
    return text(value)


def _decoded(value: str) -> str:
    """Return ``value`` without percent-encoding, also where it was encoded twice."""
    for _ in range(_MAX_DECODINGS):
        if "%" not in value:
            break
        value = unquote(value)
    return value
