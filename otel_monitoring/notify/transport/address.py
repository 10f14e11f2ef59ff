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

_OR_ALLOWED = ", or the setting notify.allow_private"

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


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


def check_stated(host: str, *, allow_private: bool) -> None:
    """Refuse a host whose address can be told without asking anybody, before anything is sent to it.

    Raises:
        NotifyError: It is an address that is refused, or a name of this machine.
    """
    name = host.lower().rstrip(".")
    is_local = name == "localhost" or name.endswith(".localhost")
    why = ""
    if is_address(host):
        why = refused_because(host, allow_private=allow_private)
    elif is_local and not allow_private:
        why = refused_because("127.0.0.1", allow_private=False)
    if why:
        msg = f"{host!r}: {why}: expected a public address{_OR_ALLOWED if 'private' in why else ''}"
        raise NotifyError(msg)


def is_address(host: str) -> bool:
    """Return whether ``host`` is an address and not a name."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def refused_because(address: str, *, allow_private: bool) -> str:
    """Return why messages must not go to ``address``; empty where they may."""
    ip = _meant(ipaddress.ip_address(address.partition("%")[0]))
    if ip.is_link_local or str(ip) in _METADATA:
        return "a link-local address, where clouds keep credentials"
    if ip.is_unspecified or ip.is_multicast:
        return "which is no address of a receiver"
    if not allow_private and not ip.is_global:
        return "a private address, which is not allowed"
    return ""


def _meant(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address within one of IPv6 that a network would translate or tunnel to it.

    Source: RFC 4291 (mapped and compatible addresses), RFC 3056 (6to4), RFC 4380 (Teredo), RFC 6052 (NAT64).
    """
    if not isinstance(ip, ipaddress.IPv6Address):
        return ip
    is_compatible = int(ip) >> 32 == 0 and int(ip) > 1  # 0 and 1 are the unspecified address and loopback
    if is_compatible or ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip
