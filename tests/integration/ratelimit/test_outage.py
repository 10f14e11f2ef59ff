"""A Redis that goes and comes back under load: as each rule says, and never an error of the application."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.integration.ratelimit.conftest import WORKERS
from tests.integration.ratelimit.load import Answered, load
from tests.integration.servers import eventually

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from tests.integration.ratelimit.conftest import OwnRedis, Serve

RULES = (
    "open: 8/hour by ip on /open away open; closed: 8/hour by ip on /closed away closed; "
    "local: 8/hour by ip on /local away local; plenty: 90000/hour by ip on /plenty away closed"
)
PATHS = ("/open", "/closed", "/local", "/plenty")
CLIENT = "203.0.113.9"

pytestmark = pytest.mark.timeout(240)


class Loaded:
    """Load that goes on in a thread until the block ends."""

    def __init__(self, port: int) -> None:
        self.found: list[Answered] = []
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(port,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join(60)

    def _run(self, port: int) -> None:
        requests = ((CLIENT, path) for path in itertools.cycle(PATHS))
        self.found = load(port, requests, goes_on=lambda: not self._ends.is_set())


@pytest.mark.parametrize("harm", ["kill", "hang"])
def test_every_rule_holds_as_it_says(serve: Serve, own_redis: OwnRedis, harm: str) -> None:
    """Open passes, closed refuses with 503, local has its share; and all is as before when it is back."""
    port = serve(RULES, timeout_s=0.25)
    ask = _asker(port)
    eventually(lambda: ask("/open") == {429}, what="the limit")

    with Loaded(port) as loaded:
        own_redis.kill() if harm == "kill" else own_redis.hang()
        eventually(lambda: ask("/closed") == {503}, what="the closed rule")
        eventually(lambda: ask("/open") == {200}, what="the open rule")
        eventually(lambda: ask("/local") == {429}, what="the share of each process")
        own_redis.start() if harm == "kill" else own_redis.go_on()
        eventually(lambda: ask("/plenty") == {200}, what="the Redis to be found again")
        eventually(lambda: ask("/open") == {429}, what="the limit that holds again")

    statuses = {path: {one.status for one in loaded.found if one.path == path} for path in PATHS}
    assert statuses["/open"] <= {200, 429}
    assert statuses["/closed"] <= {200, 429, 503}
    assert statuses["/local"] <= {200, 429}
    assert statuses["/plenty"] == {200, 503}


def test_the_share_of_each_process_is_a_part_of_the_limit(serve: Serve, own_redis: OwnRedis) -> None:
    """Eight among four processes are two for each: no more than eight pass together."""
    port = serve(RULES, timeout_s=0.25)
    own_redis.kill()

    found = load(port, itertools.repeat((CLIENT, "/local"), 400), goes_on=lambda: True)

    passed = Counter(one.status for one in found)
    assert set(passed) == {200, 429}
    assert 2 <= passed[200] <= 2 * WORKERS


def _asker(port: int) -> Callable[[str], set[int]]:
    """Return what asks each process, most likely: several times, over new connections."""

    def ask(path: str) -> set[int]:
        headers = {"x-forwarded-for": CLIENT}
        return {
            httpx.get(f"http://127.0.0.1:{port}{path}", headers=headers, timeout=60).status_code
            for _ in range(WORKERS * 3)
        }

    return ask
