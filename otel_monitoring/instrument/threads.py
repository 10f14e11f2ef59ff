"""The OpenTelemetry context in threads and thread pools.

Python hands its context variables to tasks, but not to a new ``threading.Thread``, to what is submitted to
a ``ThreadPoolExecutor`` or, since it submits there, to ``loop.run_in_executor``. Here the context of whoever
starts or submits goes along, for that one run. Threads of libraries that serve many requests (pools'
workers, feeders, exporters) get none: they would keep the first request's for good.
"""

from __future__ import annotations

import concurrent.futures
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from opentelemetry.context import attach, detach, get_current

from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from typing import ParamSpec, TypeVar

    from opentelemetry.context import Context

    P = ParamSpec("P")
    T = TypeVar("T")

_CONTRIB = "opentelemetry.instrumentation.threading"
_SERVE_MANY = ("anyio.", "concurrent.futures.", "multiprocessing.", "opentelemetry.", "otel_monitoring.")
# Since Python 3.14; it pickles what is submitted, and a context cannot be pickled.
_INTERPRETERS: Any = getattr(concurrent.futures, "InterpreterPoolExecutor", ())
_MARK = "_otel_monitoring_carries_context"
_guard = Guard("instrument.threads")


def carry_context() -> Callable[[], None]:
    """Carry the context into threads and thread pools from now on.

    Nothing happens where that is done already, by us or by OpenTelemetry's own ``ThreadingInstrumentor``.

    Returns:
        A function that puts back what was there before.
    """
    if is_carried():
        return _nothing_to_undo
    undo_start = _replace(threading.Thread, "start", _start(threading.Thread.start))
    undo_submit = _replace(ThreadPoolExecutor, "submit", _submit(ThreadPoolExecutor.submit))

    def undo() -> None:
        undo_start()
        undo_submit()

    return undo


def is_carried() -> bool:
    """Return whether the context is carried into threads already, by whomever."""
    return hasattr(threading.Thread.start, _MARK) or is_carried_by_contrib()


def is_carried_by_contrib() -> bool:
    """Return whether OpenTelemetry's own ``ThreadingInstrumentor`` is at work."""
    contrib = sys.modules.get(_CONTRIB)
    with _guard:
        return bool(contrib and contrib.ThreadingInstrumentor().is_instrumented_by_opentelemetry)
    return False


def failures() -> dict[str, int]:
    """Return how often the context could not be carried, by kind of error."""
    return _guard.counts()


def run_in(context: Context, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Return ``function(*args, **kwargs)``, run in ``context``."""
    token = attach(context)
    try:
        return function(*args, **kwargs)
    finally:
        detach(token)


def _start(original: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    @wraps(original)
    def start(self: threading.Thread) -> None:
        take_back = _guard.call(_carry_into, self) or _nothing_to_undo
        try:
            original(self)
        except BaseException:
            take_back()
            raise

    return start


def _carry_into(thread: threading.Thread) -> Callable[[], None] | None:
    """Let ``thread`` run in the current context, and return how to take that back.

    ``run`` is replaced on the one object, since subclasses have a ``run`` of their own.
    """
    context = get_current()
    if not context or _serves_many(thread):
        return None
    run = thread.run
    before = vars(thread).get("run")

    def take_back() -> None:
        vars(thread).pop("run", None)
        if before is not None:
            vars(thread)["run"] = before

    def run_once() -> None:
        nonlocal context
        take_back()
        carried, context = context, type(context)()  # what starts threads may be kept; the context is not
        run_in(carried, run)

    vars(thread)["run"] = run_once
    return take_back


def _serves_many(thread: threading.Thread) -> bool:
    target = getattr(thread, "_target", None)
    homes = (type(thread).__module__, getattr(target, "__module__", None))
    return any(home.startswith(_SERVE_MANY) for home in homes if isinstance(home, str))


def _submit(original: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
    @wraps(original)
    def submit(self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        context = get_current()
        if not context or isinstance(self, _INTERPRETERS):
            return original(self, fn, *args, **kwargs)
        return original(self, partial(run_in, context, fn), *args, **kwargs)

    return submit


def _replace(owner: type, name: str, ours: Callable[..., Any]) -> Callable[[], None]:
    """Put ``ours`` in the place of a method, and return how to put the method back."""
    before = getattr(owner, name)
    setattr(ours, _MARK, before)
    setattr(owner, name, ours)

    def undo() -> None:
        if getattr(owner, name) is ours:
            setattr(owner, name, before)

    return undo


def _nothing_to_undo() -> None:
    """Leave everything as it is."""
