"""Put a block around every run of a function, of whatever sort the function is.

The wrapper is of the same sort as the function: ``inspect.iscoroutinefunction`` and its like answer the
same, and the signature stays. Of a generator, only what its own code does is inside the block, not what
its consumer does between two items.
"""

from __future__ import annotations

import inspect
import logging
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, cast

from otel_monitoring.measure.block import Part

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator
    from typing import TypeVar

    from otel_monitoring.measure.block import Block

    F = TypeVar("F", bound=Callable[..., Any])

_log = logging.getLogger(__name__)


def wrap(function: F, block: Callable[[], Block]) -> F:
    """Return ``function`` with each run inside a new ``block()``.

    A ``classmethod`` or ``staticmethod`` is wrapped inside, so that either order of decorators works.
    A class is returned as it is, with a warning: in its place there would be a function.
    """
    if isinstance(function, classmethod | staticmethod):
        return cast("F", type(function)(wrap(function.__func__, block)))
    if inspect.isclass(function):
        _log.warning("%s is a class and is not measured: decorate its methods", function.__qualname__)
        return function
    if inspect.isasyncgenfunction(function):
        wrapped: Callable[..., Any] = _async_generator(function, block)
    elif inspect.iscoroutinefunction(function):
        wrapped = _coroutine(function, block)
    elif inspect.isgeneratorfunction(function):
        wrapped = _generator(function, block)
    else:
        wrapped = _plain(function, block)
    return cast("F", wraps(function)(wrapped))


def _plain(function: Callable[..., Any], block: Callable[[], Block]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        one = block()
        one.start()
        with Part(one, is_last=True):
            return function(*args, **kwargs)

    return run


def _coroutine(function: Callable[..., Any], block: Callable[[], Block]) -> Callable[..., Any]:
    async def run(*args: Any, **kwargs: Any) -> Any:
        one = block()
        one.start()
        with Part(one, is_last=True):
            return await function(*args, **kwargs)

    return run


def _generator(function: Callable[..., Any], block: Callable[[], Block]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        steps = function(*args, **kwargs)
        step: Callable[[], Any] = partial(next, steps)
        one = block()
        one.start()
        while True:
            try:
                with Part(one, is_last=False):
                    item = step()
            except StopIteration as stop:
                return stop.value
            try:
                step = partial(steps.send, (yield item))
            except GeneratorExit:
                with Part(one, is_last=True):
                    steps.close()
                raise
            except BaseException as error:  # noqa: BLE001 - what a consumer throws in goes on inward
                step = partial(steps.throw, error)

    return run


def _async_generator(function: Callable[..., Any], block: Callable[[], Block]) -> Callable[..., Any]:
    async def run(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        steps = function(*args, **kwargs)
        step: Callable[[], Any] = steps.__anext__
        one = block()
        one.start()
        while True:
            try:
                with Part(one, is_last=False):
                    item = await step()
            except StopAsyncIteration:
                return
            try:
                step = partial(steps.asend, (yield item))  # codespell:ignore asend
            except GeneratorExit:
                with Part(one, is_last=True):
                    await steps.aclose()
                raise
            except BaseException as error:  # noqa: BLE001 - what a consumer throws in goes on inward
                step = partial(steps.athrow, error)

    return run
