"""Routes that are asked for first, and those that are made when they are needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.later import Later, Staged
from otel_monitoring.guard import Guard
from tests.api.client import get

if TYPE_CHECKING:
    from otel_monitoring.api.asgi import ASGIApp, Receive, Scope, Send


def saying(text: str, *, status: int = 200) -> ASGIApp:
    """Return an application that always answers the same."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": [(b"x-from", text.encode())]})
        await send({"type": "http.response.body", "body": text.encode()})

    return app


class Made:
    """Makes the rest, and knows in which threads it was asked to."""

    def __init__(self, *, failures: int = 0) -> None:
        self.threads: list[threading.Thread] = []
        self.is_asked, self.is_made = threading.Event(), threading.Event()
        self.guard = Guard("api")
        self.later = Later(self._make, guard=self.guard)
        self._failures = failures

    def _make(self) -> ASGIApp:
        self.threads.append(threading.current_thread())
        self.is_asked.set()
        if len(self.threads) <= self._failures:
            msg = "not this time"
            raise RuntimeError(msg)
        self.is_made.set()
        return saying("rest")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/metrics"),
        ("GET", "/metrics.json"),
        ("GET", "/health"),
        ("HEAD", "/health"),
        ("GET", "/session"),
        ("POST", "/sign-in"),
        ("GET", "/assets/index-1a2b.js"),
        ("GET", "/icon.svg"),
    ],
)
def test_what_is_asked_for_first_makes_nothing_else(method: str, path: str) -> None:
    """A process that is scraped and probed never has the rest in memory."""
    made = Made()

    assert get(Staged(saying("first"), made.later), path, method=method).headers["x-from"] == "first"
    assert made.threads == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/alerts"), ("POST", "/metrics"), ("GET", "/health/checks/disk")],
)
def test_the_rest_is_made_once_in_another_thread(method: str, path: str) -> None:
    """The event loop of the application goes on meanwhile."""
    made = Made()
    app = Staged(saying("first"), made.later)

    assert [get(app, path, method=method).text for _ in range(2)] == ["rest", "rest"]
    assert len(made.threads) == 1
    assert made.threads[0] is not threading.main_thread()


def test_the_page_has_the_rest_made_while_it_is_read() -> None:
    """It does not wait for it; what it asks for next is there sooner."""
    made = Made()
    app = Staged(saying("page"), made.later)

    assert [get(app, "/").text for _ in range(2)] == ["page", "page"]

    assert made.is_made.wait(10)
    assert get(app, "/alerts").text == "rest"
    assert len(made.threads) == 1


def test_a_stranger_at_the_page_has_nothing_made() -> None:
    """The page to sign in at is answered with 401."""
    made = Made()

    get(Staged(saying("who are you", status=401), made.later), "/")

    assert made.threads == []


def test_what_fails_in_the_background_is_counted_and_tried_again() -> None:
    """Whoever asks next waits for the second try."""
    made = Made(failures=1)

    made.later.begin()
    assert made.is_asked.wait(10)
    made.threads[0].join(10)

    assert made.guard.counts() == {"RuntimeError": 1}
    assert get(made.later, "/alerts").text == "rest"


def test_a_child_process_is_not_held_up_by_a_thread_of_its_parent() -> None:
    """The lock is held where a fork comes in between."""
    held, go_on = threading.Event(), threading.Event()

    def slow() -> ASGIApp:
        if not held.is_set():
            held.set()
            go_on.wait(10)
        return saying("rest")

    later = Later(slow, guard=Guard("api"))
    later.begin()
    assert held.wait(10)

    later.after_fork()

    assert get(later, "/alerts").text == "rest"
    go_on.set()
