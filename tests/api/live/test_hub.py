"""Who is told what changes."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.live.hub import TOPICS, Hub, TooManyError
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from otel_monitoring.api.live.hub import Stream


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


def hub(**options: Any) -> Hub:
    return Hub(**{"clock": FakeClock(0), "most": 4, **options})


def events(text: bytes) -> list[dict[str, Any]]:
    """Return the events in a text as a browser reads them."""
    found = []
    for block in text.decode().split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in re.split("\r\n|\n|\r", block) if line and not line.startswith(":")
        )
        if "data" in fields:
            found.append({**fields, "data": json.loads(fields["data"])})
    return found


async def heard(stream: Stream) -> bytes:
    """Return what a stream has to send once everything that was offered has arrived."""
    await asyncio.sleep(0)
    return await stream.take()


def test_a_stream_hears_what_it_asked_for() -> None:
    async def test() -> None:
        told = hub()
        stream = told.join(["alerts"])
        told.publish("alerts", {"state": "firing"})
        told.publish("metrics", {"at": 1})

        (event,) = events(await heard(stream))

        assert (event["event"], event["data"]) == ("alerts", {"state": "firing"})

    run(test)


def test_a_stream_begins_with_where_it_is_and_when_to_come_back() -> None:
    async def test() -> None:
        first = (await hub().join(TOPICS).take()).decode()

        assert first.startswith("retry: 2000\nid: ")
        assert first.endswith(".0\n\n")

    run(test)


def test_who_comes_back_hears_what_was_missed() -> None:
    async def test() -> None:
        told = hub()
        told.publish("alerts", 1)
        seen = events(await _all(told))
        told.publish("alerts", 2)
        told.publish("health", 3)
        told.publish("alerts", 4)

        again = told.join(["alerts"], last_id=seen[-1]["id"])

        assert [one["data"] for one in events(await again.take())] == [2, 4]

    async def _all(told: Hub) -> bytes:
        return await told.join(TOPICS, last_id=(await _name(told)) + ".0").take()

    async def _name(told: Hub) -> str:
        return (await told.join(TOPICS).take()).decode().split("id: ")[1].split(".")[0]

    run(test)


@pytest.mark.parametrize("last_id", ["x", "x.1", "{}.99", "{}.-1", "{}.²", "{}.", "{}.1"])
def test_who_comes_back_too_late_or_from_elsewhere_is_told_to_start_over(last_id: str) -> None:
    """Of three events two are kept: who saw the first hears the rest, who saw none does not know enough."""

    async def test() -> None:
        told = hub(kept=1)
        for number in range(3):
            told.publish("alerts", number)
        name = (await told.join(TOPICS).take()).decode().split("id: ")[1].split(".")[0]

        stream = told.join(TOPICS, last_id=last_id.format(name))

        assert [one["data"] for one in events(await stream.take())] == [{"reason": "unknown"}]

    run(test)


def test_who_does_not_read_is_cut_and_told_so() -> None:
    async def test() -> None:
        told = hub()
        stream = told.join(TOPICS)
        for number in range(5000):
            told.publish("metrics", number)
        told.publish("metrics", 1)

        (event,) = events(await heard(stream))

        assert (event["event"], event["data"], stream.is_ended) == ("reset", {"reason": "slow"}, True)
        assert events(await stream.take()) == []

    run(test)


def test_a_slow_stream_holds_up_no_other() -> None:
    async def test() -> None:
        told = hub()
        told.join(TOPICS)
        quick = told.join(TOPICS)
        got = 0
        for number in range(1000):
            told.publish("metrics", number)
            got += len(events(await heard(quick)))

        assert got == 1000

    run(test)


def test_no_more_streams_are_open_than_may_be() -> None:
    async def test() -> None:
        told = hub(most=2)
        first = told.join(TOPICS)
        told.join(TOPICS)
        with pytest.raises(TooManyError):
            told.join(TOPICS)

        told.leave(first)

        assert told.join(TOPICS) is not None
        assert told.stats()["streams"] == 2

    run(test)


def test_streams_get_signs_of_life_and_end_after_a_quarter_of_an_hour() -> None:
    async def test() -> None:
        clock = FakeClock(0)
        told = hub(clock=clock)
        stream = told.join(TOPICS)
        await stream.take()

        told.step()
        told.step()
        assert await heard(stream) == b": still here\n\n"
        clock.advance(15)
        told.step()
        assert await heard(stream) == b": still here\n\n"
        clock.advance(885)
        told.step()
        await heard(stream)
        assert stream.is_ended

    run(test)


def test_streams_end_with_the_server() -> None:
    async def test() -> None:
        is_ending = False
        told = hub(is_ending=lambda: is_ending)
        stream = told.join(TOPICS)
        told.step()
        assert not stream.is_ended

        is_ending = True
        told.step()
        await heard(stream)

        assert stream.is_ended

    run(test)


def test_after_the_end_nobody_is_let_in_until_it_starts_again() -> None:
    async def test() -> None:
        told = hub()
        stream = told.join(TOPICS)
        told.stop(1)
        await heard(stream)
        assert stream.is_ended
        with pytest.raises(TooManyError):
            told.join(TOPICS)

        told.start()

        assert told.join(TOPICS) is not None

    run(test)


def test_events_come_from_any_thread_in_order() -> None:
    async def test() -> None:
        told = hub()
        stream = told.join(TOPICS)

        def publish() -> None:
            for number in range(200):
                told.publish("metrics", number)

        thread = threading.Thread(target=publish)
        thread.start()
        got: list[int] = []
        while len(got) < 200:
            got += [one["data"] for one in events(await stream.take())]
        thread.join()

        assert got == list(range(200))

    run(test)


def test_a_stream_whose_loop_is_gone_is_forgotten() -> None:
    told = hub(most=1)

    async def leave_open() -> None:
        told.join(TOPICS)

    asyncio.run(leave_open())
    told.publish("alerts", 1)

    async def come() -> None:
        assert told.join(TOPICS) is not None

    asyncio.run(come())


def test_nobody_wants_events_before_the_first_and_long_after_the_last() -> None:
    async def test() -> None:
        clock = FakeClock(0)
        told = hub(clock=clock)
        wanted = [told.is_wanted]
        stream = told.join(TOPICS)
        wanted.append(told.is_wanted)
        told.leave(stream)
        wanted.append(told.is_wanted)
        clock.advance(301)

        assert [*wanted, told.is_wanted] == [False, True, True, False]

    run(test)


def test_a_child_process_has_no_streams_and_another_name() -> None:
    async def test() -> None:
        told = hub()
        before = await told.join(TOPICS).take()
        told.after_fork()

        assert told.stats() == {"streams": 0, "events": 0}
        assert await told.join(TOPICS).take() != before

    run(test)


def test_no_text_can_pretend_to_be_another_event() -> None:
    async def test() -> None:
        told = hub()
        stream = told.join(TOPICS)
        told.publish("alerts", {"rule": "x\n\nevent: reset\ndata: {}\r\n\r\n\u2028", "value": float("nan")})

        (event,) = events(await heard(stream))

        assert event["data"]["value"] is None

    run(test)
