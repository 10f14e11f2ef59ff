"""A pool of HTTP connections with the certificates and proxies that people expect to be used."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

if TYPE_CHECKING:
    from urllib3 import PoolManager


def http_pool(
    url: str,
    *,
    certificate: str | None = None,
    client_key: str | None = None,
    client_certificate: str | None = None,
) -> PoolManager:
    """Return a pool for ``url``; no connection is opened yet.

    Args:
        url: Where the pool will be used for; decides about TLS and about a proxy.
        certificate: Path of the authorities that are trusted; by default those of the system, and of
            ``certifi`` where that is installed.
        client_key: Path of the client's private key.
        client_certificate: Path of the client's certificate.

    Raises:
        OSError: A certificate cannot be loaded; ``ssl.SSLError`` is one.
    """
    import urllib3

    from otel_monitoring.telemetry.deadline import limit_answers

    parts = urlsplit(url)
    context = None
    if parts.scheme == "https":
        context = _context(certificate)
        if client_certificate:
            context.load_cert_chain(client_certificate, client_key)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.hostname or ""):
        proxy = proxy if "://" in proxy else f"http://{proxy}"
        address = urlsplit(proxy)
        headers = {}
        if address.username:
            credentials = f"{address.username}:{address.password or ''}"
            headers = dict(urllib3.make_headers(proxy_basic_auth=credentials))
        pool: PoolManager = urllib3.ProxyManager(proxy, proxy_headers=headers, ssl_context=context, maxsize=1)
    else:
        pool = urllib3.PoolManager(ssl_context=context, maxsize=1)
    limit_answers(pool)
    return pool


def _context(certificate: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certificate)
    if certificate is not None:
        # Python 3.13 refuses authorities without some extensions, as those of companies often are; who names
        # an authority trusts it.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    else:
        try:
            import certifi
        except ImportError:
            return context
        context.load_verify_locations(certifi.where())
    return context
