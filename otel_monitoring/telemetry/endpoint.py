"""Where each signal goes, from the standard ``OTEL_EXPORTER_OTLP_*`` variables.

Source: OpenTelemetry specification, "OpenTelemetry Protocol Exporter" and "Environment Variable
Specification". Unlike there, without any endpoint nothing is exported: a Collector is a choice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from otel_monitoring.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

Signal = Literal["traces", "metrics", "logs"]
SIGNALS: tuple[Signal, ...] = ("traces", "metrics", "logs")
Protocol = Literal["grpc", "http/protobuf"]

_DEFAULT_TIMEOUT_S = 10.0
_PREFIX = "OTEL_EXPORTER_OTLP_"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One destination of one signal.

    Attributes:
        signal: The signal.
        protocol: ``grpc`` or ``http/protobuf``.
        url: The full URL for HTTP, ``host:port`` with a scheme for gRPC.
        insecure: Whether the connection is in clear.
        headers: Sent with every request; secret.
        compression: ``gzip``, ``deflate`` or the empty string.
        timeout_s: Time limit of one request.
        certificate: Path of the CA bundle.
        client_key: Path of the client's private key.
        client_certificate: Path of the client's certificate.
    """

    signal: Signal
    protocol: Protocol
    url: str
    insecure: bool
    headers: Mapping[str, str] = field(repr=False)
    compression: Literal["gzip", "deflate", ""] = ""
    timeout_s: float = _DEFAULT_TIMEOUT_S
    certificate: str | None = None
    client_key: str | None = None
    client_certificate: str | None = None

    @property
    def address(self) -> str:
        """The destination without user, password, path or query: fit for a log."""
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        host = parts.hostname or "?"
        return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def endpoint(signal: Signal, environ: Mapping[str, str]) -> Endpoint | None:
    """Return where ``signal`` goes, or ``None`` where no endpoint is set for it.

    Raises:
        SettingsError: A variable cannot be used; the message names it, its value and what was expected.
    """
    read = _Reader(signal, environ)
    own_url, base_url = read.own("ENDPOINT"), environ.get(f"{_PREFIX}ENDPOINT", "").strip()
    url = own_url or base_url
    if not url:
        return None
    protocol = read.protocol(url)
    if protocol == "http/protobuf" and not own_url:
        url = f"{url.rstrip('/')}/v1/{signal}"
    url = read.url(url, own=bool(own_url), protocol=protocol)
    return Endpoint(
        signal=signal,
        protocol=protocol,
        url=url,
        insecure=url.startswith("http://"),
        headers=read.headers(),
        compression=read.compression(),
        timeout_s=read.timeout_s(),
        certificate=read.any("CERTIFICATE") or None,
        client_key=read.any("CLIENT_KEY") or None,
        client_certificate=read.any("CLIENT_CERTIFICATE") or None,
    )


class _Reader:
    def __init__(self, signal: Signal, environ: Mapping[str, str]) -> None:
        self._own = f"{_PREFIX}{signal.upper()}_"
        self._environ = environ

    def own(self, name: str) -> str:
        return self._environ.get(self._own + name, "").strip()

    def any(self, name: str) -> str:
        return self.own(name) or self._environ.get(_PREFIX + name, "").strip()

    def _variable(self, name: str) -> str:
        return self._own + name if self.own(name) else _PREFIX + name

    def protocol(self, url: str) -> Protocol:
        text = self.any("PROTOCOL").lower()
        if text == "grpc":
            return "grpc"
        if text in ("http/protobuf", "http"):
            return "http/protobuf"
        if text:
            msg = f"{self._variable('PROTOCOL')}={text!r}: expected 'grpc' or 'http/protobuf'"
            raise SettingsError(msg)
        return "grpc" if _port(url) == 4317 else "http/protobuf"  # noqa: PLR2004 - the registered port

    def url(self, url: str, *, own: bool, protocol: Protocol) -> str:
        name = (self._own if own else _PREFIX) + "ENDPOINT"
        if protocol == "grpc" and "://" not in url:
            # The standard's default is TLS; only here does OTEL_EXPORTER_OTLP_INSECURE have a say.
            url = f"{'http' if self.any('INSECURE').lower() == 'true' else 'https'}://{url}"
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            safe = f"{parts.scheme}://{parts.hostname or ''}" if parts.scheme else url.rpartition("@")[2]
            msg = f"{name}={safe!r}: expected an absolute URL such as http://localhost:4318"
            raise SettingsError(msg)
        return url

    def headers(self) -> dict[str, str]:
        from opentelemetry.util.re import parse_env_headers

        return dict(parse_env_headers(self.any("HEADERS"), liberal=True))

    def compression(self) -> Literal["gzip", "deflate", ""]:
        text = self.any("COMPRESSION").lower()
        if text in ("", "none"):
            return ""
        if text == "gzip":
            return "gzip"
        if text == "deflate":
            return "deflate"
        msg = f"{self._variable('COMPRESSION')}={text!r}: expected 'none', 'gzip' or 'deflate'"
        raise SettingsError(msg)

    def timeout_s(self) -> float:
        text = self.any("TIMEOUT")
        try:
            number = float(text) if text else _DEFAULT_TIMEOUT_S
        except ValueError:
            number = -1.0
        if not 0 < number < 1e7:  # noqa: PLR2004 - beyond it surely not a time limit
            msg = f"{self._variable('TIMEOUT')}={text!r}: expected a number of seconds above 0"
            raise SettingsError(msg)
        return number


def _port(url: str) -> int | None:
    try:
        return urlsplit(url if "://" in url else f"http://{url}").port
    except ValueError:
        return None
