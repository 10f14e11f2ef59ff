"""Whose request this is by its address: forwarding headers are believed from listed proxies alone.

Whoever connects may write any ``X-Forwarded-For``. Only what a listed proxy added says more than the
connection itself does; so addresses are read from the right, and the first that is no listed proxy counts.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT = 256
_MOST_HOPS = 32


class TrustedProxies:
    """Find the address of a client behind proxies.

    Args:
        networks: Addresses or networks of the proxies, such as ``10.0.0.0/8``; none believes nobody.
    """

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = tuple(ip_network(text, strict=False) for text in networks)
        self._known: dict[str, bool] = {}

    def client(self, peer: str, forwarded: bytes | None) -> str:
        """Return the nearest address on the way that is no listed proxy.

        Args:
            peer: Who is connected.
            forwarded: The values of ``X-Forwarded-For``, joined by commas; ``None`` without such a header.
        """
        if not forwarded or not self._networks or not self.trusts(peer):
            return peer
        address = peer
        for hop in reversed(forwarded.decode("latin-1").split(",")[-_MOST_HOPS:]):
            found = _address(hop.strip())
            if found is None:
                return address
            address = found
            if not self.trusts(address):
                return address
        return address

    def trusts(self, text: str) -> bool:
        """Tell whether an address is that of a listed proxy."""
        known = self._known.get(text)
        if known is None:
            address = _address(text)
            known = address is not None and any(ip_address(address) in network for network in self._networks)
            if len(self._known) >= _KEPT:  # clients choose some of these values
                self._known.clear()
            self._known[text] = known
        return known


def _address(text: str) -> str | None:
    """Return an address without the port that some proxies add; ``None`` for what is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])  # the zone of an address means something on its host alone
    except ValueError:
        return None
    inner = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(inner or found)
