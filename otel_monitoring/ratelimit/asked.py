"""What a request says of itself, as far as rules ask for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from otel_monitoring.ratelimit.errors import RateLimitError
from otel_monitoring.ratelimit.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT: Final = 4096
_LONGEST: Final = 200
_V6_PREFIX: Final = 64
NOBODY: Final = "unknown"
"""The address of who has none, as behind a socket of the file system."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what.

    Attributes:
        path: The plain path.
        address: The client's, as far as it can be believed.
        route: The route template; empty where no rule asks for it.
        user: Who it is; ``None`` for nobody who is known.
        api_key: The hash of the key that was presented; ``None`` without one.
        tier: Which rates hold; ``None`` for the common ones.
    """

    path: str
    address: str = NOBODY
    route: str = ""
    user: str | None = None
    api_key: str | None = None
    tier: str | None = None


class Exempt:
    """Who and what is never limited.

    Args:
        networks: Addresses or networks, such as ``10.0.0.0/8``.
        paths: Paths, as ``Paths`` reads them.
        users: Names, as requests say them.

    Raises:
        RateLimitError: A network or a path cannot be used.
    """

    def __init__(
        self, *, networks: Iterable[str] = (), paths: Iterable[str] = (), users: Iterable[str] = ()
    ) -> None:
        self._networks = tuple(_network(text) for text in networks)
        self._paths = Paths(paths)
        self._users = frozenset(users)
        self._known: dict[str, bool] = {}

    def covers(self, asked: Asked) -> bool:
        """Return whether a request is not limited."""
        return (
            (bool(self._paths) and self._paths.fits(asked.path))
            or (asked.user is not None and asked.user in self._users)
            or (bool(self._networks) and self._is_inside(asked.address))
        )

    def _is_inside(self, text: str) -> bool:
        known = self._known.get(text)
        if known is None:
            address = _address(text)
            known = address is not None and any(address in network for network in self._networks)
            if len(self._known) >= _KEPT:  # clients choose among many
                self._known.clear()
            self._known[text] = known
        return known


class Neighbours:
    """Return for whom a window by address is: an IPv6 host has a whole /64 to choose addresses from."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, text: str) -> str:
        """Return the address, or the network of an IPv6 address."""
        if ":" not in text:
            return text[:_LONGEST]
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _KEPT:  # clients choose among many
                self._known.clear()
            known = self._known[text] = _neighbourhood(text)
        return known


def hashed(secret: bytes) -> str:
    """Return what stands for an API key: nothing that is kept or sent holds the key itself."""
    return hashlib.blake2b(secret, digest_size=16, person=b"ratelimit key").hexdigest()


def _neighbourhood(text: str) -> str:
    address = _address(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed, _V6_PREFIX), strict=False))
    return text[:_LONGEST] if address is None else str(address)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    inner = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return inner or found


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        msg = f"exempt network {text!r}: expected an IP address or network such as 10.0.0.0/8"
        raise RateLimitError(msg) from None
