"""Whether a certificate is accepted, and for how long it still is."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.check import Health
from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, Asking
from otel_monitoring.health.checks.line import Line
from otel_monitoring.health.checks.place import Place
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    import ssl

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.deadline import Deadline

_DAY_S = 86_400


class TlsCheck:
    """Look at the certificate that a server shows.

    One that is not accepted (expired, of another host, of an authority that is not trusted) is unhealthy.

    Args:
        host: The name or address.
        port: The port, which speaks TLS from the first byte.
        server_name: The name that the certificate must have, where that is not the host's.
        ca_file: The authorities that are trusted; empty for those of the system.
        degraded_days: With fewer days left it is degraded.
        unhealthy_days: With fewer days left it is unhealthy.
        timeout_s: The longest time of the handshake, the connection included.
        slow_s: A handshake that took longer is degraded.
        clock: What day it is.

    Raises:
        SettingsError: An argument cannot be used.
    """

    def __init__(  # noqa: PLR0913 - each is an option of one check
        self,
        host: str,
        port: int = 443,
        *,
        server_name: str = "",
        ca_file: str = "",
        degraded_days: float = 21,
        unhealthy_days: float = 3,
        timeout_s: float = TIMEOUT_S,
        slow_s: float = SLOW_S,
        clock: Clock | None = None,
    ) -> None:
        place = Place(host, port)
        if not 0 <= unhealthy_days <= degraded_days:
            days = f"degraded_days {degraded_days!r}, unhealthy_days {unhealthy_days!r}"
            msg = f"{place}: {days}: expected days from 0 on, the second not above the first"
            raise SettingsError(msg)
        self._server_name = server_name or host
        self._ca_file = ca_file
        self._days = degraded_days, unhealthy_days
        self._clock = clock or SystemClock()
        advice = "Look at the certificate, its names and its chain, and at whether the server runs."
        self._asking = Asking(f"TLS at {place}", advice=advice, timeout_s=timeout_s, slow_s=slow_s)
        self._line = Line(place)

    def __call__(self) -> Health:
        """Return how it is."""
        return self._asking.verdict(self._ask)

    def _ask(self, deadline: Deadline) -> Health:
        context = tls_context(self._ca_file)
        with (
            self._line.open(deadline) as connection,
            context.wrap_socket(connection, server_hostname=self._server_name) as secure,
        ):
            certificate = secure.getpeercert() or {}
        return self._judged(str(certificate.get("notAfter", "")))

    def _judged(self, end: str) -> Health:
        import ssl

        left_days = (ssl.cert_time_to_seconds(end) - self._clock.now_ms() / 1000) / _DAY_S
        said = f"the certificate of {self._asking.what.removeprefix('TLS at ')} ends in {left_days:.0f} days"
        degraded_days, unhealthy_days = self._days
        if left_days >= degraded_days:
            return Health("healthy", said)
        status = "unhealthy" if left_days < unhealthy_days else "degraded"
        return Health(status, said, "Renew it, and see why that did not happen by itself.")  # type: ignore[arg-type]


def tls_context(ca_file: str = "") -> ssl.SSLContext:
    """Return how servers are verified: by the authorities in ``ca_file``, else by those of the system.

    Raises:
        OSError: The file cannot be read, or holds no certificate.
    """
    return _context(ca_file, Path(ca_file).stat().st_mtime_ns if ca_file else 0)


@lru_cache(maxsize=8)
def _context(ca_file: str, _changed_ns: int) -> ssl.SSLContext:
    """Read the authorities once: all of the system's take some 20 ms."""
    import ssl

    return ssl.create_default_context(cafile=ca_file or None)
