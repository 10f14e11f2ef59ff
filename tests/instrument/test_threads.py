"""The context in threads and thread pools."""

from __future__ import annotations

import asyncio
import gc
import queue
import sys
import threading
import types
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Never

import anyio.to_thread
import pytest
from opentelemetry.context import Context, attach, detach, get_current, set_value
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, get_current_span

from otel_monitoring.context.correlation import bind, request_id, set_user
from otel_monitoring.instrument import threads
from otel_monitoring.instrument.threads import carry_context, failures, is_carried, run_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def _carried() -> Iterator[None]:
    undo = carry_context()
    yield
    undo()


carried = pytest.mark.usefixtures("_carried")


def in_thread(function: Callable[[], Any], make: type[threading.Thread] = threading.Thread) -> Any:
    """Return what ``function`` returns in a new thread."""
    answer: list[Any] = []
    thread = make(target=lambda: answer.append(function()))
    thread.start()
    thread.join(10)
    return answer[0]


def started() -> Span:
    return TracerProvider(shutdown_on_exit=False).get_tracer("tests").start_span("work")


def test_without_it_a_thread_starts_with_nothing() -> None:
    with bind():
        assert in_thread(request_id) is None


@carried
def test_a_thread_runs_in_the_context_of_who_starts_it() -> None:
    with bind(request_id="r1") as mine:
        assert in_thread(request_id) == "r1"
        in_thread(lambda: set_user("ada"))

    assert mine.user_hash is not None


@carried
def test_the_current_span_goes_along() -> None:
    from opentelemetry.trace import use_span

    span = started()

    with use_span(span):
        assert in_thread(get_current_span) is span


@carried
def test_a_thread_class_with_a_run_of_its_own_is_carried_as_well() -> None:
    class Worker(threading.Thread):
        seen: str | None = None

        def run(self) -> None:
            self.seen = request_id()

    worker = Worker()
    with bind(request_id="r1"):
        worker.start()
    worker.join(10)

    assert worker.seen == "r1"


@carried
def test_a_timer_runs_in_the_context_of_who_starts_it() -> None:
    seen: queue.Queue[str | None] = queue.Queue()
    timer = threading.Timer(0, lambda: seen.put(request_id()))

    with bind(request_id="r1"):
        timer.start()

    assert seen.get(timeout=10) == "r1"
    timer.join(10)


@carried
def test_a_run_that_was_put_on_the_object_is_the_one_that_runs() -> None:
    seen = []
    thread = threading.Thread()
    thread.run = lambda: seen.append(request_id())  # type: ignore[method-assign]
    own = thread.run

    with bind(request_id="r1"):
        thread.start()
    thread.join(10)

    assert seen == ["r1"]
    assert thread.run is own


@carried
def test_what_is_submitted_runs_in_the_context_of_who_submits_it() -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        with bind(request_id="r1"):
            first = pool.submit(request_id)
        with bind(request_id="r2"):
            second = pool.submit(request_id)
        third = pool.submit(request_id)
        mapped = list(pool.map(lambda _: request_id(), range(2)))

        answers = [first.result(10), second.result(10), third.result(10)]

    assert answers == ["r1", "r2", None]
    assert mapped == [None, None]


@carried
def test_arguments_and_errors_pass_through() -> None:
    def divide(left: int, *, fn: int) -> float:
        return left / fn

    with ThreadPoolExecutor() as pool, bind():
        assert pool.submit(divide, 6, fn=3).result(10) == 2
        with pytest.raises(ZeroDivisionError):
            pool.submit(divide, 6, fn=0).result(10)


@carried
def test_what_an_event_loop_runs_in_an_executor_is_carried() -> None:
    async def work() -> list[str | None]:
        loop = asyncio.get_running_loop()
        with bind(request_id="r1"):
            return [
                await loop.run_in_executor(None, request_id),
                await asyncio.to_thread(request_id),
                await anyio.to_thread.run_sync(request_id),
            ]

    assert asyncio.run(work()) == ["r1", "r1", "r1"]


