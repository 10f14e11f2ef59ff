"""Where a URL leads, and what of it may be shown."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from otel_monitoring.errors import NotifyError

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads.

    Attributes:
        scheme: ``http`` or ``https``.
        host: The name or the address.
        port: The port.
        user: The user of basic authentication; empty for none.
        password: That user's password.
    """

    scheme: str
    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def authorization(self) -> dict[str, str]:
        """Return the header that user and password make."""
        return basic(unquote(self.user), unquote(self.password)) if self.user else {}

    def origin(self) -> tuple[str, str, int]:
        """Return what makes two URLs lead to the same server."""
        return self.scheme, self.host, self.port

    def shown(self) -> str:
        """Write what of the URL is no secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}/…"


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of basic authentication."""
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


def target_of(url: str, what: str = "webhook URL") -> Target:
    """Return where ``url`` leads.

    Raises:
        NotifyError: It is not one of HTTP, or has no host; it is not shown.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme in _PORTS and parts.hostname:
            return Target(
                scheme=parts.scheme,
                host=parts.hostname,
                port=parts.port or _PORTS[parts.scheme],
                user=parts.username or "",
                password=parts.password or "",
            )
    except ValueError:
        pass
    msg = f"{what}: expected http:// or https:// with a host"
    raise NotifyError(msg)
