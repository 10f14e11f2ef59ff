"""Which addresses a message may be sent to.

A webhook's URL is the operator's own, so private networks are fine by default. Link-local addresses are
not: on cloud machines they answer with credentials, and no receiver of messages lives there.
"""

from __future__ import annotations

import ipaddress
import socket

from otel_monitoring.errors import NotifyError

_METADATA = frozenset({"fd00:ec2::254", "100.100.100.200", "168.63.129.16"})
"""Where clouds tell machines their credentials outside of link-local networks."""


def allowed_addresses(host: str, port: int, *, allow_private: bool) -> list[str]:
    """Resolve a host and return its addresses; connect to these, as a name may resolve otherwise next time.

    Raises:
        NotifyError: An address is refused, or the name cannot be resolved; the latter may be retried.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        msg = f"{host} cannot be resolved: {error}"
        raise NotifyError(msg, retry_after_s=0) from error
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    for address in addresses:
        why = refused_because(address, allow_private=allow_private)
        if why:
            msg = f"{host} resolves to {address}, {why}"
            raise NotifyError(msg)
    return addresses


def refused_because(address: str, *, allow_private: bool) -> str:
    """Return why messages must not go to ``address``; empty where they may."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_link_local or str(ip) in _METADATA:
        return "a link-local address, where clouds keep credentials"
    if ip.is_unspecified or ip.is_multicast:
        return "which is no address of a receiver"
    if not allow_private and not ip.is_global:
        return "a private address, which is not allowed"
    return ""
