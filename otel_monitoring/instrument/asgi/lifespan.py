"""The lifespan of an ASGI application: where an instance starts, and where it flushes at the end.

Servers end their workers by a signal after the lifespan, without the interpreter's own exit: what is not
exported here is lost. An application that does not speak the lifespan protocol therefore gets one of ours.

Source: ASGI specification, "Lifespan Protocol" 2.0.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.guard import Guard
    from otel_monitoring.instrument.asgi.protocol import ASGIApp, Message, Receive, Scope, Send

_ENDS = frozenset({"lifespan.shutdown.complete", "lifespan.shutdown.failed", "lifespan.startup.failed"})


class Lifespan:
    """One run through the lifespan of ``app``.

    Args:
        app: The application.
        loop_started: Called in the event loop when the application has started.
        on_startup: Called in a thread after that, before the server hears of it.
        on_shutdown: Called in a thread when the application has shut down, before the server hears of it.
        guard: Catches what these raise.
        on_ending: Called when the server is about to end, before the application hears of it.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        loop_started: Callable[[], Any],
        on_startup: Callable[[], Any],
        on_shutdown: Callable[[], Any],
        guard: Guard,
        on_ending: Callable[[], Any] = lambda: None,
    ) -> None:
        self._app = app
        self._loop_started = loop_started
        self._on_startup = on_startup
        self._on_shutdown = on_shutdown
        self._guard = guard
        self._on_ending = on_ending
        self._is_asked = False
        self._is_answered = False

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application's lifespan, or ours where the application has none."""

        async def noting_receive() -> Message:
            self._is_asked = True
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                self._guard.call(self._on_ending)
            return message

        async def noting_send(message: Message) -> None:
            await self._note(message)
            await send(message)

        try:
            await self._app(scope, noting_receive, noting_send)
        except Exception:
            # Who raises before the first message does not speak the protocol; who raises later has failed.
            if self._is_asked or self._is_answered:
                raise
        if not self._is_answered:
            await self._serve_alone(receive, noting_send)

    async def _serve_alone(self, receive: Receive, send: Send) -> None:
        if not self._is_asked:
            await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _note(self, message: Message) -> None:
        self._is_answered = True
        if message["type"] == "lifespan.startup.complete":
            self._guard.call(self._loop_started)
            await self._off_loop(self._on_startup)
        elif message["type"] in _ENDS:
            await self._off_loop(self._on_shutdown)

    async def _off_loop(self, call: Callable[[], Any]) -> None:
        """Run ``call`` in a thread: flushing may take seconds, and the loop has other work.

        The loop's own pool may be full of calls of the application that hang; ours has one free thread.
        """
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="otel-monitoring-lifespan")
        try:
            with self._guard:
                await asyncio.get_running_loop().run_in_executor(pool, call)
        finally:
            pool.shutdown(wait=False)
