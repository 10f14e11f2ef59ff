"""Functions of the user's as channels."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest
from opentelemetry.instrumentation.utils import is_instrumentation_enabled, suppress_instrumentation

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.function import FunctionChannel
from otel_monitoring.notify.channels.table import ChannelOptions, channel_from_url
from otel_monitoring.notify.message import message_of
from tests.notify.channels.making import CLOCK, make

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice
    from otel_monitoring.notify.message import Message


def test_calls_a_function_with_the_message(notice: Notice) -> None:
    taken: list[Message] = []
    options = ChannelOptions(clock=CLOCK, functions={"page": taken.append})

    channel_from_url("callable://page", options).send(message_of(notice))

    assert taken == [message_of(notice)]


def test_runs_an_async_function_to_its_end(notice: Notice) -> None:
    taken: list[str] = []

    async def page(message: Message) -> None:
        taken.append(message.receiver)

    FunctionChannel("page", page).send(message_of(notice))

    assert taken == ["ops"]


def test_a_function_that_hangs_is_left_and_not_called_again_meanwhile(notice: Notice) -> None:
    release, entered, calls = threading.Event(), threading.Event(), list[str]()

    def hang(message: Message) -> None:
        calls.append(message.key)
        entered.set()
        release.wait(30)

    channel = FunctionChannel("hang", hang, timeout_s=0.01)

    with pytest.raises(NotifyError, match=r"function hang took longer than 0\.01 s") as first:
        channel.send(message_of(notice))
    assert entered.wait(30)
    with pytest.raises(NotifyError, match="still busy"):
        channel.send(message_of(notice))
    release.set()

    assert calls == ["k"]
    assert first.value.retry_after_s == 0


def test_an_async_function_that_hangs_is_cancelled(notice: Notice) -> None:
    ends: list[str] = []

    async def hang(_: Message) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("cancelled")

    channel = FunctionChannel("hang", hang, timeout_s=0.01)

    with pytest.raises(NotifyError, match=r"took longer than 0\.01 s"):
        channel.send(message_of(notice))
    assert channel._bounded._running is not None
    channel._bounded._running.join(10)

    assert ends == ["cancelled"]


def test_an_application_that_has_an_event_loop_keeps_it_to_itself(notice: Notice) -> None:
    loops: list[object] = []

    async def page(_: Message) -> None:
        loops.append(asyncio.get_running_loop())

    async def application() -> object:
        await asyncio.to_thread(FunctionChannel("page", page).send, message_of(notice))
        return asyncio.get_running_loop()

    own = asyncio.run(application())

    assert len(loops) == 1
    assert loops[0] is not own


def test_a_function_is_called_within_the_shield_of_its_lane(notice: Notice) -> None:
    """Our own calls are in nobody's telemetry, though the call has a thread of its own."""
    seen: list[bool] = []
    channel = FunctionChannel("page", lambda _: seen.append(is_instrumentation_enabled()))

    with suppress_instrumentation():
        channel.send(message_of(notice))

    assert seen == [False]


def test_what_a_function_raises_reaches_the_lane(notice: Notice) -> None:
    def fail(_: Message) -> None:
        msg = "no"
        raise NotifyError(msg, retry_after_s=3)

    with pytest.raises(NotifyError, match="no") as caught:
        FunctionChannel("fail", fail).send(message_of(notice))
    assert caught.value.retry_after_s == 3


def test_a_function_is_found_by_module_and_name() -> None:
    assert repr(make("callable", function="json:dumps")) == "callable://json:dumps"


@pytest.mark.parametrize("name", ["nope", "json:nope", "no.such.module:x", "json:__doc__"])
def test_what_is_no_function_is_refused(name: str) -> None:
    with pytest.raises(NotifyError, match="expected one that was handed over"):
        make("callable", function=name)
