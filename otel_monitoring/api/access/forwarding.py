"""Where a request comes from, and under which address it was asked for: by listed proxies alone.

Whoever connects is believed alone, unless it is in one of the listed networks: what anybody can write into a
header proves nothing.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from otel_monitoring.api.access.presented import header
from otel_monitoring.context.proxies import TrustedProxies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.api.asgi import Scope

_PREFIX: Final = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+", re.ASCII)
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", re.ASCII)
_LONGEST: Final = 255
_NETWORK_BITS: Final = 64


class Forwarding:
    """Read what listed proxies say of requests.

    Args:
        networks: The networks of the proxies, such as ``10.0.0.0/8``.
    """

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._proxies = TrustedProxies(networks)

    def client(self, scope: Scope) -> str:
        """Return the nearest address on the way that is no listed proxy; empty where there is none.

        All addresses of one IPv6 network of 64 bits are one client: whoever has one of them has them all.
        """
        lines = [bytes(value) for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return _grouped(self._proxies.client(_peer(scope), b",".join(lines) or None))

    def is_secure(self, scope: Scope) -> bool:
        """Tell whether the browser speaks ``https``."""
        said = self._said(scope, b"x-forwarded-proto")
        scheme = said.rpartition(",")[2].strip() if said else scope.get("scheme", "http")
        return bool(scheme == "https")

    def host(self, scope: Scope) -> str:
        """Return the host, with its port, that the browser asked; empty where that is not clear."""
        said = self._said(scope, b"x-forwarded-host")
        host = said.rpartition(",")[2].strip() if said else header(scope, b"host") or ""
        return host.lower() if len(host) <= _LONGEST and _HOST.fullmatch(host) else ""

    def root(self, scope: Scope) -> str:
        """Return the path below which the pages lie, as the browser sees it."""
        own = str(scope.get("root_path", ""))
        said = (self._said(scope, b"x-forwarded-prefix") or "").rstrip("/")
        if len(said) > _LONGEST or not _PREFIX.fullmatch(said) or own.startswith(said + "/"):
            return own
        return said + own

    def _said(self, scope: Scope, name: bytes) -> str | None:
        return header(scope, name) if self._proxies.trusts(_peer(scope)) else None


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _grouped(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if address.version == 4:  # noqa: PLR2004 - IPv4
        return text
    return str(ip_network((int(address) >> _NETWORK_BITS << _NETWORK_BITS, _NETWORK_BITS)))
