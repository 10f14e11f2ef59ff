"""What a request brings to prove who sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from otel_monitoring.api.asgi import Scope

_LONGEST: Final = 8192
_EXPLICIT: Final = (b"authorization", b"x-api-key")
_COOKIES_MOST: Final = 16_384


@dataclass(frozen=True, slots=True)
class Presented:
    """What was found in the headers.

    Attributes:
        credential: The text after ``Bearer``, or a key; empty where there is none.
        is_explicit: Whether a header was sent that browsers never add by themselves to a request from
            another site, and that so needs no proof of where it comes from.
        is_odd: Whether it can mean two things, or is no text that a credential has: it opens nothing.
        has_other: Whether ``Authorization`` holds something that is not ours, such as ``Basic``.
    """

    credential: str = ""
    is_explicit: bool = False
    is_odd: bool = False
    has_other: bool = False


_ODD: Final = Presented(is_odd=True)


def presented(scope: Scope) -> Presented:
    """Return the credential of a request.

    One header is taken, once: of two, a proxy and we might each believe another.
    """
    found = [(name, bytes(value)) for name, value in scope["headers"] if name in _EXPLICIT]
    if not found:
        return Presented()
    if len(found) > 1:
        return _ODD
    name, value = found[0]
    if name == b"x-api-key":
        return _explicit(value)
    scheme, _, rest = value.strip(b" \t").partition(b" ")
    if scheme.lower() != b"bearer":
        return Presented(has_other=True)
    return _explicit(rest)


def cookie(scope: Scope, name: str) -> str:
    """Return the value of a cookie; empty where there is none, or more than one."""
    wanted = name.encode()
    values = []
    for header, value in scope["headers"]:
        if header == b"cookie" and len(value) <= _COOKIES_MOST:
            pairs = (part.strip().partition(b"=") for part in bytes(value).split(b";"))
            values += [text for key, _, text in pairs if key == wanted]
    return values[0].decode("latin-1") if len(values) == 1 else ""


def header(scope: Scope, name: bytes) -> str | None:
    """Return a header; ``None`` where there is none, an empty text where there are several."""
    values = [bytes(value) for key, value in scope["headers"] if key == name]
    if not values:
        return None
    return values[0].decode("latin-1").strip() if len(values) == 1 else ""


def is_plain(text: str) -> bool:
    """Tell whether a text can be a credential: visible ASCII, and not too much of it."""
    return 0 < len(text) <= _LONGEST and all("!" <= char <= "~" for char in text)


def _explicit(raw: bytes) -> Presented:
    value = raw.strip(b" \t").decode("latin-1")
    if not value:
        return Presented()
    return Presented(value, is_explicit=True) if is_plain(value) else _ODD
