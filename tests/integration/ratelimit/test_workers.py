"""Four workers on one Redis let exactly so many pass as the rule says."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.integration.ratelimit.load import Answered, load

if TYPE_CHECKING:
    from tests.integration.ratelimit.conftest import Serve

CLIENTS = [f"203.0.113.{number}" for number in range(1, 6)]
REQUESTS = 10_000

pytestmark = pytest.mark.timeout(240)


def test_each_client_gets_what_the_rule_says_and_not_one_more(serve: Serve) -> None:
    """10,000 requests of five clients within one window: five times the limit pass."""
    port = serve("300/hour by ip")

    found = load(port, _requests(REQUESTS), goes_on=lambda: True)

    assert len(found) == REQUESTS
    assert Counter((one.client, one.status) for one in found if one.status == 200) == dict.fromkeys(
        ((client, 200) for client in CLIENTS), 300
    )
    assert {one.status for one in found} == {200, 429}


def test_a_moving_window_is_full_and_never_fuller(serve: Serve) -> None:
    """No span of the window's length holds more than the limit, and nobody is refused while there is room."""
    port, limit, window_s = serve("100 per 2 seconds by global"), 100, 2.0

    found = load(port, _requests(REQUESTS), goes_on=lambda: True)

    passed = [one for one in found if one.status == 200]
    refused = [one for one in found if one.status == 429]
    sent_s, answered_s = sorted(one.sent_s for one in passed), sorted(one.answered_s for one in passed)
    assert len(passed) + len(refused) == REQUESTS
    assert max(_inside(passed, one.sent_s, window_s) for one in passed) <= limit
    assert limit <= 1 + min(
        bisect_left(sent_s, one.answered_s) - bisect_right(answered_s, one.sent_s - window_s)
        for one in refused
    )


def _requests(count: int) -> itertools.islice[tuple[str, str]]:
    return itertools.islice(((client, "/") for client in itertools.cycle(CLIENTS)), count)


def _inside(passed: list[Answered], since_s: float, window_s: float) -> int:
    """Return how many were surely decided on within a span: sent and answered in it."""
    return sum(since_s <= one.sent_s and one.answered_s < since_s + window_s for one in passed)