@carried
def test_a_worker_keeps_nothing_after_a_run() -> None:
    class Kept:
        """Something that can be seen to go."""

    def submit_in_context(pool: ThreadPoolExecutor) -> weakref.ref[Kept]:
        kept = Kept()
        token = attach(set_value("kept", kept))
        done: Future[object] = pool.submit(get_current)
        detach(token)
        assert "kept" in done.result(10)  # type: ignore[operator]  # a context is a mapping
        return weakref.ref(kept)

    with ThreadPoolExecutor(max_workers=1) as pool:
        seen = submit_in_context(pool)
        pool.submit(int).result(10)
        gc.collect()

        assert seen() is None


@carried
def test_a_thread_that_ended_keeps_nothing() -> None:
    class Kept:
        """Something that can be seen to go."""

    def run_in_context() -> tuple[threading.Thread, weakref.ref[Kept]]:
        kept = Kept()
        token = attach(set_value("kept", kept))
        thread = threading.Thread(target=int)
        thread.start()
        detach(token)
        thread.join(10)
        return thread, weakref.ref(kept)

    thread, seen = run_in_context()
    gc.collect()

    assert seen() is None
    assert "run" not in vars(thread)


@carried
def test_a_thread_that_serves_many_requests_gets_no_context() -> None:
    class Feeder(threading.Thread):
        """A thread of a library that many requests use."""

    Feeder.__module__ = "multiprocessing.queues"

    with bind():
        assert in_thread(request_id, Feeder) is None


@carried
def test_a_thread_that_cannot_start_is_as_it_was() -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join(10)

    with bind(), pytest.raises(RuntimeError, match="once"):
        thread.start()

    assert "run" not in vars(thread)


@carried
def test_a_thread_that_cannot_be_changed_starts_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(thread: threading.Thread) -> Never:
        raise LookupError

    before = failures().get("LookupError", 0)
    monkeypatch.setattr(threads, "_serves_many", fails)

    with bind():
        assert in_thread(request_id) is None
    assert failures()["LookupError"] == before + 1


@carried
def test_an_executor_that_pickles_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interpreters(ThreadPoolExecutor):
        """Stands for the executor of Python 3.14."""

    monkeypatch.setattr(threads, "_INTERPRETERS", Interpreters)

    with Interpreters() as pool, bind():
        assert pool.submit(request_id).result(10) is None


def test_it_is_done_once_and_undone() -> None:
    bare = threading.Thread.start, ThreadPoolExecutor.submit

    undo = carry_context()
    once = threading.Thread.start, ThreadPoolExecutor.submit
    carry_context()()
    after_the_second = threading.Thread.start, ThreadPoolExecutor.submit
    undo()

    assert once == after_the_second != bare
    assert (threading.Thread.start, ThreadPoolExecutor.submit) == bare
    assert not is_carried()


def test_undoing_spares_a_patch_that_came_later(monkeypatch: pytest.MonkeyPatch) -> None:
    undo = carry_context()
    ours = threading.Thread.start

    def theirs(self: threading.Thread) -> None:
        ours(self)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", theirs)
        undo()
        assert threading.Thread.start is theirs
    undo()

    assert not is_carried()


@pytest.mark.parametrize("is_at_work", [True, False])
def test_the_instrumentor_of_opentelemetry_is_not_doubled(
    monkeypatch: pytest.MonkeyPatch, *, is_at_work: bool
) -> None:
    class ThreadingInstrumentor:
        """Stands for the one of opentelemetry-instrumentation-threading."""

        is_instrumented_by_opentelemetry = is_at_work

    contrib = types.ModuleType("opentelemetry.instrumentation.threading")
    contrib.ThreadingInstrumentor = ThreadingInstrumentor  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, contrib.__name__, contrib)
    bare = threading.Thread.start

    undo = carry_context()
    is_bare = threading.Thread.start is bare
    undo()

    assert is_bare is is_at_work


def test_a_contrib_module_of_another_shape_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "opentelemetry.instrumentation.threading"
    monkeypatch.setitem(sys.modules, name, types.ModuleType(name))

    assert not is_carried()


def test_run_in_restores_the_context_after_an_error() -> None:
    before = get_current()

    with pytest.raises(ZeroDivisionError):
        run_in(Context({"a": 1}), lambda: 1 / 0)

    assert get_current() is before
