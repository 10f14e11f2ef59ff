"""Alertmanager's ``http_config``: who we are to a server, and how we verify it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.transport.target import basic, target_of

if TYPE_CHECKING:
    import ssl

    from otel_monitoring.notify.channels.options import Options
    from otel_monitoring.notify.transport.http import HttpOptions

_HEADERS = "http_headers"
_VERSIONS = {"TLS10": "TLSv1", "TLS11": "TLSv1_1", "TLS12": "TLSv1_2", "TLS13": "TLSv1_3"}


def http_options(options: Options, basis: HttpOptions) -> HttpOptions:
    """Return how requests are made by the option ``http_config``, on top of ``basis``.

    Raises:
        NotifyError: An option is wrong, unknown, or cannot be followed.
    """
    timeout_s = options.seconds("timeout", basis.timeout_s) or basis.timeout_s
    config = options.mapping("http_config")
    headers = {**basis.headers, **_authorization(config), **_headers(config)}
    config.refuse("OAuth 2 is not", "oauth2")
    config.refuse("give a proxy by proxy_url", "proxy_connect_header", "no_proxy")
    config.ignore("enable_http2")
    config.skip("proxy_from_environment")  # as it is done anyway
    tls, server_name = _tls(config.mapping("tls_config"))
    proxy_url = config.text("proxy_url")
    if proxy_url:
        target_of(proxy_url, "proxy_url")
    made = replace(
        basis,
        timeout_s=timeout_s,
        headers=headers,
        proxy_url=proxy_url,
        tls=tls,
        server_name=server_name,
        follow_redirects=config.flag("follow_redirects", default=True),
    )
    config.finish()
    return made


def tls_context(config: Options) -> ssl.SSLContext:
    """Return how a server is verified by the options of a ``tls_config`` (read, not finished).

    Raises:
        NotifyError: A file cannot be used, or a version is unknown.
    """
    import ssl

    try:
        context = ssl.create_default_context(cafile=config.text("ca_file") or None)
        if config.has("ca"):
            context.load_verify_locations(cadata=config.text("ca"))
        if config.has("cert_file"):
            # An empty password, as otherwise a key that has one is asked for on the terminal.
            context.load_cert_chain(config.text("cert_file"), config.text("key_file") or None, password="")
    except (OSError, ValueError) as error:
        msg = f"{config.wrong('ca_file', 'certificates and keys in PEM files')} ({type(error).__name__})"
        raise NotifyError(msg) from None
    if config.flag("insecure_skip_verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    version = config.one_of("min_version", "TLS12", tuple(_VERSIONS))
    context.minimum_version = ssl.TLSVersion[_VERSIONS[version]]
    config.ignore("max_version", "curve_preferences", "cipher_suites")
    config.refuse("give files", "cert", "key", "ca_ref", "cert_ref", "key_ref")
    config.skip("ca_file", "ca", "cert_file", "key_file")
    return context


def _tls(config: Options) -> tuple[ssl.SSLContext | None, str]:
    names = ("ca_file", "ca", "cert_file", "insecure_skip_verify", "min_version")
    server_name = config.text("server_name")
    context = tls_context(config) if any(config.has(name) for name in names) else None
    config.skip(*names, "key_file")
    config.finish()
    return context, server_name


def _authorization(config: Options) -> dict[str, str]:
    made: list[dict[str, str]] = []
    if config.has("basic_auth"):
        made.append(_basic(config.mapping("basic_auth")))
    if config.has("authorization"):
        own = config.mapping("authorization")
        made.append({"Authorization": f"{own.text('type', 'Bearer')} {own.needed_secret('credentials')}"})
        own.finish()
    token = config.secret("bearer_token")
    if token:
        made.append({"Authorization": f"Bearer {token}"})
    if len(made) > 1:
        msg = f"{config.missing('basic_auth, authorization, bearer_token')}: expected at most one of them"
        raise NotifyError(msg.replace(": missing", ""))
    config.skip("basic_auth", "authorization")
    return made[0] if made else {}


def _basic(config: Options) -> dict[str, str]:
    user = config.secret("username")
    made = basic(user, config.secret("password"))
    config.finish()
    return made


def _headers(config: Options) -> dict[str, str]:
    """Read ``http_headers``: for each name lists of ``values``, ``secrets`` and ``files``."""
    headers = {}
    every = config.raw(_HEADERS) or {}
    if not isinstance(every, dict):
        raise config.wrong(_HEADERS, "headers by name")
    for name, stated in every.items():
        if isinstance(stated, str):
            headers[str(name)] = stated
            continue
        lists = stated if isinstance(stated, dict) else {}
        texts = [str(text) for key in ("values", "secrets") for text in lists.get(key) or ()]
        if not texts or set(lists) - {"values", "secrets"}:
            raise config.wrong(_HEADERS, f"values or secrets for {name}")
        headers[str(name)] = ", ".join(texts)
    return headers
