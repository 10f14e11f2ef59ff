"""Whether Redis answers a ping, by the client of the application or by a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import SettingsError
from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, Asking
from otel_monitoring.health.checks.optional import require
from otel_monitoring.health.checks.place import secrets_of, shown, split

if TYPE_CHECKING:
    from otel_monitoring.health.check import Health
    from otel_monitoring.model.deadline import Deadline

_SCHEMES = frozenset({"redis", "rediss", "unix"})
_ADVICE = "Look whether the server runs, takes connections from here, and knows this user and password."
_TAKEN_OVER = frozenset({"host", "port", "db", "username", "password", "credential_provider", "protocol"})


class RedisCheck:
    """Send a ping over a connection of its own, which is kept while it works.

    A client that is handed in only tells where and how to connect: its pool is left to the application, and
    its event loop, where it has one, too. A client of a cluster or behind Sentinel is asked itself.

    Args:
        target: ``redis://…``, ``rediss://…``, ``unix://…``, or a client of ``redis`` or ``redis.asyncio``.
        timeout_s: The longest time.
        slow_s: An answer that took longer is degraded.

    Raises:
        SettingsError: The target is none of these, or a time is not above 0.
        MissingExtraError: The package ``redis`` is not installed.
    """

    def __init__(self, target: Any, *, timeout_s: float = TIMEOUT_S, slow_s: float = SLOW_S) -> None:
        require("redis", extra="redis", needed_for="checking Redis")
        self._timeout_s = timeout_s
        what, secrets = self._take(target)
        self._asking = Asking(
            f"Redis at {what}", advice=_ADVICE, timeout_s=timeout_s, slow_s=slow_s, secrets=secrets
        )

    def __call__(self) -> Health:
        """Return how it is."""
        from redis.exceptions import RedisError

        return self._asking.verdict(self._ask, (OSError, RedisError))

    def _ask(self, _: Deadline) -> None:
        try:
            self._client.ping()
        except BaseException:
            if self._is_own:
                self._client.connection_pool.disconnect()
            raise

    def _take(self, target: Any) -> tuple[str, tuple[str, ...]]:
        """Make a client, and return what messages call it and what they do not show."""
        import redis

        self._is_own = True
        if isinstance(target, str):
            if split(target).scheme not in _SCHEMES:
                msg = f"scheme is {split(target).scheme!r}: expected one of {', '.join(sorted(_SCHEMES))}"
                raise SettingsError(msg)
            self._client: Any = _from_url(target, self._limits())
            return shown(target).partition("://")[2] or "its socket", secrets_of(target)
        pool = getattr(target, "connection_pool", None)
        if pool is not None and type(pool).__name__ in {"ConnectionPool", "BlockingConnectionPool"}:
            told = pool.connection_kwargs
            self._client = redis.Redis(**_of_client(pool), **self._limits())
            return _where(told), (str(told.get("password") or ""),)
        if not isinstance(target, redis.Redis | redis.RedisCluster):
            msg = f"target is a {type(target).__name__}: expected a URL or a client of redis or redis.asyncio"
            raise SettingsError(msg)
        self._client, self._is_own = target, False
        return "a cluster or behind Sentinel", ()

    def _limits(self) -> dict[str, Any]:
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        limit_s = self._timeout_s / 2  # connecting and asking each
        return {
            "socket_connect_timeout": limit_s,
            "socket_timeout": limit_s,
            "retry": Retry(NoBackoff(), 0),
            "max_connections": 1,
        }


def _from_url(url: str, limits: dict[str, Any]) -> Any:
    import redis

    try:
        return redis.Redis.from_url(url, **limits)
    except ValueError as error:
        msg = f"{shown(url)}: {type(error).__name__}: expected a URL as redis takes it"
        raise SettingsError(msg) from None


def _of_client(pool: Any) -> dict[str, Any]:
    """Return where and how a client connects, as arguments of another."""
    told = pool.connection_kwargs
    taken = {name: value for name, value in told.items() if name in _TAKEN_OVER or name.startswith("ssl_")}
    if "path" in told:
        taken["unix_socket_path"] = told["path"]
    if pool.connection_class.__name__ == "SSLConnection":
        taken["ssl"] = True
    return taken


def _where(told: dict[str, Any]) -> str:
    return str(told["path"]) if "path" in told else f"{told.get('host')}:{told.get('port')}"
