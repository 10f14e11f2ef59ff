"""Who is told what changes: events from any thread, to streams in any event loop.

Whoever publishes neither waits nor knows who listens: an event is written once, kept in a ring for those who
come back, and handed to the event loop of each stream. A stream that does not keep up is ended and told so.

Source: HTML Living Standard, section 9.2, "Server-sent events".
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from otel_monitoring.api.finite import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from otel_monitoring.model.clock import Clock

Topic: TypeAlias = Literal["metrics", "alerts", "health"]
TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)

_KEPT: Final = 1000
_WAITING_MAX: Final = 256
_BEAT_S: Final = 15.0
_LONGEST_S: Final = 900.0
"""A stream ends after this long and the browser comes back: whoever lost the right to look is out by then."""
_WANTED_S: Final = 300.0
_RETRY_MS: Final = 2000
_BEAT: Final = b": still here\n\n"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed.

    Attributes:
        number: Its place among the events of this hub, from 1.
        topic: What it is about.
        text: As it is sent.
    """

    number: int
    topic: Topic
    text: bytes


class Stream:
    """One listener; its methods are called in its event loop, :meth:`offer` and :meth:`end` from any thread.

    Args:
        topics: What it wants to hear of.
        began_s: When it came, on the monotonic clock.
        first: What it is sent at once.
    """

    def __init__(self, topics: Collection[Topic], *, began_s: float, first: Iterable[bytes]) -> None:
        self.topics = frozenset(topics)
        self.began_s = began_s
        self.is_ended = False
        self._loop = asyncio.get_running_loop()
        self._waiting = deque(first)
        self._news = asyncio.Event()
        self._news.set()

    def offer(self, text: bytes) -> None:
        """Send something as soon as the client takes it."""
        self._call(lambda: self._take(text))

    def end(self, text: bytes = b"") -> None:
        """Send what waits, then ``text``, and no more."""
        self._call(lambda: self._finish(text))

    async def take(self) -> bytes:
        """Wait for what is to be sent; empty where there is nothing more."""
        if not self._waiting and not self.is_ended:
            self._news.clear()
            await self._news.wait()
        found = b"".join(self._waiting)
        self._waiting.clear()
        return found

    def _call(self, work: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(work)
        except RuntimeError:  # its event loop has ended, and the client with it
            self.is_ended = True

    def _take(self, text: bytes) -> None:
        if self.is_ended:
            return
        if len(self._waiting) >= _WAITING_MAX:
            self._waiting.clear()
            self._finish(reset("slow"))
            return
        self._waiting.append(text)
        self._news.set()

    def _finish(self, text: bytes) -> None:
        if not self.is_ended:
            self.is_ended = True
            self._waiting.append(text)
            self._news.set()


class TooManyError(Exception):
    """As many streams are open as may be."""


class Hub:
    """Publish what changes to all streams that want it; thread-safe.

    Args:
        clock: Tells the time.
        most: How many streams may be open.
        is_ending: Tells whether the server has begun to end; asked with each :meth:`step`.
        kept: How many events are kept for those who come back.
    """

    def __init__(
        self, *, clock: Clock, most: int, is_ending: Callable[[], bool] = lambda: False, kept: int = _KEPT
    ) -> None:
        self._clock = clock
        self._most = most
        self._is_ending = is_ending
        self._ring: deque[Event] = deque(maxlen=kept)
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._streams: list[Stream] = []
        self._name = secrets.token_hex(4)
        self._number = 0
        self._is_open = True
        self._beat_s = self._left_s = float("-inf")
        self._ring.clear()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody listens, or did lately and may come back for what was missed."""
        return bool(self._streams) or self._clock.monotonic_s() - self._left_s < _WANTED_S

    def stats(self) -> dict[str, int]:
        """Return how many streams are open and how many events there were."""
        return {"streams": len(self._streams), "events": self._number}

    def publish(self, topic: Topic, data: Any) -> None:
        """Tell all streams that want to know; ``data`` is anything that JSON has."""
        with self._lock:
            self._number += 1
            text = _event(topic, json_text(data), name=f"{self._name}.{self._number}")
            event = Event(self._number, topic, text)
            self._ring.append(event)
            for stream in self._streams:
                if topic in stream.topics:
                    stream.offer(text)

    def join(self, topics: Collection[Topic], *, last_id: str = "") -> Stream:
        """Open a stream; called in the event loop that serves it.

        Args:
            topics: What it wants to hear of.
            last_id: The last event that it has seen; what came after that is sent first. Where that is not
                known any more, a ``reset`` tells to ask for everything anew.

        Raises:
            TooManyError: As many are open as may be.
        """
        with self._lock:
            self._streams = [one for one in self._streams if not one.is_ended]
            if not self._is_open or len(self._streams) >= self._most:
                raise TooManyError
            first = [_greeting(f"{self._name}.{self._number}"), *self._missed(topics, last_id)]
            stream = Stream(topics, began_s=self._clock.monotonic_s(), first=first)
            self._streams.append(stream)
            return stream

    def leave(self, stream: Stream) -> None:
        """Forget a stream."""
        with self._lock:
            self._left_s = self._clock.monotonic_s()
            self._streams = [one for one in self._streams if one is not stream]

    def step(self) -> None:
        """Send signs of life, and end streams whose time is over; a job of every second."""
        if not self._streams:
            return
        now_s = self._clock.monotonic_s()
        with self._lock:
            if self._is_ending():
                self._end_all()
                return
            for stream in self._streams:
                if now_s - stream.began_s >= _LONGEST_S:
                    stream.end()
            if now_s - self._beat_s >= _BEAT_S:
                self._beat_s = now_s
                for stream in self._streams:
                    stream.offer(_BEAT)

    def start(self) -> None:
        """Let streams in."""
        self._is_open = True

    def stop(self, timeout_s: float) -> None:  # noqa: ARG002 - nothing is waited for
        """End all streams, so that nothing holds up the end of the server."""
        with self._lock:
            self._is_open = False
            self._end_all()

    def after_fork(self) -> None:
        """Start anew in a child process: the streams are the parent's."""
        self._begin()

    def _end_all(self) -> None:
        for stream in self._streams:
            stream.end()

    def _missed(self, topics: Collection[Topic], last_id: str) -> list[bytes]:
        if not last_id:
            return []
        name, _, number = last_id.partition(".")
        oldest = self._ring[0].number if self._ring else self._number + 1
        is_known = (
            name == self._name and number.isdecimal() and oldest - 1 <= int(number[:18]) <= self._number
        )
        if not is_known:
            return [reset("unknown")]
        return [one.text for one in self._ring if one.number > int(number) and one.topic in topics]


def reset(reason: str) -> bytes:
    """Return what tells a client that it has missed something, and has to ask for everything anew."""
    return _event("reset", json_text({"reason": reason}), name="")


def _greeting(name: str) -> bytes:
    return f"retry: {_RETRY_MS}\nid: {name}\n\n".encode()


def _event(kind: str, data: bytes, *, name: str) -> bytes:
    # JSON without spaces holds no line feed, which would end the field.
    named = b"id: " + name.encode() + b"\n" if name else b""
    return named + b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n"
