"""Receivers and servers that end with the test."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.integration.lifecycle.processes import APPS, Server, environment, running
from tests.integration.lifecycle.receiver import Behaviour, Receiver
from tests.integration.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class StartReceiver(Protocol):
    """Start an OTLP receiver."""

    def __call__(self, behaviour: Behaviour = "answer") -> Receiver:
        """Return a receiver that ends with the test."""
        ...


class Serve(Protocol):
    """Start a server."""

    def __call__(
        self,
        *command: str,
        endpoint: str | None = None,
        workers: int = 1,
        ready: str = ...,
        **variables: str,
    ) -> Server:
        """Return a server that ends with the test; ``PORT`` in ``command`` becomes a free port."""
        ...


@pytest.fixture
def start_receiver() -> Iterator[StartReceiver]:
    """Give a function that starts OTLP receivers."""
    with contextlib.ExitStack() as open_ones:

        def start(behaviour: Behaviour = "answer") -> Receiver:
            made = Receiver(behaviour)
            open_ones.callback(made.close)
            return made

        yield start


@pytest.fixture
def receiver(start_receiver: StartReceiver) -> Receiver:
    """Give a receiver that answers."""
    return start_receiver()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Give a function that starts servers with the applications of ``programs/``."""
    with contextlib.ExitStack() as open_ones:

        def start(
            *command: str,
            endpoint: str | None = None,
            workers: int = 1,
            ready: str = "Application startup complete",
            **variables: str,
        ) -> Server:
            (port,) = free_ports(1)
            words = [word.replace("PORT", str(port)).replace("APPS", APPS) for word in command]
            env = environment(endpoint, **variables)
            made = running(words, env=env, folder=tmp_path, port=port, ready=ready, times=workers)
            return open_ones.enter_context(made)

        yield start
