"""A channel as its lane uses it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import NotifyError
from otel_monitoring.guard import Guard
from otel_monitoring.notify.delivery.outlet import Outlet, reason
from otel_monitoring.notify.message import message_of
from tests.notify.delivery.test_retry import ChannelFake
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from otel_monitoring.notify.message import Message


def outlet(channel: Any) -> Outlet:
    return Outlet(channel, guard=Guard("delivery.test"), shield=nullcontext)


def test_whatever_a_channel_raises_may_be_tried_again_and_is_not_repeated() -> None:
    error = outlet(ChannelFake(ValueError("s3cret"))).take(message_of(make_notice()))

    assert error is not None
    assert (str(error), error.retry_after_s) == ("the channel failed unexpectedly", 0)


def test_what_a_channel_cannot_do_is_not_tried_again() -> None:
    error = outlet(ChannelFake()).take(message_of(make_notice()), does="acknowledge")

    assert error is not None
    assert str(error).endswith("cannot acknowledge")
    assert error.retry_after_s is None


def test_a_channel_that_fails_to_close_stops_nothing() -> None:
    class Stubborn(ChannelFake):
        def close(self) -> None:
            msg = "no"
            raise ValueError(msg)

    guard = Guard("delivery.stubborn")

    Outlet(Stubborn(), guard=guard, shield=nullcontext).close()

    assert guard.counts() == {"ValueError": 1}


def test_evidence_is_asked_for_only_where_it_is_told() -> None:
    taken: list[Message] = []

    class Short:
        tells_evidence = False

        def send(self, message: Message, /) -> None:
            taken.append(message)

    told = message_of(make_notice())
    outlet(Short()).take(told)

    assert taken[0] is told


def test_a_reason_is_short() -> None:
    assert reason(None) == ""
    assert len(reason(NotifyError("x" * 1000))) == 300
