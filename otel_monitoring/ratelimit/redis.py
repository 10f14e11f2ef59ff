"""Windows that move with time, on a Redis that several processes share.

Connections come from ``limits`` (one server, TLS, a socket, Sentinel). What is asked is a script of our own:
``limits`` needs a round trip for each rule and another one for what is left, and goes by the clocks of those
who ask. Event loops talk to a connection directly, since a client's own time limits start a task each, and
its instrumentation would put a span of ours into every trace of the application.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring.errors import MissingExtraError
from otel_monitoring.ratelimit.charge import Taken
from otel_monitoring.ratelimit.errors import RateLimitError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Sequence

    from otel_monitoring.ratelimit.charge import Charge

SCHEMES: Final = ("redis", "rediss", "redis+unix", "redis+sentinel")
_US_PER_S: Final = 1_000_000
_FIRST: Final = 2


class RedisWindows:
    """Ask the script, from an event loop or from a thread; every method may raise what the client raises.

    Args:
        url: Where the Redis is, such as ``redis://:password@host:6379/0``.
        timeout_s: How long a connection, and an answer, may take.
        most_connections: The most connections of this process; who comes later waits for one.

    Raises:
        RateLimitError: The scheme of the URL is not known.
        MissingExtraError: ``limits`` or ``redis`` is not installed.
    """

    def __init__(self, url: str, *, timeout_s: float = 0.25, most_connections: int = 64) -> None:
        scheme = url.partition("://")[0]
        if scheme not in SCHEMES:
            msg = f"rate limits: URL of scheme {scheme!r}, expected one of {', '.join(SCHEMES)}"
            raise RateLimitError(msg)
        _require()
        from redis.exceptions import NoScriptError

        self._no_script = NoScriptError
        self._url = url
        self._timeout_s = timeout_s
        self._most = most_connections
        self._script = Path(__file__).with_name("take.lua").read_bytes()
        self._sha = hashlib.sha1(self._script, usedforsecurity=False).hexdigest().encode()
        self._sync: Any = None
        self._loop: AbstractEventLoop | None = None
        self._pool: Any = None
        self._turns = asyncio.Semaphore(most_connections)

    async def take_async(self, charges: Sequence[Charge]) -> Taken:
        """Take all charges or none, in one round trip."""
        pool = self._pool_of_loop()
        async with asyncio.timeout(self._timeout_s), self._turns:
            connection = await pool.get_connection()
            try:
                return _taken(await self._answer(connection, charges))
            finally:
                await pool.release(connection)

    def take(self, charges: Sequence[Charge]) -> Taken:
        """Take all charges or none, in one round trip."""
        client, arguments = self._client(), _arguments(charges)
        with suppress_instrumentation():
            try:
                return _taken(client.evalsha(self._sha, len(charges), *arguments))
            except self._no_script:
                return _taken(client.eval(self._script, len(charges), *arguments))

    def ping(self) -> None:
        """Ask whether the script can be run; raises where not."""
        with suppress_instrumentation():
            self._client().script_load(self._script)

    def forget_connections(self) -> None:
        """Begin with new connections: after a fork, and where the old ones led nowhere."""
        old, loop = self._pool, self._loop
        self._sync = self._pool = self._loop = None
        if old is not None and loop is not None and loop.is_running():
            loop.call_soon_threadsafe(_close, old, loop)

    async def close_async(self) -> None:
        """Close the connections of the running event loop."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.disconnect()

    def close(self) -> None:
        """Close all connections; those of an event loop as soon as it comes to that."""
        client = self._sync
        self.forget_connections()
        if client is not None:
            client.close()

    def after_fork(self) -> None:
        """Leave the connections of the parent to the parent."""
        self._sync = self._pool = self._loop = None

    async def _answer(self, connection: Any, charges: Sequence[Charge]) -> bytes:
        """Return the answer of the script, which is sent where the server has forgotten it."""
        arguments = (b"%d" % len(charges), *_arguments(charges))
        await connection.send_packed_command((_packed(b"EVALSHA", self._sha, *arguments),))
        try:
            answer: bytes = await connection.read_response()
        except self._no_script:
            await connection.send_packed_command((_packed(b"EVAL", self._script, *arguments),))
            answer = await connection.read_response()
        return answer

    def _client(self) -> Any:
        if self._sync is None:
            from limits.storage import storage_from_string

            storage: Any = storage_from_string(self._url, **self._options(self._timeout_s))
            self._sync = storage.get_connection()
        return self._sync

    def _pool_of_loop(self) -> Any:
        """Return the connections of the running event loop: they belong to the loop that opened them."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop or self._pool is None:
            from limits.storage import storage_from_string

            # One time limit is around it all, so that none of the client's own is needed.
            options = self._options(None)
            storage: Any = storage_from_string(f"async+{self._url}", implementation="redispy", **options)
            self._pool, self._loop = storage.bridge.get_connection().connection_pool, loop
            self._turns = asyncio.Semaphore(self._most)
        return self._pool

    def _options(self, timeout_s: float | None) -> dict[str, Any]:
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        times = {"socket_timeout": timeout_s, "socket_connect_timeout": self._timeout_s}
        if self._url.startswith("redis+sentinel"):
            return {**times, "sentinel_kwargs": times}
        return {**times, "retry": Retry(NoBackoff(), 0)}


def _arguments(charges: Sequence[Charge]) -> list[bytes]:
    keys = [charge.key.encode() for charge in charges]
    for charge in charges:
        rate = charge.rate
        keys += (b"%d" % rate.limit, b"%d" % (rate.window_s * _US_PER_S), b"%d" % charge.cost)
    return keys


def _packed(*parts: bytes) -> bytes:
    """Return a command as the protocol writes it."""
    return b"*%d\r\n" % len(parts) + b"".join([b"$%d\r\n%b\r\n" % (len(part), part) for part in parts])


def _taken(answer: bytes) -> Taken:
    numbers = [float(part) for part in answer.split()]
    return Taken(
        refused=int(numbers[0]) - 1,
        retry_s=numbers[1] / _US_PER_S,
        used=[int(one) for one in numbers[_FIRST::2]],
        reset_s=[one / _US_PER_S for one in numbers[_FIRST + 1 :: 2]],
    )


def _close(pool: Any, loop: AbstractEventLoop) -> None:
    """Close connections in their loop; what becomes of that is nobody's concern any more."""
    task = loop.create_task(pool.disconnect(inuse_connections=False))
    task.add_done_callback(lambda done: done.cancelled() or done.exception())


def _require() -> None:
    for package in ("limits", "redis"):
        try:
            __import__(package)
        except ImportError:
            needed_for = "rate limits that several processes share"
            extra = "ratelimit" if package == "limits" else "redis"
            raise MissingExtraError(package, extra=extra, needed_for=needed_for) from None
