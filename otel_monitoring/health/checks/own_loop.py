"""Something asynchronous, run within a deadline on an event loop of its own, of which nothing is left."""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import socket
from typing import TYPE_CHECKING

from otel_monitoring.health.checks.line import copy_of

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from otel_monitoring.model.deadline import Deadline

_TURNS = 5
"""A connection that is ended needs some turns of the loop to notice, to close and to say so."""


def run_until(deadline: Deadline, work: Coroutine[None, None, None]) -> None:
    """Run ``work``, and give it up at the deadline.

    Raises:
        TimeoutError: It was given up.
    """
    selector = selectors.DefaultSelector()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        runner.run(_in_time(work, deadline, selector))


async def _in_time(
    work: Coroutine[None, None, None], deadline: Deadline, selector: selectors.BaseSelector
) -> None:
    of_the_loop = {key.fd for key in selector.get_map().values()}
    try:
        async with asyncio.timeout(deadline.left_s()):
            await work
    finally:
        await _let_go(selector, of_the_loop)


async def _let_go(selector: selectors.BaseSelector, of_the_loop: set[int]) -> None:
    """End the connections that a driver left open when it was given up; they then close themselves."""
    for descriptor in {key.fd for key in selector.get_map().values()} - of_the_loop:
        with contextlib.suppress(OSError), contextlib.closing(copy_of(descriptor)) as copy:
            copy.shutdown(socket.SHUT_RDWR)
    for _ in range(_TURNS):
        await asyncio.sleep(0)
