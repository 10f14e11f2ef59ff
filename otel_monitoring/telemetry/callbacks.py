"""Observable callbacks under guard: one that raises or hangs does not stop the collection of the others.

The SDK calls every callback in turn while it holds a lock. A callback of somebody else's therefore runs
in a helper thread with a time limit here; one that overruns or keeps failing is muted for a while.
"""

from __future__ import annotations

import logging
import queue
import threading
from itertools import islice
from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.metrics import MeterProvider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from opentelemetry.metrics import CallbackOptions, Meter, Observation

    from otel_monitoring.model.clock import Clock

_log = logging.getLogger(__name__)

_MUTED_S = 300.0
_FAILURES = 3
_PATIENCE_S = 2.0
_PATIENCE_FOR_S = 5.0
_LEAST_S = 0.02
_MAX_OBSERVATIONS = 100_000
_OWN_SCOPES = ("otel_monitoring",)


class CallbackGuard:
    """Run callbacks with a time limit, and mute those that misbehave.

    Many that hang at once cost a collection two seconds altogether, so that it comes to its end.

    Args:
        clock: Its monotonic clock is used.
        timeout_s: Time limit of one callback.
        max_observations: What a callback observes beyond so many is left out.
    """

    def __init__(
        self, *, clock: Clock, timeout_s: float = 1.0, max_observations: int = _MAX_OBSERVATIONS
    ) -> None:
        self._clock = clock
        self._timeout_s = timeout_s
        self._max_observations = max_observations
        self._muted_until_s: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._runner: _Runner | None = None
        self._waited_s = 0.0
        self._waited_since_s = clock.monotonic_s()

    def muted(self) -> list[str]:
        """Return the names of instruments whose callback is muted now."""
        now_s = self._clock.monotonic_s()
        return sorted(name for name, until_s in self._muted_until_s.items() if until_s > now_s)

    def after_fork(self) -> None:
        """Take a fresh thread in a child process."""
        self._runner = None

    def wrap(self, name: str, callback: Any) -> Callable[[CallbackOptions], Iterable[Observation]]:
        """Return a callback that never raises and never takes longer than the limit."""
        call = callback if callable(callback) else _from_generator(callback)

        def guarded(options: CallbackOptions) -> Iterable[Observation]:
            return self._call(name, lambda: list(islice(call(options), self._max_observations)))

        return guarded

    def _call(self, name: str, call: Callable[[], list[Observation]]) -> list[Observation]:
        if self._muted_until_s.get(name, 0.0) > self._clock.monotonic_s():
            return []
        limit_s = self._limit_s()
        try:
            runner = self._runner = self._runner or _Runner()
        except RuntimeError:  # the interpreter is ending and starts no thread any more
            return []
        done, result = runner.run(call, limit_s)
        if not done:
            self._runner = None  # its thread stays with the callback; it ends when the callback does
            self._waited_s += limit_s
            if limit_s >= self._timeout_s:  # one that had less time because of others is only left out
                self._mute(name, f"did not return within {limit_s:g} s")
            return []
        if isinstance(result, BaseException):
            failures = self._failures[name] = self._failures.get(name, 0) + 1
            if failures >= _FAILURES:
                self._mute(name, f"raised {type(result).__qualname__} {failures} times in a row")
            return []
        self._failures.pop(name, None)
        observations: list[Observation] = result
        return observations

    def _limit_s(self) -> float:
        """Return how long the next callback may take, given how long others were waited for in vain."""
        now_s = self._clock.monotonic_s()
        if now_s - self._waited_since_s > _PATIENCE_FOR_S:
            self._waited_s, self._waited_since_s = 0.0, now_s
        return max(_LEAST_S, min(self._timeout_s, _PATIENCE_S - self._waited_s))

    def _mute(self, name: str, why: str) -> None:
        self._muted_until_s[name] = self._clock.monotonic_s() + _MUTED_S
        self._failures.pop(name, None)
        _log.warning("the callback of %s %s; it is left alone for %g s", name, why, _MUTED_S)


class _Runner:
    """One daemon thread that runs one call at a time."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="otel-monitoring-callbacks", daemon=True).start()

    def run(self, call: Callable[[], Any], timeout_s: float) -> tuple[bool, Any]:
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._calls.put((call, answers))
        try:
            return True, answers.get(timeout=timeout_s)
        except queue.Empty:
            self._calls.put(None)
            return False, None

    def _run(self) -> None:
        with suppress_instrumentation():
            while (item := self._calls.get()) is not None:
                call, answers = item
                try:
                    answers.put(call())
                except BaseException as error:  # noqa: BLE001 - the guard of foreign callbacks, sys.exit too
                    answers.put(error)


def _from_generator(generator: Any) -> Callable[[CallbackOptions], Iterable[Observation]]:
    """Return a callback over a generator as the API allows it: primed once, then sent the options."""
    started = False

    def call(options: CallbackOptions) -> Iterable[Observation]:
        nonlocal started
        if not started:
            started = True
            return list(next(generator))
        return list(generator.send(options))

    return call


class GuardedMeterProvider(MeterProvider):
    """The SDK's meter provider, with every observable callback but our own under guard.

    Args:
        callbacks: The guard.
        options: What the SDK's provider takes.
    """

    def __init__(self, *, callbacks: CallbackGuard, **options: Any) -> None:
        super().__init__(**options)
        self._callbacks = callbacks
        self._guarded: set[int] = set()

    def get_meter(self, name: str, *args: Any, **kwargs: Any) -> Meter:
        """Return the meter of ``name``, its observable instruments guarded."""
        meter = super().get_meter(name, *args, **kwargs)
        if name.startswith(_OWN_SCOPES) or id(meter) in self._guarded:
            return meter
        self._guarded.add(id(meter))
        for kind in ("counter", "gauge", "up_down_counter"):
            method = f"create_observable_{kind}"
            setattr(meter, method, self._guarded_create(getattr(meter, method)))
        return meter

    def _handle_fork(self) -> None:
        """Take locks of its own in a child, those of the meters too, which the SDK leaves out."""
        super()._handle_fork()
        for meter in self._meters.values():
            meter._instrument_registration_lock = threading.Lock()  # noqa: SLF001 - no other way

    def _guarded_create(self, create: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(name: str, callbacks: Sequence[Any] | None = None, *args: Any, **kwargs: Any) -> Any:
            wrapped = [self._callbacks.wrap(name, callback) for callback in callbacks or ()]
            return create(name, wrapped, *args, **kwargs)

        return guarded
