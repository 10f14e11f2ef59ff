"""The channel that calls a Python function of the user's, ``def`` or ``async def``."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.transport.bounded import Bounded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.channels.making import ChannelOptions
    from otel_monitoring.notify.channels.options import Options
    from otel_monitoring.notify.message import Message


class FunctionChannel:
    """Call a function with each message, in a thread of ours and never in the application's event loop.

    One that takes too long is cancelled if it is ``async``, and otherwise left alone in its thread; nothing
    is called while it still runs there. A ``NotifyError`` of the function says whether another try makes
    sense; anything else is tried again.

    Args:
        name: What people call it.
        function: Takes a message; what it returns counts for nothing.
        timeout_s: The longest time of one call.
    """

    kind = "callable"

    def __init__(self, name: str, function: Callable[[Message], object], *, timeout_s: float = 10) -> None:
        self._name = name
        self._function = function
        self._timeout_s = timeout_s
        self._bounded = Bounded(f"function {name}", timeout_s=timeout_s)
        self.after_fork = self._bounded.after_fork

    def send(self, message: Message, /) -> None:
        """Call the function.

        Raises:
            NotifyError: It raised this, or takes too long.
        """
        self._bounded.call(lambda: self._call(message))

    def __repr__(self) -> str:
        """Write the name of the function."""
        return f"callable://{self._name}"

    def _call(self, message: Message) -> None:
        found = self._function(message)
        if inspect.isawaitable(found):
            _run(found, self._timeout_s)


def from_options(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of ``{function: name}``, one of those handed over, or ``module:name``."""
    return _named(options.needed("function"), made, options.seconds("timeout", made.timeout_s))


def from_url(url: str, made: ChannelOptions) -> Channel:
    """Return the channel of ``callable://name`` or ``callable://module:name``."""
    return _named(url.partition("://")[2].strip("/"), made, made.timeout_s)


def _named(name: str, made: ChannelOptions, timeout_s: float) -> Channel:
    function = made.functions.get(name) or _imported(name)
    if not callable(function):
        known = ", ".join(sorted(made.functions)) or "none"
        msg = f"function: {name!r}: expected one that was handed over ({known}), or module:name"
        raise NotifyError(msg)
    return FunctionChannel(name, function, timeout_s=timeout_s)


def _imported(name: str) -> Any:
    from importlib import import_module

    module, separator, attribute = name.partition(":")
    if not separator:
        return None
    try:
        return getattr(import_module(module), attribute, None)
    except ImportError:
        return None


def _run(found: Awaitable[object], timeout_s: float) -> None:
    """Run what an ``async`` function returned to its end, or cancel it."""
    import asyncio

    async def bounded() -> None:
        async with asyncio.timeout(timeout_s):
            await found

    try:
        asyncio.run(bounded())
    except TimeoutError:
        msg = f"the function took longer than {timeout_s:g} s and was cancelled"
        raise NotifyError(msg, retry_after_s=0) from None
