"""Windows on a real Redis."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

import pytest
import redis

from otel_monitoring.ratelimit.charge import Charge, Taken
from otel_monitoring.ratelimit.errors import RateLimitError
from otel_monitoring.ratelimit.rate import Rate
from otel_monitoring.ratelimit.redis import RedisWindows
from otel_monitoring.ratelimit.rule import Rule
from tests.integration.servers import addresses, free_ports, listening

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def url() -> str:
    found = addresses("redis")["url"]
    listening("redis", found)
    return found


@pytest.fixture
def key(url: str) -> Iterator[str]:
    """Return the beginning of names that nobody else has."""
    space = f"test:{uuid.uuid4().hex}:"
    yield space
    with redis.Redis.from_url(url) as client:
        for name in client.scan_iter(f"{space}*"):
            client.delete(name)


@pytest.fixture
def windows(url: str) -> Iterator[RedisWindows]:
    found = RedisWindows(url)
    yield found
    found.close()


def run(windows: RedisWindows, *charges: Charge) -> Taken:
    """Take from an event loop of its own."""

    async def take() -> Taken:
        try:
            return await windows.take_async(charges)
        finally:
            await windows.close_async()

    return asyncio.run(take())


def charge(key: str, limit: int, *, window_s: int = 3600, cost: int = 1) -> Charge:
    """Return a charge on a window."""
    rate = Rate(limit, window_s)
    return Charge(Rule((rate,)), rate, key, cost)


def age(url: str, key: str, *, by_s: float, count: int) -> None:
    """Let the oldest units of a window be older than they are, in place of waiting."""
    with redis.Redis.from_url(url) as client:
        for at in range(1, count + 1):
            client.lset(key, -at, str(int(client.lindex(key, -at) or 0) - round(by_s * 1e6)))


@pytest.mark.parametrize("is_async", [True, False])
def test_takes_up_to_the_limit_and_says_what_is_left(windows: RedisWindows, key: str, is_async: bool) -> None:
    """From an event loop and from a thread alike."""

    def take() -> Taken:
        charges = [charge(key, 2)]
        return run(windows, *charges) if is_async else windows.take(charges)

    first, second, third = take(), take(), take()

    assert (first.refused, first.used, first.retry_s) == (-1, [1], 0.0)
    assert (second.refused, second.used) == (-1, [2])
    assert (third.refused, third.used) == (0, [2])
    assert 3500 < third.retry_s == third.reset_s[0] <= 3600


def test_takes_all_or_nothing(windows: RedisWindows, key: str) -> None:
    """What one window refuses is not taken from another."""
    narrow, wide = charge(f"{key}narrow", 1), charge(f"{key}wide", 5)
    windows.take([narrow])

    refused = windows.take([wide, narrow])

    assert (refused.refused, refused.used) == (1, [0, 1])
    assert windows.take([wide]).used == [1]


@pytest.mark.parametrize("left", range(6))
def test_what_has_left_the_window_makes_room(windows: RedisWindows, url: str, key: str, left: int) -> None:
    """Whether nothing, some or all of it: as many fit as have left."""
    windows.take([charge(key, 5, cost=5)])
    age(url, key, by_s=3600, count=left)

    taken = [windows.take([charge(key, 5)]).refused for _ in range(6)]

    assert taken.count(-1) == left


def test_a_costly_request_waits_for_as_many_units_as_it_needs(
    windows: RedisWindows, url: str, key: str
) -> None:
    """Of four units, two are older by 1,000 s; three units need one of the younger ones to leave."""
    windows.take([charge(key, 4, cost=4)])
    age(url, key, by_s=1000, count=2)

    assert 2500 < windows.take([charge(key, 4, cost=2)]).retry_s <= 2600
    assert 3500 < windows.take([charge(key, 4, cost=3)]).retry_s <= 3600


def test_windows_go_by_themselves(windows: RedisWindows, url: str, key: str) -> None:
    """What nobody asks for any more takes no memory."""
    windows.take([charge(key, 5, window_s=60)])

    with redis.Redis.from_url(url) as client:
        assert 0 < int(client.pttl(key)) <= 60_000


@pytest.mark.parametrize("is_async", [True, False])
def test_a_server_that_forgot_the_script_is_sent_it(windows: RedisWindows, key: str, is_async: bool) -> None:
    """As after a restart."""
    windows._sha = b"0" * 40
    charges = [charge(key, 2)]

    taken = run(windows, *charges) if is_async else windows.take(charges)

    assert taken.used == [1]


def test_each_event_loop_has_its_own_connections(windows: RedisWindows, key: str) -> None:
    """One process may run several, one after the other."""
    used = [run(windows, charge(key, 9)).used for _ in range(3)]

    assert used == [[1], [2], [3]]


def test_many_at_once_share_a_few_connections(url: str, key: str) -> None:
    """Who comes later waits for one, and nobody is lost."""
    windows = RedisWindows(url, timeout_s=20, most_connections=3)

    async def take_all() -> list[Taken]:
        taken = await asyncio.gather(*(windows.take_async([charge(key, 40)]) for _ in range(100)))
        await windows.close_async()
        return taken

    assert [one.refused for one in asyncio.run(take_all())].count(-1) == 40


@pytest.mark.parametrize("is_async", [True, False])
def test_a_server_that_is_not_there_is_an_error(key: str, is_async: bool) -> None:
    """Which the shared windows make of it what rules say."""
    [port] = free_ports(1)
    windows = RedisWindows(f"redis://127.0.0.1:{port}")
    charges = [charge(key, 2)]

    with pytest.raises((redis.RedisError, OSError)):
        run(windows, *charges) if is_async else windows.take(charges)


def test_a_wrong_password_is_an_error_that_does_not_hold_it(url: str) -> None:
    """The message of the client names no secret."""
    windows = RedisWindows(url.replace("default:", "default:wrong-", 1))

    with pytest.raises(redis.RedisError) as refused:
        windows.ping()

    assert "wrong-" not in str(refused.value)


@pytest.mark.parametrize("given", ["http://cache", "cache:6379", "redis+cluster://cache"])
def test_a_url_of_another_kind_is_refused(given: str) -> None:
    """By its scheme alone: the rest may hold a password."""
    with pytest.raises(RateLimitError, match="expected one of redis, rediss"):
        RedisWindows(given)
