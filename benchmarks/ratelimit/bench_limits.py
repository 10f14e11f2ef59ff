"""A decision beside slowapi's in memory, and beside a bare round trip with a Redis; in the same run, in turn.

In memory the whole way through an application is taken, less the same way without limits, with headers
about what is left on both sides. slowapi counts in fixed windows here, as it does unless it is told
otherwise, which is the cheaper way; ours move.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from slowapi import Limiter as SlowLimiter
from slowapi.middleware import SlowAPIASGIMiddleware
from slowapi.util import get_remote_address
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.ratelimit.asgi import RateLimitMiddleware
from otel_monitoring.ratelimit.asked import Asked
from otel_monitoring.ratelimit.limiter import Limiter, Terms
from otel_monitoring.ratelimit.redis import RedisWindows
from otel_monitoring.ratelimit.rule import parse_rule
from otel_monitoring.ratelimit.shared import SharedWindows
from otel_monitoring.ratelimit.windows import MovingWindows
from tests.integration.servers import addresses, listening

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

REQUESTS, ROUNDS = 200, 30
HALF_OF_SLOWAPI = 0.5
RULE = "90000/hour by ip"
SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/orders",
    "query_string": b"",
    "headers": [(b"host", b"shop.example"), (b"user-agent", b"bench")],
    "client": ("192.0.2.1", 50_000),
    "server": ("127.0.0.1", 8000),
    "scheme": "http",
    "http_version": "1.1",
    "root_path": "",
}


def test_a_decision_in_memory_costs_at_most_half_of_slowapis() -> None:
    """Budget: 0.5 of slowapi's, which stands in the same application."""
    ways = {"bare": _application(), "ours": _ours(_application()), "slowapi": _slowapi()}

    cost_us = asyncio.run(_in_turn({name: _asking(app) for name, app in ways.items()}))

    ours_us, theirs_us = cost_us["ours"] - cost_us["bare"], cost_us["slowapi"] - cost_us["bare"]
    print(f"\nin memory: ours {ours_us:.1f} us, slowapi {theirs_us:.1f} us, {ours_us / theirs_us:.2f} of it")
    assert ours_us <= HALF_OF_SLOWAPI * theirs_us


@pytest.mark.parametrize(("rules", "budget"), [(1, 1.2), (3, 1.5)])
def test_a_decision_with_redis_costs_a_round_trip(rules: int, budget: float) -> None:
    """Budget: 1.2 of a ``PING`` by the same client library, and 1.5 for three rules."""
    url = addresses("redis")["url"]
    listening("redis", url)

    cost_us = asyncio.run(_with_redis(url, rules))

    decision_us, ping_us = cost_us["decision"], cost_us["ping"]
    ratio = decision_us / ping_us
    print(f"\nwith Redis, rules: {rules}, {decision_us:.1f} us, a ping {ping_us:.1f} us, {ratio:.2f} of it")
    assert ratio <= budget


async def _with_redis(url: str, rules: int) -> dict[str, float]:
    import redis.asyncio

    clock, backend = SystemClock(), RedisWindows(url, timeout_s=10)
    shared = SharedWindows(backend, clock=clock)
    limiter = Limiter(
        [parse_rule(f"{number}: {RULE}") for number in range(rules)],
        windows=MovingWindows(clock=clock),
        shared=shared,
        terms=Terms(space=uuid.uuid4().hex),
    )
    asked = Asked("/orders", "192.0.2.1")

    async def decide() -> None:
        verdict = await limiter.decide_async(asked)
        assert verdict.taken is not None

    async with redis.asyncio.Redis.from_url(url) as client:
        found = await _in_turn({"ping": client.ping, "decision": decide})
        verdict = await limiter.decide_async(asked)
        await client.delete(*(charge.key for charge in verdict.charges))
    assert not shared.state.is_away
    await backend.close_async()
    return found


async def _in_turn(ways: dict[str, Callable[[], Awaitable[Any]]]) -> dict[str, float]:
    """Return the median of what each way costs in microseconds."""
    costs_us: dict[str, list[float]] = {name: [] for name in ways}
    for ask in ways.values():
        await ask()
    gc.collect()
    gc.disable()
    try:
        for _ in range(ROUNDS):
            for name, ask in ways.items():
                for _ in range(REQUESTS):
                    begun_ns = time.perf_counter_ns()
                    await ask()
                    costs_us[name].append((time.perf_counter_ns() - begun_ns) / 1000)
    finally:
        gc.enable()
    return {name: statistics.median(each) for name, each in costs_us.items()}


def _application() -> Starlette:
    async def orders(_request: Any) -> PlainTextResponse:
        return PlainTextResponse("[]")

    return Starlette(routes=[Route("/orders", orders)])


def _ours(app: Any) -> RateLimitMiddleware:
    limiter = Limiter([parse_rule(RULE)], windows=MovingWindows(clock=SystemClock()))
    return RateLimitMiddleware(app, limiter=limiter)


def _slowapi() -> Starlette:
    app = _application()
    app.state.limiter = SlowLimiter(
        key_func=get_remote_address, default_limits=["90000/hour"], headers_enabled=True
    )
    app.add_middleware(SlowAPIASGIMiddleware)
    return app


def _asking(app: Any) -> Callable[[], Awaitable[None]]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200

    async def ask() -> None:
        await app(dict(SCOPE), receive, send)

    return ask
