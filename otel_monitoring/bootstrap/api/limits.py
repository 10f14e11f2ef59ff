"""Rate limits of the application, and of our own pages."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from otel_monitoring._version import __version__
from otel_monitoring.context.correlation import hash_user
from otel_monitoring.errors import SettingsError
from otel_monitoring.settings.rate_limits import ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.bootstrap.server import Server
    from otel_monitoring.health.check import Health
    from otel_monitoring.health.registry import HealthRegistry
    from otel_monitoring.instrument.asgi.protocol import ASGIApp, Scope
    from otel_monitoring.ratelimit.limiter import Limiter, Terms
    from otel_monitoring.ratelimit.refusals import Refusals
    from otel_monitoring.ratelimit.rule import Rule
    from otel_monitoring.ratelimit.shared import SharedWindows
    from otel_monitoring.settings.rate_limits import RuleTable

_log = logging.getLogger(__name__)

SCOPE: Final = "otel_monitoring.ratelimit"
CHECK: Final = "rate limits"
"""The name of the check of the shared windows."""

OWN: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "health": ("100/minute", ("/health", "/health/*")),
    "dashboard": ("50/minute", ("/dashboard",)),
    "alerts": ("30/minute", ("/alerts", "/alerts/history", "/alerts/{fingerprint}")),
    "resolve": ("20/minute", ("/alerts/*/resolve", "/alerts/*/acknowledge")),
    "detect": ("10/minute", ("/anomalies/detect",)),
    "recommendations": ("20/minute", ("/recommendations",)),
    "cleanup": ("5/minute", ("/cleanup",)),
}
"""How often each of our own pages may be asked by one caller, and where it lies."""

_TELL_EVERY_S: Final = 1.0
_LOOK_EVERY_S: Final = 5.0


class Limits:
    """The limits of one instance.

    Args:
        builder: What the parts share.
        registry: Hears of shared windows that are away.

    Raises:
        SettingsError: A limit cannot be used.
    """

    def __init__(self, builder: Builder, registry: HealthRegistry) -> None:
        self._builder = builder
        self._limiters: list[Limiter] = []
        self._refusals: Refusals | None = None
        self._limiter: Limiter | None = None
        self._tier: Callable[[Scope], str | None] | None = None
        settings = builder.settings.rate_limits
        _check_own(settings.own)
        if settings.rules:
            self._limiter = self._of_application(registry)
            self._tier = _found(settings.tier) if settings.tier else None
        builder.parts.append(self)

    def around(self, app: ASGIApp, routes: Any) -> ASGIApp:
        """Put the limits of the application around it; ``routes`` is what knows its routes."""
        if self._limiter is None:
            return app
        from otel_monitoring.ratelimit.asgi import RateLimitMiddleware, ScopeReader

        settings = self._builder.settings.rate_limits
        reader = ScopeReader(
            app=routes,
            proxies=self._proxies(),
            tier=self._tier,
            api_key_header=settings.api_key_header,
        )
        return RateLimitMiddleware(app, limiter=self._limiter, reader=reader, headers=settings.headers)

    def own(self, app: ASGIApp) -> ASGIApp:
        """Put the limits of our own pages around them, behind the gate; they hold for this process alone."""
        from otel_monitoring.ratelimit.asgi import RateLimitMiddleware, ScopeReader
        from otel_monitoring.ratelimit.limiter import Limiter
        from otel_monitoring.ratelimit.windows import MovingWindows

        rules = own_rules(self._builder.settings.rate_limits.own)
        if not rules:
            return app
        windows = MovingWindows(clock=self._builder.clock, most_windows=2000)
        limiter = Limiter(rules, windows=windows, on_refused=self._told())
        self._watch(limiter)
        reader = ScopeReader(proxies=self._proxies(), user=_caller)
        return RateLimitMiddleware(app, limiter=limiter, reader=reader)

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        for limiter in self._limiters:
            limiter.after_fork()
        if self._refusals is not None:
            self._refusals.after_fork()

    def _of_application(self, registry: HealthRegistry) -> Limiter:
        from otel_monitoring.ratelimit.errors import RateLimitError
        from otel_monitoring.ratelimit.limiter import Limiter
        from otel_monitoring.ratelimit.windows import MovingWindows

        builder, settings = self._builder, self._builder.settings.rate_limits
        try:
            rules = [_rule(one) for one in settings.rules]
            _check_scopes(builder, rules)
            limiter = Limiter(
                rules,
                windows=MovingWindows(clock=builder.clock, most_windows=settings.most_windows),
                shared=self._shared(),
                terms=self._terms(),
                on_refused=self._told(),
            )
        except RateLimitError as error:
            msg = f"rate_limits: {error}"
            raise SettingsError(msg) from None
        if limiter.shared is not None:
            registry.register(CHECK, lambda: _health(limiter), interval_s=_LOOK_EVERY_S, failures=1)
        self._watch(limiter)
        return limiter

    def _shared(self) -> SharedWindows | None:
        settings = self._builder.settings.rate_limits
        if settings.redis_url is None:
            return None
        from otel_monitoring.ratelimit.redis import RedisWindows
        from otel_monitoring.ratelimit.shared import SharedWindows

        backend = RedisWindows(settings.redis_url.get_secret_value(), timeout_s=settings.redis_timeout_s)
        shared = SharedWindows(backend, clock=self._builder.clock, retry_s=settings.redis_retry_s)
        self._builder.closers.append(shared.close)
        return shared

    def _terms(self) -> Terms:
        from otel_monitoring.ratelimit.asked import Exempt
        from otel_monitoring.ratelimit.limiter import Terms

        builder, settings = self._builder, self._builder.settings.rate_limits
        hashes = [hash_user(user) for user in settings.exempt_users]
        return Terms(
            exempt=Exempt(
                networks=[str(one) for one in settings.exempt_networks],
                paths=settings.exempt_paths,
                users=[one for one in hashes if one is not None],
            ),
            costs=settings.costs,
            away=settings.away,
            workers=settings.workers or _web_concurrency(builder.environ),
            space=str(builder.resource.attributes["service.name"]),
        )

    def _told(self) -> Refusals:
        if self._refusals is None:
            from otel_monitoring.ratelimit.refusals import Refusals

            builder = self._builder
            refusals = Refusals(
                logger=builder.providers.logger.get_logger(SCOPE, __version__), clock=builder.clock
            )
            self._refusals = refusals
            builder.loop.add("rate limits", _TELL_EVERY_S, lambda _now_ms: _tell(refusals))
            builder.closers.append(lambda: refusals.tell(all_of_them=True))
        return self._refusals

    def _watch(self, limiter: Limiter) -> None:
        self._limiters.append(limiter)
        if len(self._limiters) == 1:
            from otel_monitoring.ratelimit.metrics import watch

            watch(self._builder.metrics.observe, lambda: tuple(self._limiters))

    def _proxies(self) -> Any:
        from otel_monitoring.context.proxies import TrustedProxies

        return TrustedProxies([str(network) for network in self._builder.settings.http.trusted_proxies])


def limited(server: Server, builder: Builder, registry: HealthRegistry) -> Limits:
    """Return the limits, those of the application already where its requests come by."""
    limits = Limits(builder, registry)
    server.limit = limits.around
    return limits


def _tell(refusals: Refusals) -> None:
    refusals.tell()


def own_rules(own: Mapping[str, str]) -> list[Rule]:
    """Return the rules of our own pages, with what the settings say in place of ours."""
    from otel_monitoring.ratelimit.rule import make_rule

    said = {name: own.get(name, own.get(ALL, rate)) for name, (rate, _) in OWN.items()}
    return [
        make_rule(rate, by="user", name=f"pages {name}", on=OWN[name][1])
        for name, rate in said.items()
        if rate != "off"
    ]


def _check_own(own: Mapping[str, str]) -> None:
    from otel_monitoring.ratelimit.errors import RateLimitError

    unknown = next((name for name in own if name not in OWN and name != ALL), None)
    if unknown is not None:
        msg = f"rate_limits.own = {unknown!r}: expected names among {', '.join((*OWN, ALL))}"
        raise SettingsError(msg)
    try:
        if own:
            own_rules(own)
    except RateLimitError as error:
        msg = f"rate_limits.own: {error}"
        raise SettingsError(msg) from None


def _rule(one: RuleTable | str) -> Rule:
    from otel_monitoring.ratelimit.rule import make_rule, parse_rule

    if isinstance(one, str):
        return parse_rule(one)
    return make_rule(one.limit, by=one.by, name=one.name, on=one.on, tiers=one.tiers, away=one.away)


def _check_scopes(builder: Builder, rules: list[Rule]) -> None:
    """Say what a rule cannot do as it stands; refuse what would count one user once in every process."""
    settings = builder.settings
    by_user = next((rule.name for rule in rules if "user" in rule.by), None)
    if by_user and settings.rate_limits.redis_url is not None and settings.correlation.user_hash_key is None:
        msg = (
            f"rate_limits.rules: {by_user!r} counts users on a Redis, which needs correlation.user_hash_key: "
            "without one each process has its own hash of a user"
        )
        raise SettingsError(msg)
    jwt = settings.jwt
    if by_user and not (jwt.key or jwt.key_file or jwt.jwks_url):
        _log.warning(
            "rate limit %r: no token is read (jwt.key, jwt.key_file, jwt.jwks_url), so that "
            "users are known by their addresses alone",
            by_user,
        )
    by_key = next((rule.name for rule in rules if "api_key" in rule.by and "ip" not in rule.by), None)
    if by_key and not any("ip" in rule.by or rule.is_global for rule in rules):
        _log.warning(
            "rate limit %r: a key that nobody has checked yet is a name that anyone may make up; "
            "a rule by ip beside it bounds those who do",
            by_key,
        )


def _found(place: str) -> Callable[[Scope], str | None]:
    """Return the function that a text such as ``shop.tiers:tier_of`` names."""
    module, _, name = place.partition(":")
    try:
        function = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        msg = f"rate_limits.tier = {place!r}: expected a function that can be imported ({error})"
        raise SettingsError(msg) from None
    if not callable(function):
        msg = f"rate_limits.tier = {place!r}: expected a function, found {type(function).__name__}"
        raise SettingsError(msg)
    return function  # type: ignore[no-any-return]  # what it returns is seen when it is used


def _web_concurrency(environ: Mapping[str, str]) -> int:
    text = environ.get("WEB_CONCURRENCY", "").strip()
    return max(1, int(text)) if text.isdecimal() and len(text) < len("10000") else 1


def _caller(scope: Scope) -> str | None:
    from otel_monitoring.api.access.caller import caller_of

    found = caller_of(scope)
    return None if found is None else found.name


def _health(limiter: Limiter) -> Health:
    from otel_monitoring.health.check import Health

    shared = limiter.shared
    if shared is None or not shared.state.is_away:
        return Health()
    return Health(
        "degraded",
        f"The Redis of the limits does not answer ({shared.state.reason}).",
        "Until it does, each rule holds as it says for when it is away; look at the server and at "
        "rate_limits.redis_url.",
    )
