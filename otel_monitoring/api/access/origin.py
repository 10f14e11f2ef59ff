"""Whether a request of a browser was made by our own pages: another site may send one, with our cookie in it.

Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet, on fetch metadata and on the origin header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from otel_monitoring.api.access.presented import header

if TYPE_CHECKING:
    from otel_monitoring.api.access.forwarding import Forwarding
    from otel_monitoring.api.asgi import Scope

_SITE, _MODE, _ORIGIN = b"sec-fetch-site", b"sec-fetch-mode", b"origin"
_PORTS: Final = {"http": ":80", "https": ":443"}


def may_read(scope: Scope) -> bool:
    """Tell whether a cookie may be used for reading: not where the browser says that another site asks."""
    return header(scope, _SITE) in (None, "same-origin", "none")


def is_embedded(scope: Scope) -> bool:
    """Tell whether another site asks for a page without going there, as an image or a script does."""
    return not may_read(scope) and header(scope, _MODE) != "navigate"


def is_ours(scope: Scope, forwarding: Forwarding) -> bool:
    """Tell whether a page of ours made a request; ``False`` where the browser says nothing."""
    site = header(scope, _SITE)
    if site is not None:
        return site == "same-origin"
    origin, host = header(scope, _ORIGIN), forwarding.host(scope)
    scheme, separator, place = (origin or "").lower().partition("://")
    if not separator or not host:
        return False
    port = _PORTS.get(scheme, "")
    return place.removesuffix(port) == host.removesuffix(port)
