"""Where something is asked: host and port, and a URL without its secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus, urlsplit

from otel_monitoring.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from urllib.parse import SplitResult

_PORTS = range(1, 65_536)
_AUTHORITY_END = re.compile("[/?#]")


@dataclass(frozen=True, slots=True)
class Place:
    """A host and a port.

    Raises:
        SettingsError: The host is empty or no host, or the port is none.
    """

    host: str
    port: int

    def __post_init__(self) -> None:
        """Refuse what leads nowhere."""
        if not self.host or not self.host.isprintable() or set(self.host) & set(" /@?#"):
            msg = f"host is {self.host!r}: expected a name or an address"
            raise SettingsError(msg)
        if self.port not in _PORTS:
            msg = f"port of {self.host} is {self.port!r}: expected a number from 1 to 65535"
            raise SettingsError(msg)

    def __str__(self) -> str:
        """Return ``host:port``, an address of IPv6 in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def place_of(url: str, *, port: int | None = None) -> Place:
    """Return where ``url`` leads.

    Args:
        url: A URL with a host.
        port: Taken where the URL has none; ``None`` where it must have one.

    Raises:
        SettingsError: It has no host, or no port where there has to be one.
    """
    parts = split(url)
    stated = _port(parts)
    if stated is None and port is None:
        msg = f"{shown(url)}: expected a port after the host"
        raise SettingsError(msg)
    return Place(parts.hostname or "", stated if stated is not None else port or 0)


def split(url: str) -> SplitResult:
    """Return the parts of a URL.

    Raises:
        SettingsError: It is none; the message does not show it, as a password may be anywhere in it.
    """
    try:
        return urlsplit(url)
    except ValueError:
        msg = "a URL that cannot be read: expected scheme://host:port/path"
        raise SettingsError(msg) from None


def shown(url: str) -> str:
    """Return a URL as far as it may be shown: its scheme, hosts and ports.

    Where an ``@`` comes after them, they may be the beginning of a password that is not encoded.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return f"{scheme.partition(':')[0]}:…"
    authority = _AUTHORITY_END.split(rest, maxsplit=1)[0]
    is_doubtful = "@" in rest[len(authority) :]
    return f"{scheme}://{'…' if is_doubtful else authority.rpartition('@')[2]}"


def secrets_of(url: str) -> tuple[str, ...]:
    """Return what of a URL no message may show, encoded and not: password, path and values of its query."""
    return tuple(_secrets(split(url)))


def _secrets(parts: SplitResult) -> Iterator[str]:
    password = parts.netloc.rpartition("@")[0].partition(":")[2]
    yield from (password, unquote(password))
    for pair in parts.query.split("&"):
        name, _, value = pair.partition("=")
        if any(word in name.lower() for word in ("pass", "secret", "token", "key")):
            yield from (value, unquote_plus(value))


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        msg = f"port of {parts.hostname}: expected a number from 1 to 65535"
        raise SettingsError(msg) from None
