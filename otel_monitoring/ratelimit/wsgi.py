"""Rate limits around a WSGI application such as Flask: ``app.wsgi_app = RateLimitWsgi(app.wsgi_app, …)``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.context.proxies import TrustedProxies
from otel_monitoring.guard import Guard
from otel_monitoring.ratelimit.answer import headers, refusal, status_of
from otel_monitoring.ratelimit.asked import NOBODY, Asked, hashed
from otel_monitoring.ratelimit.paths import RouteTemplates, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from otel_monitoring.ratelimit.answer import Headers, HeaderStyle
    from otel_monitoring.ratelimit.limiter import Limiter, Verdict

    Environ: TypeAlias = dict[str, Any]
    Says: TypeAlias = Callable[[Environ], str | None]
    WsgiApp: TypeAlias = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_LONGEST_KEY: Final = 1024


class EnvironReader:
    """Read from an environment what rules ask for.

    Args:
        app: The application whose routes are known, such as a Flask application; ``None`` for none.
        proxies: Whose ``X-Forwarded-For`` is believed.
        user: Says who asks; ``None`` for nobody.
        tier: Says which rates hold; ``None`` for the common ones.
        api_key_header: The header of API keys.
    """

    def __init__(
        self,
        *,
        app: Any = None,
        proxies: TrustedProxies | None = None,
        user: Says | None = None,
        tier: Says | None = None,
        api_key_header: str = "x-api-key",
    ) -> None:
        self._routes = RouteTemplates(app)
        self._proxies = proxies or TrustedProxies()
        self._user = user
        self._tier = tier
        self._key_name = "HTTP_" + api_key_header.upper().replace("-", "_")

    def asked(self, environ: Environ, scopes: frozenset[str]) -> Asked | None:
        """Return what a request asks; ``None`` for the preflight of one."""
        if (
            environ.get("REQUEST_METHOD") == "OPTIONS"
            and "HTTP_ORIGIN" in environ
            and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        ):
            return None
        peer, key = environ.get("REMOTE_ADDR"), environ.get(self._key_name)
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").encode("latin-1", "replace")
        path = plain(environ.get("PATH_INFO", "") or "/")
        return Asked(
            path=path,
            address=self._proxies.client(peer, forwarded) if peer else NOBODY,
            route=self._routes.of(path) if "endpoint" in scopes else "",
            user=None if self._user is None else self._user(environ),
            api_key=_key(key) if key and "api_key" in scopes else None,
            tier=None if self._tier is None else self._tier(environ),
        )


class RateLimitWsgi:
    """Let requests pass as rules say.

    Args:
        app: The application.
        limiter: Decides; the thread of a request waits for shared windows no longer than their time limit.
        reader: Reads who asks for what.
        headers: Which headers answers carry.
    """

    def __init__(
        self,
        app: WsgiApp,
        *,
        limiter: Limiter,
        reader: EnvironReader | None = None,
        headers: HeaderStyle = "both",
    ) -> None:
        self.app = app
        self.limiter = limiter
        self._reader = reader or EnvironReader()
        self._style: HeaderStyle = headers
        self._guard = Guard("ratelimit.wsgi")

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        verdict: Verdict | None = None
        with self._guard:
            asked = self._reader.asked(environ, self.limiter.scopes)
            verdict = None if asked is None else self.limiter.decide(asked)
        if verdict is None or not verdict.charges:
            return self.app(environ, start_response)
        if verdict.is_allowed:
            told = _texts(headers(verdict, self._style))

            def start(status: str, found: list[tuple[str, str]], *more: Any) -> Any:
                return start_response(status, [*found, *told], *more)

            return self.app(environ, start)
        found, content = refusal(verdict, self._style)
        status = HTTPStatus(status_of(verdict))
        start_response(f"{status.value} {status.phrase}", _texts(found))
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [content]


def _key(text: str) -> str:
    return hashed(text[:_LONGEST_KEY].encode("latin-1", "replace"))


def _texts(found: Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1").title(), value.decode("latin-1")) for name, value in found]
