"""A server that answers what it is told to, and who asks it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.promql.remote.query import RemoteOptions, RemoteQuery
from otel_monitoring.testing import FakeClock
from tests.promql.remote.serving import Handler, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.script, made.asked = [], []
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def ask(server: Server) -> Iterator[Callable[..., RemoteQuery]]:
    made: list[RemoteQuery] = []

    def remote(url: str = "", **options: Any) -> RemoteQuery:
        clock = FakeClock(0)
        made.append(
            RemoteQuery(url or server.url, options=RemoteOptions(**options), clock=clock, wait=clock.advance)
        )
        return made[-1]

    yield remote
    for one in made:
        one.close()
