"""A span and two debug lines around every run of a function: what was called, and how long it took."""

from __future__ import annotations

import inspect
import logging
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, cast, overload

from opentelemetry.semconv.attributes.code_attributes import CODE_FUNCTION_NAME
from opentelemetry.trace import get_current_span

from otel_monitoring.context import stack
from otel_monitoring.guard import Guard
from otel_monitoring.measure.block import Block
from otel_monitoring.measure.logs import installed_redactor
from otel_monitoring.measure.providers import instruments
from otel_monitoring.measure.wrapping import wrap

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator
    from typing import TypeVar

    from otel_monitoring.context.redact import Redactor

    F = TypeVar("F", bound=Callable[..., Any])

ARGUMENT = "otel_monitoring.call.argument."
"""What the attribute of an argument is called, with the argument's name behind it."""

_guard = Guard("measure.trace_calls")


@overload
def trace_calls(function: F) -> F: ...


@overload
def trace_calls(
    *,
    name: str | None = None,
    arguments: bool = False,
    level: int = logging.DEBUG,
    redactor: Redactor | None = None,
) -> Callable[[F], F]: ...


def trace_calls(
    function: F | None = None,
    *,
    name: str | None = None,
    arguments: bool = False,
    level: int = logging.DEBUG,
    redactor: Redactor | None = None,
) -> F | Callable[[F], F]:
    """Put a span around every run of a function, and log its entry and its exit.

    For functions, methods, coroutines, generators and async generators; the sort of the function stays.
    The logger is that of the function's module. Exceptions pass through untouched.

    Args:
        function: The function, where the decorator is used without parentheses.
        name: The span's name, by default the function's qualified name.
        arguments: Whether arguments are recorded, redacted, on the span and in the entry line.
        level: The level of the two lines.
        redactor: Redacts arguments; by default the one that log lines go through.
    """

    def decorate(target: F) -> F:
        return _traced(target, name=name, arguments=arguments, level=level, redactor=redactor)

    return decorate if function is None else decorate(function)


class CallBlock(Block):
    """One run of a traced function."""

    __slots__ = ("_call", "_started_s")

    def __init__(self, call: _Call) -> None:
        super().__init__(call.name, attributes=call.attributes)
        self._call = call
        self._started_s = 0.0

    def start(self) -> None:
        """Start the span and the watch."""
        super().start()
        self._started_s = instruments().clock.monotonic_s()
        if not self._call.tells_arguments:
            self.enter()
            _guard.call(self._call.log_entry, {})
            self.leave()

    def finish(self, error: BaseException | None) -> None:
        """Log the exit and end the span."""
        _guard.call(self._log_exit, error)
        super().finish(error)

    def _log_exit(self, error: BaseException | None) -> None:
        duration_s = instruments().clock.monotonic_s() - self._started_s
        self._call.log_exit(error, duration_s=duration_s)


class _Call:
    """What all runs of one traced function have in common."""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str | None,
        tells_arguments: bool,
        level: int,
        redactor: Redactor | None,
    ) -> None:
        self.function_name = f"{function.__module__}.{function.__qualname__}"
        self.name = name or self.function_name
        self.attributes = {CODE_FUNCTION_NAME: self.function_name}
        self.tells_arguments = tells_arguments
        self._signature = inspect.signature(function) if tells_arguments else None
        self._log = logging.getLogger(function.__module__)
        self._level = level
        self._redactor = redactor

    def tell(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Put the arguments on the current span, and log the entry with them."""
        if self._signature is None:
            return
        redactor = self._redactor or installed_redactor()
        bound = self._signature.bind(*args, **kwargs).arguments
        found = {
            f"{ARGUMENT}{key}": redactor.attribute(key, value)
            for key, value in bound.items()
            if key not in {"self", "cls"}
        }
        span = get_current_span()
        for key, value in found.items():
            span.set_attribute(key, value if isinstance(value, (str, bool, int, float)) else str(value))
        self.log_entry(found)

    def log_entry(self, extra: dict[str, Any]) -> None:
        if self._log.isEnabledFor(self._level):
            self._log.log(self._level, "entered %s", self.name, extra={**self.attributes, **extra})

    def log_exit(self, error: BaseException | None, *, duration_s: float) -> None:
        if not self._log.isEnabledFor(self._level):
            return
        extra = {**self.attributes, "duration_s": round(duration_s, 6)}
        if error is None or isinstance(error, GeneratorExit):
            self._log.log(self._level, "left %s after %.1f ms", self.name, duration_s * 1000, extra=extra)
            return
        extra["error.type"] = stack.type_name(error)
        self._log.log(
            self._level,
            "left %s after %.1f ms with %s",
            self.name,
            duration_s * 1000,
            extra["error.type"],
            extra=extra,
        )


def _traced(function: F, *, name: str | None, arguments: bool, level: int, redactor: Redactor | None) -> F:
    if isinstance(function, classmethod | staticmethod):
        inner = _traced(function.__func__, name=name, arguments=arguments, level=level, redactor=redactor)
        return cast("F", type(function)(inner))
    if inspect.isclass(function):
        return wrap(function, lambda: Block(function.__qualname__))
    call = _Call(function, name=name, tells_arguments=arguments, level=level, redactor=redactor)
    inner = _telling(function, call) if arguments else function
    return wrap(cast("F", inner), lambda: CallBlock(call))


def _telling(function: Callable[..., Any], call: _Call) -> Callable[..., Any]:
    """Return a function of the same sort that tells its arguments first, already inside the block."""
    if inspect.isasyncgenfunction(function):
        telling = _telling_async_generator(function, call)
    elif inspect.iscoroutinefunction(function):
        telling = _telling_coroutine(function, call)
    elif inspect.isgeneratorfunction(function):
        telling = _telling_generator(function, call)
    else:
        telling = _telling_plain(function, call)
    return wraps(function)(telling)


def _telling_plain(function: Callable[..., Any], call: _Call) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        _guard.call(call.tell, args, kwargs)
        return function(*args, **kwargs)

    return run


def _telling_coroutine(function: Callable[..., Any], call: _Call) -> Callable[..., Any]:
    async def run(*args: Any, **kwargs: Any) -> Any:
        _guard.call(call.tell, args, kwargs)
        return await function(*args, **kwargs)

    return run


def _telling_generator(function: Callable[..., Any], call: _Call) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        _guard.call(call.tell, args, kwargs)
        return (yield from function(*args, **kwargs))

    return run


def _telling_async_generator(function: Callable[..., Any], call: _Call) -> Callable[..., Any]:
    async def run(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        _guard.call(call.tell, args, kwargs)
        steps = function(*args, **kwargs)
        step = steps.__anext__
        while True:
            try:
                item = await step()
            except StopAsyncIteration:
                return
            try:
                step = partial(steps.asend, (yield item))  # codespell:ignore asend
            except GeneratorExit:
                await steps.aclose()
                raise
            except BaseException as error:  # noqa: BLE001 - what a consumer throws in goes on inward
                step = partial(steps.athrow, error)

    return run
