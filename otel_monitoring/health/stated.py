"""Checks that settings state as URLs: their terms are in the query, the rest says what to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_plus, urlsplit

from otel_monitoring.health.check import HealthError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_TRUE: Final = frozenset({"true", "1", "yes", "on"})
_FALSE: Final = frozenset({"false", "0", "no", "off"})


@dataclass(frozen=True, slots=True)
class Stated:
    """A check as a URL states it.

    Attributes:
        name: The one that is stated, else scheme and host, such as ``redis cache``.
        url: What to look at, without the terms; it may hold a password.
        terms: As :meth:`HealthRegistry.register` takes them; only those that are stated.
    """

    name: str
    url: str = field(repr=False)
    terms: Mapping[str, Any]

    def with_option(self, name: str, text: str) -> str:
        """Return the URL with one more option in its query."""
        url, hash_mark, fragment = self.url.partition("#")
        return f"{url}{'&' if '?' in url else '?'}{name}={text}{hash_mark}{fragment}"


def stated(url: str, *, taken: Collection[str] = ()) -> Stated:
    """Read the terms ``name``, ``critical``, ``timeout_s``, ``interval_s``, ``failures`` and ``successes``.

    Whatever else the query holds stays in the URL.

    Args:
        url: Such as ``postgresql://db/shop?critical=true&timeout_s=2``.
        taken: Names that others have; where the URL states none it gets a number behind it.

    Raises:
        HealthError: A term cannot be read, or is there twice; the message holds nothing of the user and the
            password.
    """
    begin, mark, rest = url.partition("?")
    query, hash_mark, fragment = rest.partition("#")
    place = _place(url)
    terms: dict[str, Any] = {}
    left = []
    for part in query.split("&"):
        name, _, text = part.partition("=")
        if name not in _READ:
            left.append(part)
        elif name in terms:
            msg = f"health check {place}, {name}: expected once, found twice"
            raise HealthError(msg)
        else:
            terms[name] = _value(place, name, unquote_plus(text))
    remains = "&".join(part for part in left if part)
    url = begin + (mark + remains if remains else "") + hash_mark + fragment
    return Stated(terms.pop("name", "") or _free(place, taken), url, terms)


def _place(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or parts.path.rstrip("/").rpartition("/")[2], parts.port
    except ValueError:
        return f"{url.partition(':')[0]} (not a URL)"
    return f"{parts.scheme} {host}" + (f":{port}" if port else "")


def _free(place: str, taken: Collection[str]) -> str:
    name, number = place, 2
    while name in taken:
        name, number = f"{place} {number}", number + 1
    return name


def _value(place: str, name: str, text: str) -> Any:
    try:
        return _READ[name](text)
    except ValueError:
        msg = f"health check {place}, {name} {text[:80]!r}: expected {_EXPECTED[name]}"
        raise HealthError(msg) from None


def _switch(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "name": str,
    "critical": _switch,
    "timeout_s": float,
    "interval_s": float,
    "failures": int,
    "successes": int,
}
_EXPECTED: Final = {
    "critical": "true or false",
    "timeout_s": "seconds",
    "interval_s": "seconds",
    "failures": "a whole number",
    "successes": "a whole number",
}
